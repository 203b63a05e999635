package dev.mneme.api.json;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Passages;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.model.Transition;
import dev.mneme.wire.ConflictResource;
import dev.mneme.wire.ExportLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads lines of an export as records. It does not check their contents; the import does.
///
/// **Failures**: `invalid_request` that names the place in the line, such as `memory.versions[2].text`.
public final class ExportReading {
    private static final String LINE = "line";

    private ExportReading() {}

    /// Reads the first line.
    ///
    /// @throws MnemeException for a line that is no header, or one of a newer format
    public static void header(byte[] line, ParsedHeap heap) {
        ExportLine.Header header =
                RecordReader.read(ExportLine.class, line, LINE, heap).export();
        if (header == null) {
            throw MnemeException.invalid(
                    "export", "The first line must be an export's: {\"export\":{\"format\":\"mneme\",\"version\":1}}.");
        }
        if (header.version() > ExportWriting.VERSION) {
            throw MnemeException.invalid(
                    "export.version",
                    "The export's format is " + header.version() + ", and this version knows up to "
                            + ExportWriting.VERSION + ": import it with the newer version that made it.");
        }
    }

    /// Reads a line after the first.
    ///
    /// @param heap counts what is built
    public static Exported record(byte[] bytes, ParsedHeap heap) {
        ExportLine line = RecordReader.read(ExportLine.class, bytes, LINE, heap);
        List<Exported> records = new ArrayList<>();
        if (line.memory() != null) {
            records.add(memory(line.memory()));
        }
        if (line.context() != null) {
            records.add(context(line.context()));
        }
        if (line.mode() != null) {
            records.add(mode(line.mode()));
        }
        if (line.transition() != null) {
            records.add(transition(line.transition()));
        }
        if (line.response() != null) {
            records.add(response(line.response()));
        }
        if (line.syncEvent() != null) {
            records.add(syncEvent(line.syncEvent()));
        }
        if (line.conflict() != null) {
            records.add(conflict(line.conflict()));
        }
        if (records.size() != 1 || line.export() != null) {
            throw MnemeException.invalid(
                    LINE,
                    "A line must have one of memory, context, mode, transition, response, syncEvent, conflict, and nothing"
                            + " else.");
        }
        return records.getFirst();
    }

    private static Exported memory(ExportLine.MemoryRecord memory) {
        MemoryId id = id("memory.id", memory.id());
        ScopeIds scope =
                in("memory", () -> new ScopeIds(memory.userId(), memory.agentId(), memory.appId(), memory.runId()));
        Instant createdAt = time(memory.createdAt());
        List<MemoryVersion> versions = new ArrayList<>();
        for (int i = 0; i < memory.versions().size(); i++) {
            versions.add(version(id, scope, createdAt, memory.versions().get(i), "memory.versions[" + i + "]."));
        }
        ExportLine.EmbeddingRecord embedding = memory.embedding();
        Embedding vector = embedding == null ? null : embedding(embedding);
        return in("memory", () -> new Exported.OfMemory(versions, vector));
    }

    private static MemoryVersion version(
            MemoryId id, ScopeIds scope, Instant createdAt, ExportLine.MemoryVersionRecord version, String place) {
        MemoryEvent event = MemoryEvent.valueOf(version.event());
        Memory memory = new Memory(
                id,
                scope,
                version.text(),
                version.role(),
                version.name(),
                PlainJson.toJson(version.metadata()),
                version.categories(),
                version.timestamp() == null ? null : Times.timestamp(version.timestamp()),
                createdAt,
                time(version.updatedAt()),
                maybe(version.expiresAt()),
                event == MemoryEvent.DELETE ? version.version() - 1 : version.version(),
                version.replacedBy() == null ? null : id(place + "replacedBy", version.replacedBy()),
                set(version.localOnly()));
        return new MemoryVersion(
                event, memory, version.version(), time(version.at()), version.key(), version.instance());
    }

    private static Embedding embedding(ExportLine.EmbeddingRecord embedding) {
        EmbeddingSpace space =
                in("memory.embedding", () -> new EmbeddingSpace(embedding.embedder(), embedding.vector().length));
        return new Embedding(
                space,
                embedding.vector(),
                embedding.tokens() == null ? null : tokens(embedding.tokens()),
                embedding.passages() == null ? null : passages(embedding.passages(), space.dimension()));
    }

    private static TokenVectors tokens(String text) {
        byte[] rows = base64(text);
        if (rows == null || rows.length % TokenVectors.DIMENSION != 0) {
            throw MnemeException.invalid(
                    "memory.embedding.tokens",
                    "tokens must be base64 of " + TokenVectors.DIMENSION + " bytes for each token.");
        }
        return new TokenVectors(rows);
    }

    private static PassageVectors passages(String text, int dimension) {
        byte[] rows = base64(text);
        if (rows == null
                || rows.length == 0
                || rows.length % dimension != 0
                || rows.length / dimension > Passages.LIMIT) {
            throw MnemeException.invalid(
                    "memory.embedding.passages",
                    "passages must be base64 of 1 to " + Passages.LIMIT + " passages, each of as many bytes as the"
                            + " vector has numbers.");
        }
        return new PassageVectors(dimension, rows);
    }

    private static byte @Nullable [] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null; // the caller names the field
        }
    }

    private static Exported context(ExportLine.ContextRecord context) {
        user("context", context.userId());
        List<ContextVersion> versions = new ArrayList<>();
        for (int i = 0; i < context.versions().size(); i++) {
            ExportLine.ContextVersionRecord version = context.versions().get(i);
            if ((version.data() == null) != set(version.deleted())) {
                throw MnemeException.invalid(
                        "context.versions[" + i + "].data", "data is needed, but not in a version that is a deletion.");
            }
            versions.add(new ContextVersion(
                    new Context(
                            context.userId(),
                            context.contextKey(),
                            ContextType.of(version.contextType()).orElseThrow(),
                            mode(version.mode()),
                            PlainJson.toJson(version.data()),
                            version.tags(),
                            version.version(),
                            time(version.createdAt()),
                            time(version.updatedAt()),
                            version.createdBy(),
                            version.updatedBy(),
                            maybe(version.expiresAt()),
                            set(version.localOnly())),
                    set(version.deleted())));
        }
        return in("context", () -> new Exported.OfContext(versions));
    }

    private static Exported mode(ExportLine.ModeRecord mode) {
        user("mode", mode.userId());
        return new Exported.OfMode(new ModeState(
                mode.userId(),
                mode.instanceId(),
                Objects.requireNonNull(mode(mode.currentMode())),
                mode(mode.previousMode()),
                Objects.requireNonNull(ModeMapping.capabilities(mode.capabilities())),
                PlainJson.toJson(mode.configuration()),
                time(mode.activatedAt()),
                0,
                time(mode.updatedAt()),
                mode.version(),
                set(mode.localOnly())));
    }

    private static Exported transition(ExportLine.TransitionRecord transition) {
        user("transition", transition.userId());
        Object snapshot = transition.contextSnapshot();
        return new Exported.OfTransition(new Transition(
                transition.userId(),
                transition.instanceId(),
                mode(transition.fromMode()),
                Objects.requireNonNull(mode(transition.toMode())),
                snapshot == null ? null : PlainJson.toJson(snapshot),
                transition.transitionDuration(),
                transition.success(),
                transition.errorMessage(),
                time(transition.timestamp()),
                0,
                set(transition.localOnly())));
    }

    private static Exported response(ExportLine.ResponseRecord response) {
        user("response", response.userId());
        return new Exported.OfResponse(new ResponseSource(
                response.userId(),
                response.instanceId(),
                response.chatId().toString(),
                response.messageId().toString(),
                mode(response.mode()),
                SourceType.of(response.sourceType()).orElseThrow(),
                response.provider(),
                response.model(),
                response.confidence(),
                response.responseHash(),
                PlainJson.toJson(response.metadata()),
                time(response.timestamp()),
                0,
                set(response.localOnly()),
                ResponseMapping.numbered(response.chatId(), response.messageId())));
    }

    private static Exported syncEvent(ExportLine.SyncEventRecord event) {
        user("syncEvent", event.userId());
        return new Exported.OfSyncEvent(new SyncEvent(
                id("syncEvent.id", event.id()),
                event.userId(),
                event.sourceInstanceId(),
                SyncEvent.Type.of(event.eventType()).orElseThrow(),
                event.eventData() == null ? new JsonNull() : PlainJson.toJson(event.eventData()),
                event.targetInstances() == null ? null : once("syncEvent.targetInstances", event.targetInstances()),
                once("syncEvent.processedBy", event.processedBy()),
                SyncEvent.Priority.of(event.priority()).orElseThrow(),
                time(event.timestamp()),
                maybe(event.expiresAt()),
                event.version(),
                0,
                set(event.localOnly())));
    }

    private static Exported conflict(ExportLine.ConflictRecord conflict) {
        Owner owner = in(
                        "conflict",
                        () -> new ScopeIds(conflict.userId(), conflict.agentId(), conflict.appId(), conflict.runId()))
                .owner();
        ConflictResource.Side base = conflict.base();
        ConflictResource.Resolution resolution = conflict.resolution();
        return new Exported.OfConflict(new Conflict(
                id("conflict.id", conflict.id()),
                owner,
                new Conflict.About(
                        Conflict.Kind.of(conflict.subject().kind()).orElseThrow(),
                        conflict.subject().key()),
                base == null ? null : side(base),
                side(conflict.mine()),
                side(conflict.theirs()),
                time(conflict.at()),
                resolution == null
                        ? null
                        : new Conflict.Resolution(
                                Conflict.Take.of(resolution.take()).orElseThrow(),
                                number(resolution.written()),
                                time(resolution.at()),
                                resolution.key(),
                                resolution.instance()),
                conflict.version(),
                set(conflict.localOnly())));
    }

    private static Conflict.Side side(ConflictResource.Side side) {
        return new Conflict.Side(
                number(side.version()),
                side.value() == null ? null : PlainJson.toJson(side.value()),
                side.deleted(),
                time(side.at()),
                side.key(),
                side.instance());
    }

    private static long number(@Nullable Long version) {
        return version == null ? 0 : version;
    }

    private static Set<String> once(String field, List<String> names) {
        Set<String> set = new LinkedHashSet<>(names);
        if (set.size() < names.size()) {
            throw MnemeException.invalid(field, field + " must name each instance once.");
        }
        return set;
    }

    /// Makes a part of a record; its exceptions name a field of that part.
    private interface Making<T> {
        T make();
    }

    private static <T> T in(String place, Making<T> making) {
        try {
            return making.make();
        } catch (MnemeException e) {
            throw MnemeException.at(e.code(), place + "." + e.field(), String.valueOf(e.getMessage()));
        }
    }

    private static void user(String place, String userId) {
        in(place, () -> Owner.user(userId));
    }

    private static MemoryId id(String field, String text) {
        try {
            return MemoryId.parse(text);
        } catch (MnemeException e) {
            MnemeException wrong = MnemeException.invalid(field, field + " must be a UUID of 36 characters.");
            wrong.addSuppressed(e);
            throw wrong;
        }
    }

    private static @Nullable Mode mode(@Nullable String name) {
        return Stream.of(Mode.values())
                .filter(mode -> mode.wireName().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static Instant time(String text) {
        return Objects.requireNonNull(Times.read(text), "the reader took it for a time");
    }

    private static @Nullable Instant maybe(@Nullable String text) {
        return text == null ? null : time(text);
    }

    private static boolean set(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
