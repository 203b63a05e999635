package dev.mneme.core.hub;

import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a hub's documents that people and other programs read. The names are those of the first generation.
///
/// Values are text, booleans, numbers (`Integer`, `Long` or `Double`), `Instant`, lists and maps; null only within
/// lists and maps. What is missing is left out.
public final class SharedFields {
    private SharedFields() {}

    /// The fields that find a record among those of its user, whoever wrote it; empty where there are none.
    public static List<String> naturalKey(RecordTable table) {
        return switch (table) {
            case CONTEXT -> List.of("userId", "contextKey");
            case MODE -> List.of("userId", "instanceId");
            case RESPONSE -> List.of("userId", "chatId", "messageId");
            default -> List.of();
        };
    }

    /// The field with the time by which what others wrote is found; null where nobody else writes.
    public static @Nullable String timeField(RecordTable table) {
        return switch (table) {
            case CONTEXT, MODE -> "updatedAt";
            case TRANSITION, RESPONSE, SYNC_EVENT -> "timestamp";
            default -> null;
        };
    }

    /// The fields that a table's documents can have; one that has no value now is taken away.
    public static List<String> names(RecordTable table) {
        return switch (table) {
            case MODE ->
                List.of(
                        "userId",
                        "instanceId",
                        "currentMode",
                        "previousMode",
                        "capabilities",
                        "configuration",
                        "activatedAt",
                        "updatedAt",
                        "syncVersion");
            case TRANSITION ->
                List.of(
                        "userId",
                        "instanceId",
                        "fromMode",
                        "toMode",
                        "contextSnapshot",
                        "transitionDuration",
                        "success",
                        "errorMessage",
                        "timestamp",
                        "syncedAt");
            case CONTEXT ->
                List.of(
                        "userId",
                        "contextKey",
                        "contextType",
                        "mode",
                        "data",
                        "metadata",
                        "createdAt",
                        "updatedAt",
                        "expiresAt");
            case RESPONSE ->
                List.of(
                        "userId",
                        "instanceId",
                        "chatId",
                        "messageId",
                        "mode",
                        "sourceType",
                        "provider",
                        "model",
                        "confidence",
                        "responseHash",
                        "metadata",
                        "timestamp");
            case SYNC_EVENT ->
                List.of(
                        "userId",
                        "sourceInstanceId",
                        "eventType",
                        "eventData",
                        "targetInstances",
                        "processedBy",
                        "priority",
                        "timestamp",
                        "expiresAt");
            case MEMORY, MEMORY_VERSION ->
                List.of(
                        "memoryId",
                        "userId",
                        "agentId",
                        "appId",
                        "runId",
                        "event",
                        "text",
                        "role",
                        "name",
                        "metadata",
                        "categories",
                        "timestamp",
                        "createdAt",
                        "updatedAt",
                        "expiresAt",
                        "version",
                        "replacedBy",
                        "at",
                        "keyId",
                        "instanceId");
            case CONFLICT ->
                List.of("userId", "agentId", "appId", "runId", "id", "data", "version", "createdAt", "updatedAt");
            case CHANGE, OTHER -> List.of();
        };
    }

    /// What a record's document shows.
    ///
    /// @param content see [RecordChange#content]
    public static Map<String, Object> of(Owner owner, Object content) {
        Fields fields = new Fields();
        switch (content) {
            case ModeState mode -> mode(fields, mode);
            case Transition transition -> transition(fields, transition);
            case Context context -> context(fields, context);
            case ResponseSource response -> response(fields, response);
            case SyncEvent event -> event(fields, event);
            case Memory memory -> memory(fields, memory);
            case MemoryVersion version -> {
                memory(fields, version.memory());
                fields.put("event", version.event().name());
                fields.put("version", version.version());
                fields.put("at", version.at());
                fields.put("keyId", version.keyId());
                fields.put("instanceId", version.instance());
            }
            case Document document -> document(fields, owner, document);
            default -> throw new IllegalArgumentException("no content of a record: " + content.getClass());
        }
        return fields.values;
    }

    private static void mode(Fields fields, ModeState mode) {
        Capabilities can = mode.capabilities();
        Fields capabilities = new Fields();
        capabilities.put("localAI", can.localAi());
        capabilities.put("externalAI", can.externalAi());
        capabilities.put("multiChannel", can.multiChannel());
        capabilities.put("offlineCapable", can.offlineCapable());
        capabilities.put("realTimeSync", can.realTimeSync());
        fields.put("userId", mode.userId());
        fields.put("instanceId", mode.instanceId());
        fields.put("currentMode", mode.current().wireName());
        fields.put("previousMode", name(mode.previous()));
        fields.put("capabilities", capabilities.values);
        fields.put("configuration", value(mode.configuration()));
        fields.put("activatedAt", mode.activatedAt());
        fields.put("updatedAt", mode.updatedAt());
        fields.put("syncVersion", mode.version());
    }

    private static void transition(Fields fields, Transition transition) {
        fields.put("userId", transition.userId());
        fields.put("instanceId", transition.instanceId());
        fields.put("fromMode", name(transition.from()));
        fields.put("toMode", transition.to().wireName());
        fields.put("contextSnapshot", value(transition.contextSnapshot()));
        fields.put("transitionDuration", transition.durationMillis());
        fields.put("success", transition.success());
        fields.put("errorMessage", transition.error());
        fields.put("timestamp", transition.at());
        fields.put("syncedAt", transition.at());
    }

    private static void context(Fields fields, Context context) {
        Fields metadata = new Fields();
        metadata.put("createdBy", context.createdBy());
        metadata.put("lastModifiedBy", context.updatedBy());
        metadata.put("version", context.version());
        metadata.put("tags", context.tags());
        fields.put("userId", context.userId());
        fields.put("contextKey", context.key());
        fields.put("contextType", context.type().wireName());
        fields.put("mode", name(context.mode()));
        fields.put("data", value(context.data()));
        fields.put("metadata", metadata.values);
        fields.put("createdAt", context.createdAt());
        fields.put("updatedAt", context.updatedAt());
        fields.put("expiresAt", context.expiresAt());
    }

    private static void response(Fields fields, ResponseSource response) {
        fields.put("userId", response.userId());
        fields.put("instanceId", response.instanceId());
        fields.put("chatId", id(response.chatId(), response.numbered().chat()));
        fields.put("messageId", id(response.messageId(), response.numbered().message()));
        fields.put("mode", name(response.mode()));
        fields.put("sourceType", response.sourceType().wireName());
        fields.put("provider", response.provider());
        fields.put("model", response.model());
        fields.put("confidence", response.confidence());
        fields.put("responseHash", response.responseHash());
        fields.put("metadata", value(response.metadata()));
        fields.put("timestamp", response.at());
    }

    private static void event(Fields fields, SyncEvent event) {
        fields.put("userId", event.userId());
        fields.put("sourceInstanceId", event.sourceInstance());
        fields.put("eventType", event.type().wireName());
        fields.put("eventData", value(event.data()));
        fields.put("targetInstances", event.targets() == null ? null : List.copyOf(event.targets()));
        fields.put("processedBy", List.copyOf(event.processedBy()));
        fields.put("priority", event.priority().wireName());
        fields.put("timestamp", event.at());
        fields.put("expiresAt", event.expiresAt());
    }

    private static void memory(Fields fields, Memory memory) {
        MemoryId replacedBy = memory.replacedBy();
        fields.put("memoryId", memory.id().toString());
        scope(fields, memory.scope());
        fields.put("text", memory.text());
        fields.put("role", memory.role());
        fields.put("name", memory.name());
        fields.put("metadata", value(memory.metadata()));
        fields.put("categories", memory.categories());
        fields.put(
                "timestamp",
                memory.timestamp() == null ? null : memory.timestamp().at());
        fields.put("createdAt", memory.createdAt());
        fields.put("updatedAt", memory.updatedAt());
        fields.put("expiresAt", memory.expiresAt());
        fields.put("version", memory.version());
        fields.put("replacedBy", replacedBy == null ? null : replacedBy.toString());
    }

    private static void scope(Fields fields, ScopeIds scope) {
        for (OwnerKind kind : OwnerKind.values()) {
            fields.put(kind.fieldName(), scope.id(kind));
        }
    }

    private static void document(Fields fields, Owner owner, Document document) {
        fields.put(owner.kind().fieldName(), owner.id());
        fields.put("id", document.id());
        fields.put("data", value(document.data()));
        fields.put("version", document.version());
        fields.put("createdAt", document.createdAt());
        fields.put("updatedAt", document.updatedAt());
    }

    private static @Nullable String name(@Nullable Mode mode) {
        return mode == null ? null : mode.wireName();
    }

    /// Ids of chats and messages are shown as their writer wrote them.
    private static Object id(String id, boolean number) {
        Long value = number ? number(id) : null;
        return value == null ? id : whole(value);
    }

    /// The number that an id is the usual spelling of; null if it is of none.
    public static @Nullable Long number(String id) {
        try {
            long value = Long.parseLong(id);
            return Long.toString(value).equals(id) ? value : null;
        } catch (NumberFormatException noNumber) {
            return null;
        }
    }

    private static Number whole(long value) {
        if (value == (int) value) {
            return (int) value;
        }
        return value;
    }

    /// JSON as the values above. Numbers with a fraction, or beyond 64 bits, become the nearest `Double`.
    public static @Nullable Object value(@Nullable Json json) {
        return switch (json) {
            case null -> null;
            case JsonNull none -> null;
            case JsonString(String text) -> text;
            case JsonBoolean(boolean bool) -> bool;
            case JsonNumber(BigDecimal number) -> number(number);
            case JsonArray(List<Json> items) -> {
                List<@Nullable Object> values = new ArrayList<>();
                items.forEach(item -> values.add(value(item)));
                yield values;
            }
            case JsonObject(Map<String, Json> members) -> {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                members.forEach((name, member) -> values.put(name, value(member)));
                yield values;
            }
        };
    }

    private static Number number(BigDecimal number) {
        if (number.precision() - number.scale() > 19
                || number.stripTrailingZeros().scale() > 0) {
            return number.doubleValue();
        }
        try {
            return whole(number.longValueExact());
        } catch (ArithmeticException tooLarge) {
            return number.doubleValue();
        }
    }

    /// Leaves out what is missing.
    private static final class Fields {
        final Map<String, Object> values = new LinkedHashMap<>();

        void put(String name, @Nullable Object value) {
            if (value != null) {
                values.put(name, value);
            }
        }
    }
}
