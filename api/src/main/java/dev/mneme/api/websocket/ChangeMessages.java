package dev.mneme.api.websocket;

import dev.mneme.api.json.ConflictMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.MemoryMapping;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.wire.live.LiveConflict;
import dev.mneme.wire.live.LiveMemoryUpdate;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;

/// Writes changes as messages, in three pieces. The middle of a message is the same for every connection. What differs
/// goes around it: the message's id before it, its position and the previous one after it.
final class ChangeMessages {
    private ChangeMessages() {}

    /// Whether a client with these capabilities is told of such changes. A transition is told as the mode that it leads
    /// to. Sync events are not told: clients ask for them.
    static boolean told(ChangeType type, Set<Capability> capabilities) {
        return switch (type) {
            case MEMORY_ADDED, MEMORY_UPDATED, MEMORY_DELETED -> capabilities.contains(Capability.MEMORIES);
            case CONFLICT_RECORDED, CONFLICT_RESOLVED -> capabilities.contains(Capability.CONFLICTS);
            case RESPONSE_RECORDED -> capabilities.contains(Capability.RESPONSES);
            case CONTEXT_PUT, CONTEXT_DELETED, MODE_CHANGED, MODE_CONFIGURED, OWNER_ERASED -> true;
            case TRANSITION_RECORDED, SYNC_POSTED, SYNC_PROCESSED -> false;
        };
    }

    /// The middle of a message, `"type":…,"userId":…,"instanceId":…,"timestamp":…,"payload":{…}`, for a change that is
    /// told and whose record is still kept.
    static byte[] encode(Change change) {
        return switch (change.subject()) {
            case Memory memory ->
                message(
                        change,
                        MessageType.MEMORY_UPDATE,
                        change.by().instance(),
                        new LiveMemoryUpdate(event(change).name(), MemoryMapping.resource(memory)));
            case Context context ->
                message(
                        change,
                        MessageType.CONTEXT_SYNC,
                        change.by().instance(),
                        Payloads.contextSync(context, change.type() == ChangeType.CONTEXT_DELETED));
            case ModeState state ->
                message(
                        change,
                        MessageType.MODE_UPDATE,
                        state.instanceId(), // whose mode it is: first-generation clients take it from here
                        Payloads.modeUpdate(state, change.type() == ChangeType.MODE_CHANGED));
            case ResponseSource source ->
                message(change, MessageType.RESPONSE_GENERATED, source.instanceId(), ResponseMapping.resource(source));
            case Conflict conflict ->
                message(
                        change,
                        MessageType.CONFLICT,
                        change.by().instance(),
                        new LiveConflict(
                                conflict.open() ? "RECORDED" : "RESOLVED", ConflictMapping.resource(conflict)));
            case null, default -> throw new IllegalStateException(change.type() + " is not told");
        };
    }

    private static byte[] message(Change change, MessageType type, String instance, Object payload) {
        String userId = change.owner().kind() == OwnerKind.USER ? change.owner().id() : "";
        byte[] members = JsonWriter.bytes(
                new Middle(type.wireName(), userId, instance, change.at().toEpochMilli(), payload));
        return Arrays.copyOfRange(members, 1, members.length - 1); // without its braces
    }

    /// The members of `LiveMessage`, in its order, that are the same for every client.
    private record Middle(String type, String userId, String instanceId, long timestamp, Object payload) {}

    private record Head(String id) {}

    private record Tail(String position, String previous) {}

    /// The beginning of a message, with the comma before the middle.
    static byte[] head(UUID id) {
        byte[] head = JsonWriter.bytes(new Head(id.toString()));
        head[head.length - 1] = ','; // for its closing brace
        return head;
    }

    /// The end of a message, with the comma after the middle.
    static byte[] tail(String position, String previous) {
        byte[] tail = JsonWriter.bytes(new Tail(position, previous));
        tail[0] = ','; // for its opening brace
        return tail;
    }

    private static MemoryEvent event(Change change) {
        return switch (change.type()) {
            case MEMORY_ADDED -> MemoryEvent.ADD;
            case MEMORY_UPDATED -> MemoryEvent.UPDATE;
            case MEMORY_DELETED -> MemoryEvent.DELETE;
            default -> throw new IllegalStateException(change.type() + " concerns no memory");
        };
    }
}
