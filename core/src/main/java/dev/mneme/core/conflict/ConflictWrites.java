package dev.mneme.core.conflict;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.conflict.ConflictService.Decision;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.Side;
import dev.mneme.core.model.ConflictValues;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Times;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes the write that a decision stands for, by the rules of the record's own room.
///
/// **Threads**: any number may call.
public final class ConflictWrites {
    private static final String VALUE = "value";
    private static final Set<String> OF_MEMORY =
            Set.of(ConflictValues.TEXT, ConflictValues.METADATA, ConflictValues.CATEGORIES, ConflictValues.EXPIRES_AT);
    private static final Set<String> OF_CONTEXT = Set.of(
            ConflictValues.DATA,
            ConflictValues.CONTEXT_TYPE,
            ConflictValues.MODE,
            ConflictValues.TAGS,
            ConflictValues.EXPIRES_AT);
    private static final Set<String> OF_MODE = Set.of(ConflictValues.CURRENT_MODE, ConflictValues.CONFIGURATION);

    private final Store store;
    private final MemoryService memories;
    private final ContextService contexts;
    private final ModeService modes;

    public ConflictWrites(Store store, MemoryService memories, ContextService contexts, ModeService modes) {
        this.store = store;
        this.memories = memories;
        this.contexts = contexts;
        this.modes = modes;
    }

    /// @param decision takes mine, or a value
    Command of(Caller caller, Conflict conflict, Decision decision) {
        Side mine = conflict.mine();
        Side theirs = conflict.theirs();
        long shown = decision.expectedVersion() != Command.ANY_VERSION
                ? decision.expectedVersion()
                : theirs.deleted() ? 0 : theirs.version();
        JsonObject wanted = decision.value() == null ? mine.value() : decision.value();
        String key = conflict.about().key();
        return switch (conflict.about().kind()) {
            case MEMORY -> memory(caller, key, wanted, shown);
            case CONTEXT ->
                wanted == null ? new Command.DeleteContext(key, shown) : context(caller, conflict, wanted, shown);
            case MODE -> mode(caller, conflict, wanted == null ? JsonObject.EMPTY : wanted, shown);
        };
    }

    private Command memory(Caller caller, String key, @Nullable JsonObject wanted, long shown) {
        MemoryId id = MemoryId.parse(key);
        Memory now = store.find(id).map(At::value).orElse(null);
        if (now == null) {
            throw MnemeException.conflict(
                    "The memory is deleted by now: take theirs, and add it again if it should be there.",
                    null,
                    List.of());
        }
        if (wanted == null) {
            return new Command.DeleteMemory(id, shown);
        }
        requireNames(wanted, OF_MEMORY);
        JsonObject metadata =
                wanted.members().containsKey(ConflictValues.METADATA) ? object(wanted, ConflictValues.METADATA) : null;
        MemoryPatch patch = new MemoryPatch(
                text(wanted, ConflictValues.TEXT),
                metadata == null ? null : replacing(now.metadata(), metadata),
                texts(wanted, ConflictValues.CATEGORIES),
                wanted.members().containsKey(ConflictValues.EXPIRES_AT) ? new Expiry(time(wanted)) : null,
                null,
                null,
                shown);
        return memories.prepare(caller, id, patch);
    }

    private Command context(Caller caller, Conflict conflict, JsonObject wanted, long shown) {
        requireNames(wanted, OF_CONTEXT);
        Map<String, Json> fields = new LinkedHashMap<>();
        if (conflict.theirs().value() != null) {
            fields.putAll(conflict.theirs().value().members());
        }
        fields.putAll(wanted.members());
        JsonObject next = new JsonObject(fields);
        Json data = fields.get(ConflictValues.DATA);
        if (data == null || data instanceof JsonNull) {
            throw wrong(ConflictValues.DATA, "is needed: any JSON but null");
        }
        String type = text(next, ConflictValues.CONTEXT_TYPE);
        String mode = text(next, ConflictValues.MODE);
        List<String> tags = texts(next, ConflictValues.TAGS);
        return contexts.prepare(
                caller,
                conflict.owner(),
                new Command.PutContext(
                        conflict.about().key(),
                        type == null
                                ? ContextType.CUSTOM
                                : ContextType.of(type)
                                        .orElseThrow(() -> wrong(
                                                ConflictValues.CONTEXT_TYPE, "must be chat, project, mode or custom")),
                        mode == null ? null : mode(ConflictValues.MODE, mode),
                        data,
                        tags == null ? List.of() : tags,
                        time(next),
                        shown,
                        MergeStrategy.REPLACE));
    }

    private Command mode(Caller caller, Conflict conflict, JsonObject wanted, long shown) {
        requireNames(wanted, OF_MODE);
        String current = text(wanted, ConflictValues.CURRENT_MODE);
        if (current == null) {
            throw wrong(ConflictValues.CURRENT_MODE, "is needed: inspired, didactic or parallel");
        }
        JsonObject configuration = wanted.members().containsKey(ConflictValues.CONFIGURATION)
                ? object(wanted, ConflictValues.CONFIGURATION)
                : null;
        return modes.prepare(
                caller,
                conflict.owner(),
                new ModeService.Switch(
                        conflict.about().key(),
                        mode(ConflictValues.CURRENT_MODE, current),
                        null,
                        configuration,
                        null,
                        null,
                        null,
                        shown));
    }

    /// The merge patch that makes one object the other.
    static JsonObject replacing(JsonObject now, JsonObject wanted) {
        Map<String, Json> patch = new LinkedHashMap<>();
        now.members().keySet().stream()
                .filter(name -> !wanted.members().containsKey(name))
                .forEach(name -> patch.put(name, new JsonNull()));
        wanted.members()
                .forEach((name, value) -> patch.put(
                        name,
                        value instanceof JsonObject object && now.members().get(name) instanceof JsonObject before
                                ? replacing(before, object)
                                : value));
        return new JsonObject(patch);
    }

    private static void requireNames(JsonObject value, Set<String> known) {
        for (String name : value.members().keySet()) {
            if (!known.contains(name)) {
                throw wrong(
                        name,
                        "is none of "
                                + String.join(", ", known.stream().sorted().toList()) + ": leave it out");
            }
        }
        if (value.members().isEmpty()) {
            throw MnemeException.invalid(VALUE, "value must have at least one field of the record.");
        }
    }

    private static JsonObject object(JsonObject value, String name) {
        if (value.members().get(name) instanceof JsonObject object) {
            return object;
        }
        throw wrong(name, "must be an object");
    }

    private static @Nullable String text(JsonObject value, String name) {
        return switch (value.members().get(name)) {
            case null -> null;
            case JsonNull none -> null;
            case JsonString(String text) -> text;
            default -> throw wrong(name, "must be a text");
        };
    }

    private static @Nullable List<String> texts(JsonObject value, String name) {
        return switch (value.members().get(name)) {
            case null -> null;
            case JsonArray(List<Json> items) ->
                items.stream()
                        .map(item -> {
                            if (item instanceof JsonString(String text)) {
                                return text;
                            }
                            throw wrong(name, "must be a list of texts");
                        })
                        .toList();
            default -> throw wrong(name, "must be a list of texts");
        };
    }

    private static @Nullable Instant time(JsonObject value) {
        Json given = value.members().get(ConflictValues.EXPIRES_AT);
        if (given == null || given instanceof JsonNull) {
            return null;
        }
        Instant at = Times.read(given);
        if (at == null) {
            throw wrong(ConflictValues.EXPIRES_AT, "must be an ISO-8601 time or epoch milliseconds");
        }
        return at;
    }

    private static Mode mode(String field, String name) {
        return Mode.of(name).orElseThrow(() -> wrong(field, "must be inspired, didactic or parallel"));
    }

    private static MnemeException wrong(String field, String what) {
        return MnemeException.at(
                ErrorCode.INVALID_REQUEST, VALUE + "." + field, VALUE + "." + field + " " + what + ".");
    }
}
