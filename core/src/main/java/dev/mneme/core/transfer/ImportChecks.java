package dev.mneme.core.transfer;

import dev.mneme.core.context.ContextChecks;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.MemoryChecks;
import dev.mneme.core.request.Names;
import dev.mneme.core.request.TextBytes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks imported records by the same rules as if they had been written here.
///
/// **Failures**: `MnemeException` with the place in the record, such as `memory.versions[2].text`.
final class ImportChecks {
    private static final int MAX_ERROR = 1_024;
    private static final double UNIT = 1e-3;

    /// How far another machine's clock may be ahead of this one's.
    private static final Duration AHEAD = Duration.ofDays(1);

    private final InstantSource clock;
    private final MemoryChecks memories;
    private final ContextChecks contexts;
    private final Limits limits;

    ImportChecks(InstantSource clock, Limits limits, ContextRules rules) {
        this.clock = clock;
        this.limits = limits;
        this.memories = new MemoryChecks(limits);
        this.contexts = new ContextChecks(rules);
    }

    void check(Exported exported) {
        switch (exported) {
            case Exported.OfMemory memory -> within("memory", () -> memory(memory));
            case Exported.OfContext context -> within("context", () -> context(context));
            case Exported.OfMode(ModeState mode) -> within("mode", () -> mode(mode));
            case Exported.OfTransition(Transition transition) -> within("transition", () -> transition(transition));
            case Exported.OfResponse(ResponseSource response) -> within("response", () -> response(response));
            case Exported.OfSyncEvent(SyncEvent event) -> within("syncEvent", () -> syncEvent(event));
            case Exported.OfConflict(Conflict conflict) -> within("conflict", () -> conflict(conflict));
        }
    }

    /// Runs a check, and adds the place to its failure.
    private static void within(String place, Runnable check) {
        try {
            check.run();
        } catch (MnemeException e) {
            String field = e.field() == null ? place : place + "." + e.field();
            throw MnemeException.at(e.code(), field, String.valueOf(e.getMessage()));
        }
    }

    // ---- memories

    private void memory(Exported.OfMemory memory) {
        List<MemoryVersion> versions = memory.versions();
        for (int i = 0; i < versions.size(); i++) {
            MemoryVersion version = versions.get(i);
            MemoryVersion before = i == 0 ? null : versions.get(i - 1);
            within("versions[" + i + "]", () -> version(version, before));
        }
        Embedding embedding = memory.embedding();
        if (embedding != null) {
            within("embedding", () -> embedding(embedding));
        }
    }

    private void version(MemoryVersion version, @Nullable MemoryVersion before) {
        dense(version.version(), before == null ? null : before.version());
        if ((version.version() == 1) != (version.event() == MemoryEvent.ADD)) {
            throw MnemeException.invalid("event", "event must be ADD of version 1, and of no other.");
        }
        Memory memory = version.memory();
        memories.text(memory.text());
        memories.role(memory.role());
        memories.name(memory.name());
        memories.categories(memory.categories());
        memories.metadata(memory.metadata());
        Names.check("key", version.keyId());
        Names.instance("instance", version.instance());
        happened("at", version.at(), before == null ? null : before.at());
        happened("updatedAt", memory.updatedAt(), memory.createdAt());
    }

    /// A vector is kept as it is, so it must already have length 1.
    private static void embedding(Embedding embedding) {
        double sum = 0;
        for (float x : embedding.vector()) {
            sum += (double) x * x;
        }
        if (!(Math.abs(Math.sqrt(sum) - 1) <= UNIT)) {
            throw MnemeException.invalid("vector", "vector must hold finite numbers and have the length 1.");
        }
    }

    // ---- what belongs to a user

    private void context(Exported.OfContext context) {
        List<ContextVersion> versions = context.versions();
        for (int i = 0; i < versions.size(); i++) {
            ContextVersion version = versions.get(i);
            ContextVersion before = i == 0 ? null : versions.get(i - 1);
            within("versions[" + i + "]", () -> contextVersion(version, before));
        }
        ContextChecks.key(context.newest().context().key());
    }

    /// A context may be written again after its deletion; the deletion is then an earlier version.
    private void contextVersion(ContextVersion version, @Nullable ContextVersion before) {
        Context context = version.context();
        dense(context.version(), before == null ? null : before.context().version());
        contexts.data(context.data());
        if (ContextChecks.tags(context.tags()).size() < context.tags().size()) {
            throw MnemeException.invalid("tags", "tags must name each tag once.");
        }
        Names.instance("createdBy", context.createdBy());
        Names.instance("updatedBy", context.updatedBy());
        happened("updatedAt", context.updatedAt(), context.createdAt());
        happened(
                "updatedAt",
                context.updatedAt(),
                before == null ? null : before.context().updatedAt());
    }

    private void mode(ModeState mode) {
        Names.check("instanceId", mode.instanceId());
        size("configuration", mode.configuration());
        positive(mode.version());
        happened("updatedAt", mode.updatedAt(), mode.activatedAt());
    }

    private void transition(Transition transition) {
        Names.check("instanceId", transition.instanceId());
        size("contextSnapshot", transition.contextSnapshot());
        if (transition.durationMillis() != null && transition.durationMillis() < 0) {
            throw MnemeException.invalid("transitionDuration", "transitionDuration must be 0 or more milliseconds.");
        }
        String error = transition.error();
        if ((error == null) != transition.success()) {
            throw MnemeException.invalid("success", "success must be false where there is an errorMessage, else true.");
        }
        if (error != null) {
            if (error.isBlank() || error.length() > MAX_ERROR) {
                throw MnemeException.invalid(
                        "errorMessage", "errorMessage must have 1 to " + MAX_ERROR + " characters.");
            }
            TextBytes.of("errorMessage", error);
        }
        happened("timestamp", transition.at(), null);
    }

    private void response(ResponseSource response) {
        Names.instance("instanceId", response.instanceId());
        Names.check("chatId", response.chatId());
        Names.check("messageId", response.messageId());
        Names.check("provider", response.provider());
        Names.check("model", response.model());
        Names.check("responseHash", response.responseHash());
        Double confidence = response.confidence();
        if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
            throw MnemeException.invalid("confidence", "confidence must be 0 to 1.");
        }
        memories.metadata(response.metadata());
    }

    private void syncEvent(SyncEvent event) {
        Names.instance("sourceInstanceId", event.sourceInstance());
        if (event.targets() != null) {
            if (event.targets().isEmpty() || event.targets().size() > SyncEvent.MAX_PROCESSED_BY) {
                throw MnemeException.invalid(
                        "targetInstances",
                        "targetInstances must name 1 to " + SyncEvent.MAX_PROCESSED_BY + " instances, or be left out.");
            }
            event.targets().forEach(target -> Names.instance("targetInstances", target));
        }
        event.processedBy().forEach(instance -> Names.instance("processedBy", instance));
        if (event.version() != 1L + event.processedBy().size()
                || event.processedBy().size() > SyncEvent.MAX_PROCESSED_BY) {
            throw MnemeException.invalid(
                    "version",
                    "version must be 1 and one more for each of at most " + SyncEvent.MAX_PROCESSED_BY
                            + " instances of processedBy.");
        }
        size("eventData", event.data());
        happened("timestamp", event.at(), null);
    }

    private void conflict(Conflict conflict) {
        Names.check("key", conflict.about().key());
        Conflict.Side base = conflict.base();
        if (base != null) {
            within("base", () -> side(base));
        }
        within("mine", () -> side(conflict.mine()));
        within("theirs", () -> side(conflict.theirs()));
        if (conflict.size() > Conflict.MAX_SIZE) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "mine.value", "The values may have " + Conflict.MAX_SIZE + " bytes at most.");
        }
        happened("detectedAt", conflict.detectedAt(), null);
        Conflict.Resolution resolution = conflict.resolution();
        if (conflict.version() != (resolution == null ? 1 : 2)) {
            throw MnemeException.invalid("version", "version must be 1 while it is open, and 2 once it is resolved.");
        }
        if (resolution != null) {
            Names.instance("resolution.instance", resolution.instance());
            happened("resolution.at", resolution.at(), conflict.detectedAt());
        }
    }

    private void side(Conflict.Side side) {
        if (side.deleted() != (side.value() == null)) {
            throw MnemeException.invalid("value", "value is needed, but not of a deletion.");
        }
        if (side.value() != null) {
            TextBytes.of("value", side.value());
        }
        Names.check("key", side.keyId());
        Names.instance("instance", side.instance());
        happened("at", side.at(), null);
    }

    // ---- parts

    private static void dense(long version, @Nullable Long before) {
        positive(version);
        if (before != null && version != before + 1) {
            throw MnemeException.invalid(
                    "version", "version must be " + (before + 1) + ", as the one before is " + before + ".");
        }
    }

    private static void positive(long version) {
        if (version < 1) {
            throw MnemeException.invalid("version", "version must be 1 or more.");
        }
    }

    private void happened(String field, Instant at, @Nullable Instant notBefore) {
        if (at.isAfter(clock.instant().plus(AHEAD))) {
            throw MnemeException.invalid(field, field + " must not be in the future.");
        }
        if (notBefore != null && at.isBefore(notBefore)) {
            throw MnemeException.invalid(field, field + " must not be before what preceded it.");
        }
    }

    private void size(String field, @Nullable Json json) {
        if (json != null && TextBytes.of(field, json) > limits.metadataBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, field, field + " may have " + limits.metadataBytes() + " bytes at most.");
        }
    }
}
