package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.Conflict.About;
import dev.mneme.core.model.Conflict.Kind;
import dev.mneme.core.model.Conflict.Side;
import dev.mneme.core.model.ConflictValues;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Times;
import dev.mneme.core.spi.StoreReads;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What becomes of a write that waited for the database and then found another version than the one that it was made
/// on:
/// a conflict, with what it would have written, what won, and the version that both began with.
///
/// What is refused for another reason, or concerns nothing that has versions, is counted in the log: whoever wrote it
/// was
/// told that it waited, and can see by its idempotency key what became of it.
final class LostWrites implements Outbox.Conflicts {
    private final StoreReads copies;
    private final RandomGenerator random;
    private final CountedLog refused = new CountedLog(System.getLogger(LostWrites.class.getName()), Level.WARNING);

    LostWrites(StoreReads copies, RandomGenerator random) {
        this.copies = copies;
        this.random = random;
    }

    @Override
    public Optional<Write> of(Write lost, Outcome.Rejected why, Instant at, String key) {
        boolean overtaken = why.code() == ErrorCode.VERSION_CONFLICT || why.code() == ErrorCode.NOT_FOUND;
        Sides sides = overtaken ? sides(lost, at) : null;
        if (sides == null) {
            refused.log("A write that waited for the database was refused then: "
                    + why.code().wireName());
            return Optional.empty();
        }
        Command record = new Command.RecordConflict(
                MemoryId.create(at, lost.owner().slot(), random),
                sides.about(),
                sides.base(),
                sides.mine(),
                sides.theirs(),
                false);
        Write.Idempotency once = new Write.Idempotency(key, new byte[0]);
        return Optional.of(new Write(lost.owner(), lost.by(), once, List.of(record)));
    }

    private record Sides(About about, @Nullable Side base, Side mine, Side theirs) {}

    private @Nullable Sides sides(Write lost, Instant at) {
        Owner owner = lost.owner();
        Provenance by = lost.by();
        return switch (lost.commands().getFirst()) {
            case Command.PutContext put ->
                ofContext(owner, put.key(), put.expectedVersion(), mine(fields(put), false, at, by));
            case Command.DeleteContext(String key, long seen) -> ofContext(owner, key, seen, mine(null, true, at, by));
            case Command.UpdateMemory update ->
                ofMemory(update.id(), update.expectedVersion(), base -> mine(fields(update, base), false, at, by));
            case Command.DeleteMemory(MemoryId id, long seen) -> ofMemory(id, seen, base -> mine(null, true, at, by));
            case Command.SwitchMode mode -> ofMode(owner, mode, mine(fields(mode), false, at, by));
            default -> null;
        };
    }

    private static Side mine(@Nullable JsonObject value, boolean deleted, Instant at, Provenance by) {
        return new Side(0, value, deleted, at, by.keyId(), by.instance());
    }

    private @Nullable Sides ofContext(Owner owner, String key, long seen, Side mine) {
        List<ContextVersion> versions = copies.contexts().versions(owner, key).value();
        if (versions.isEmpty()) {
            return null;
        }
        Side base = versions.stream()
                .filter(each -> each.context().version() == seen)
                .findFirst()
                .map(LostWrites::side)
                .orElse(null);
        return new Sides(new About(Kind.CONTEXT, key), base, mine, side(versions.getLast()));
    }

    private static Side side(ContextVersion version) {
        Context context = version.context();
        JsonObject value = version.deleted() ? null : ConflictValues.of(context);
        return new Side(context.version(), value, version.deleted(), context.updatedAt(), "", context.updatedBy());
    }

    /// Makes what was written of the version that it was made on.
    private interface Mine {
        Side of(@Nullable MemoryVersion base);
    }

    private @Nullable Sides ofMemory(MemoryId id, long seen, Mine mine) {
        List<MemoryVersion> versions =
                copies.history(id).map(found -> found.value()).orElse(List.of());
        if (versions.isEmpty()) {
            return null;
        }
        MemoryVersion base = versions.stream()
                .filter(each -> each.version() == seen)
                .findFirst()
                .orElse(null);
        return new Sides(
                new About(Kind.MEMORY, id.toString()),
                base == null ? null : side(base),
                mine.of(base),
                side(versions.getLast()));
    }

    private static Side side(MemoryVersion version) {
        boolean deleted = version.event() == MemoryEvent.DELETE;
        JsonObject value = deleted ? null : ConflictValues.of(version.memory());
        return new Side(version.version(), value, deleted, version.at(), version.keyId(), version.instance());
    }

    private @Nullable Sides ofMode(Owner owner, Command.SwitchMode mode, Side mine) {
        ModeState now = copies.modes().find(owner, mode.instanceId()).value().orElse(null);
        if (now == null) {
            return null;
        }
        Side theirs = new Side(
                now.version(), ConflictValues.of(now.announced()), false, now.updatedAt(), "", now.instanceId());
        return new Sides(new About(Kind.MODE, mode.instanceId()), null, mine, theirs);
    }

    private static JsonObject fields(Command.PutContext put) {
        Mode mode = put.mode();
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put(ConflictValues.DATA, put.data());
        fields.put(ConflictValues.CONTEXT_TYPE, new JsonString(put.type().wireName()));
        fields.put(ConflictValues.MODE, mode == null ? new JsonNull() : new JsonString(mode.wireName()));
        fields.put(ConflictValues.TAGS, list(put.tags()));
        fields.put(ConflictValues.EXPIRES_AT, time(put.expiresAt()));
        return new JsonObject(fields);
    }

    private static JsonObject fields(Command.SwitchMode mode) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put(ConflictValues.CURRENT_MODE, new JsonString(mode.to().wireName()));
        fields.put(
                ConflictValues.CONFIGURATION, mode.configuration() == null ? JsonObject.EMPTY : mode.configuration());
        return new JsonObject(fields);
    }

    /// What the update changes, over the version that it was made on.
    private static JsonObject fields(Command.UpdateMemory update, @Nullable MemoryVersion base) {
        Map<String, Json> fields = new LinkedHashMap<>();
        if (base != null) {
            fields.putAll(ConflictValues.of(base.memory()).members());
        }
        if (update.text() != null) {
            fields.put(ConflictValues.TEXT, new JsonString(update.text()));
        }
        if (update.metadataPatch() != null) {
            Json before = fields.getOrDefault(ConflictValues.METADATA, JsonObject.EMPTY);
            fields.put(
                    ConflictValues.METADATA,
                    (before instanceof JsonObject object ? object : JsonObject.EMPTY)
                            .mergePatch(update.metadataPatch()));
        }
        if (update.categories() != null) {
            fields.put(ConflictValues.CATEGORIES, list(update.categories()));
        }
        if (update.expiry() != null) {
            fields.put(ConflictValues.EXPIRES_AT, time(update.expiry().at()));
        }
        return new JsonObject(fields);
    }

    private static Json list(List<String> texts) {
        return new JsonArray(texts.stream().<Json>map(JsonString::new).toList());
    }

    private static Json time(@Nullable Instant at) {
        return at == null ? new JsonNull() : new JsonString(Times.format(at));
    }
}
