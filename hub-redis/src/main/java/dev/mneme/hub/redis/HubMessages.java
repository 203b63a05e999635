package dev.mneme.hub.redis;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.hub.redis.JsonText.Fault;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is told on Redis, and how it is read.
///
/// ```text
/// <eventPrefix><eventType>   {eventId, eventType, userId, instanceId, timestamp, payload, metadata?}
///                            metadata.mneme.node is the node that sent it: no instance of the first generation has it
/// <headChannel>              {node, project, kind, id, revision}   an owner's head advanced
///                            {node, missed: true}                  what the node wanted to tell was not all sent
/// ```
///
/// `timestamp` is written as epoch milliseconds; text in ISO 8601 is read too.
final class HubMessages {
    private static final int MAX_NAME = 200;

    private final RedisHubSettings settings;

    HubMessages(RedisHubSettings settings) {
        this.settings = settings;
    }

    /// What a message says.
    sealed interface Heard {}

    record Event(HubEvent event) implements Heard {}

    record Advanced(Owner owner, long revision) implements Heard {}

    /// Another node could not tell everything.
    record Missed() implements Heard {}

    /// What this node said itself.
    record Own() implements Heard {}

    String channel(HubEvent event) {
        return settings.eventPrefix() + event.eventType();
    }

    byte[] text(HubEvent event) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("eventId", new JsonString(event.eventId()));
        members.put("eventType", new JsonString(event.eventType()));
        members.put("userId", new JsonString(event.userId()));
        members.put("instanceId", new JsonString(event.instanceId()));
        members.put("timestamp", number(event.timestamp().toEpochMilli()));
        members.put("payload", event.payload());
        JsonObject ours =
                new JsonObject(Map.of("mneme", new JsonObject(Map.of("node", new JsonString(settings.node())))));
        members.put(
                "metadata", event.metadata() == null ? ours : event.metadata().mergePatch(ours));
        return JsonText.write(new JsonObject(members));
    }

    byte[] text(Owner owner, long revision) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("node", new JsonString(settings.node()));
        members.put("project", new JsonString(owner.project()));
        members.put("kind", new JsonString(owner.kind().wireName()));
        members.put("id", new JsonString(owner.id()));
        members.put("revision", number(revision));
        return JsonText.write(new JsonObject(members));
    }

    byte[] missed() {
        return JsonText.write(
                new JsonObject(Map.of("node", new JsonString(settings.node()), "missed", new JsonBoolean(true))));
    }

    private static JsonNumber number(long value) {
        return new JsonNumber(BigDecimal.valueOf(value));
    }

    Heard read(String channel, byte[] text) throws Fault {
        JsonObject message = JsonText.read(text);
        return channel.equals(settings.headChannel()) ? head(message) : event(channel, message);
    }

    private Heard head(JsonObject message) throws Fault {
        if (name(message, "node").equals(settings.node())) {
            return new Own();
        }
        if (message.member("missed") instanceof JsonBoolean(boolean missed) && missed) {
            return new Missed();
        }
        String kindName = name(message, "kind");
        OwnerKind kind = Arrays.stream(OwnerKind.values())
                .filter(each -> each.wireName().equals(kindName))
                .findFirst()
                .orElseThrow(() -> new Fault("has a kind that is none"));
        String project = id(message, "project");
        long revision = whole(message, "revision");
        if (revision < 1) {
            throw new Fault("has a revision below 1");
        }
        return new Advanced(new Owner(project, kind, id(message, "id")), revision);
    }

    private Heard event(String channel, JsonObject message) throws Fault {
        String type = name(message, "eventType");
        if (!channel.equals(settings.eventPrefix() + type)) {
            throw new Fault("has an eventType that is not its channel's");
        }
        String instance = id(message, "instanceId");
        JsonObject metadata = switch (message.member("metadata")) {
            case null -> null;
            case JsonObject object -> object;
            case Json.JsonNull none -> null;
            default -> throw new Fault("has metadata that are no object");
        };
        String node = node(metadata);
        boolean own = node == null
                ? instance.equals(settings.node()) || settings.instanceIds().contains(instance)
                : node.equals(settings.node());
        if (own) {
            return new Own();
        }
        if (!(message.member("payload") instanceof JsonObject payload)) {
            throw new Fault("has a payload that is no object");
        }
        return new Event(new HubEvent(
                name(message, "eventId"),
                type,
                id(message, "userId"),
                instance,
                timestamp(message),
                payload,
                node == null ? metadata : withoutNode(metadata)));
    }

    private static @Nullable String node(@Nullable JsonObject metadata) {
        return metadata != null
                        && metadata.member("mneme") instanceof JsonObject ours
                        && ours.member("node") instanceof JsonString(String node)
                ? node
                : null;
    }

    /// The metadata as they were published.
    private static @Nullable JsonObject withoutNode(@Nullable JsonObject metadata) {
        if (metadata == null) {
            return null;
        }
        Map<String, Json> members = new LinkedHashMap<>(metadata.members());
        if (members.get("mneme") instanceof JsonObject ours) {
            Map<String, Json> rest = new LinkedHashMap<>(ours.members());
            rest.remove("node");
            if (rest.isEmpty()) {
                members.remove("mneme");
            } else {
                members.put("mneme", new JsonObject(rest));
            }
        }
        return members.isEmpty() ? null : new JsonObject(members);
    }

    private static String name(JsonObject message, String field) throws Fault {
        if (message.member(field) instanceof JsonString(String text) && !text.isEmpty() && text.length() <= MAX_NAME) {
            return text;
        }
        throw new Fault("has no " + field + " of 1 to " + MAX_NAME + " characters");
    }

    private static String id(JsonObject message, String field) throws Fault {
        if (message.member(field) instanceof JsonString(String text) && ScopeIds.isId(text)) {
            return text;
        }
        throw new Fault("has no " + field + " that can be one");
    }

    private static long whole(JsonObject message, String field) throws Fault {
        if (message.member(field) instanceof JsonNumber(BigDecimal number)) {
            try {
                return number.longValueExact();
            } catch (ArithmeticException e) {
                throw new Fault("has a " + field + " that is no whole number of 64 bits");
            }
        }
        throw new Fault("has no " + field + " that is a number");
    }

    private static Instant timestamp(JsonObject message) throws Fault {
        if (message.member("timestamp") instanceof JsonString(String text)) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw new Fault("has a timestamp that is no time");
            }
        }
        return Instant.ofEpochMilli(whole(message, "timestamp"));
    }
}
