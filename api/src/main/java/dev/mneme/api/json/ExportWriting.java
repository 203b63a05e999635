package dev.mneme.api.json;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Transition;
import dev.mneme.wire.ConflictResource;
import dev.mneme.wire.ExportLine;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes records as lines of an export, for [ExportReading].
public final class ExportWriting {
    /// Version of the format. It is raised when a line changes its meaning.
    public static final int VERSION = 1;

    private static final ExportLine HEADER =
            new ExportLine(new ExportLine.Header("mneme", VERSION), null, null, null, null, null, null, null);

    private ExportWriting() {}

    /// The first line.
    public static ExportLine header() {
        return HEADER;
    }

    public static ExportLine line(Exported exported) {
        return switch (exported) {
            case Exported.OfMemory memory -> new ExportLine(null, memory(memory), null, null, null, null, null, null);
            case Exported.OfContext context ->
                new ExportLine(null, null, context(context), null, null, null, null, null);
            case Exported.OfMode(ModeState mode) ->
                new ExportLine(null, null, null, mode(mode), null, null, null, null);
            case Exported.OfTransition(Transition transition) ->
                new ExportLine(null, null, null, null, transition(transition), null, null, null);
            case Exported.OfResponse(ResponseSource response) ->
                new ExportLine(null, null, null, null, null, response(response), null, null);
            case Exported.OfSyncEvent(SyncEvent event) ->
                new ExportLine(null, null, null, null, null, null, syncEvent(event), null);
            case Exported.OfConflict(Conflict conflict) ->
                new ExportLine(null, null, null, null, null, null, null, conflict(conflict));
        };
    }

    private static ExportLine.MemoryRecord memory(Exported.OfMemory exported) {
        Memory newest = exported.newest().memory();
        return new ExportLine.MemoryRecord(
                newest.id().toString(),
                newest.scope().userId(),
                newest.scope().agentId(),
                newest.scope().appId(),
                newest.scope().runId(),
                Times.format(newest.createdAt()),
                exported.versions().stream().map(ExportWriting::version).toList(),
                embedding(exported.embedding()));
    }

    private static ExportLine.MemoryVersionRecord version(MemoryVersion version) {
        Memory memory = version.memory();
        return new ExportLine.MemoryVersionRecord(
                version.version(),
                version.event().name(),
                Times.format(version.at()),
                version.keyId(),
                version.instance(),
                memory.text(),
                memory.role(),
                memory.name(),
                PlainJson.of(memory.metadata()),
                memory.categories(),
                Objects.toString(memory.timestamp(), null),
                Times.format(memory.updatedAt()),
                MemoryMapping.time(memory.expiresAt()),
                memory.replacedBy() == null ? null : memory.replacedBy().toString(),
                flag(memory.localOnly()));
    }

    private static ExportLine.@Nullable EmbeddingRecord embedding(@Nullable Embedding embedding) {
        return embedding == null
                ? null
                : new ExportLine.EmbeddingRecord(
                        embedding.space().embedder(),
                        embedding.vector(),
                        embedding.tokens() == null
                                ? null
                                : base64(embedding.tokens().rows()),
                        embedding.passages() == null
                                ? null
                                : base64(embedding.passages().rows()));
    }

    private static String base64(byte[] rows) {
        return Base64.getEncoder().encodeToString(rows);
    }

    private static ExportLine.ContextRecord context(Exported.OfContext exported) {
        Context newest = exported.newest().context();
        return new ExportLine.ContextRecord(
                newest.userId(),
                newest.key(),
                exported.versions().stream().map(ExportWriting::version).toList());
    }

    private static ExportLine.ContextVersionRecord version(ContextVersion version) {
        Context context = version.context();
        return new ExportLine.ContextVersionRecord(
                context.version(),
                flag(version.deleted()),
                context.type().wireName(),
                ModeMapping.name(context.mode()),
                plain(context.data()),
                context.tags(),
                Times.format(context.createdAt()),
                Times.format(context.updatedAt()),
                context.createdBy(),
                context.updatedBy(),
                MemoryMapping.time(context.expiresAt()),
                flag(context.localOnly()));
    }

    private static ExportLine.ModeRecord mode(ModeState mode) {
        return new ExportLine.ModeRecord(
                mode.userId(),
                mode.instanceId(),
                mode.current().wireName(),
                ModeMapping.name(mode.previous()),
                ModeMapping.resource(mode.capabilities()),
                PlainJson.of(mode.configuration()),
                Times.format(mode.activatedAt()),
                Times.format(mode.updatedAt()),
                mode.version(),
                flag(mode.localOnly()));
    }

    private static ExportLine.TransitionRecord transition(Transition transition) {
        return new ExportLine.TransitionRecord(
                transition.userId(),
                transition.instanceId(),
                ModeMapping.name(transition.from()),
                transition.to().wireName(),
                plain(transition.contextSnapshot()),
                transition.durationMillis(),
                transition.success(),
                transition.error(),
                Times.format(transition.at()),
                flag(transition.localOnly()));
    }

    private static ExportLine.ResponseRecord response(ResponseSource response) {
        return new ExportLine.ResponseRecord(
                response.userId(),
                response.instanceId(),
                ResponseMapping.chat(response),
                ResponseMapping.message(response),
                ModeMapping.name(response.mode()),
                response.sourceType().wireName(),
                response.provider(),
                response.model(),
                response.confidence(),
                response.responseHash(),
                PlainJson.of(response.metadata()),
                Times.format(response.at()),
                flag(response.localOnly()));
    }

    private static ExportLine.SyncEventRecord syncEvent(SyncEvent event) {
        return new ExportLine.SyncEventRecord(
                event.id().toString(),
                event.userId(),
                event.sourceInstance(),
                event.type().wireName(),
                plain(event.data()),
                event.targets() == null ? null : List.copyOf(event.targets()),
                List.copyOf(event.processedBy()),
                event.priority().wireName(),
                Times.format(event.at()),
                MemoryMapping.time(event.expiresAt()),
                event.version(),
                flag(event.localOnly()));
    }

    private static ExportLine.ConflictRecord conflict(Conflict conflict) {
        Owner owner = conflict.owner();
        return new ExportLine.ConflictRecord(
                conflict.id().toString(),
                owner.kind() == OwnerKind.USER ? owner.id() : null,
                owner.kind() == OwnerKind.AGENT ? owner.id() : null,
                owner.kind() == OwnerKind.APP ? owner.id() : null,
                owner.kind() == OwnerKind.RUN ? owner.id() : null,
                new ConflictResource.About(
                        conflict.about().kind().wireName(), conflict.about().key()),
                conflict.base() == null ? null : ConflictMapping.side(conflict.base()),
                ConflictMapping.side(conflict.mine()),
                ConflictMapping.side(conflict.theirs()),
                Times.format(conflict.detectedAt()),
                ConflictMapping.resolution(conflict.resolution()),
                conflict.version(),
                flag(conflict.localOnly()));
    }

    /// True, or left out.
    private static @Nullable Boolean flag(boolean set) {
        return set ? Boolean.TRUE : null;
    }

    /// Plain JSON; null, which is left out, for JSON's null.
    private static @Nullable Object plain(@Nullable Json json) {
        return json == null || json instanceof JsonNull ? null : PlainJson.of(json);
    }
}
