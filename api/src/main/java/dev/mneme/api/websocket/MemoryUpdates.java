package dev.mneme.api.websocket;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.MemoryMapping;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.OwnerKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// How a change of a memory is told: the middle of a `memory-update` message, which is the same for every
/// connection. What differs goes around it: the message's id before, the position and the one before it after.
final class MemoryUpdates {
    private MemoryUpdates() {}

    /// `"type":"memory-update","userId":…,"instanceId":…,"timestamp":…,"payload":{…}`, of a change that has its
    /// memory.
    static byte[] encode(Change change) {
        Memory memory = Objects.requireNonNull(change.memory());
        String userId = change.owner().kind() == OwnerKind.USER ? change.owner().id() : "";
        Payloads.MemoryUpdate payload = new Payloads.MemoryUpdate(event(change).name(), MemoryMapping.resource(memory));
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        raw(out, "\"type\":\"" + MessageType.MEMORY_UPDATE.wireName() + "\",\"userId\":");
        out.writeBytes(JsonWriter.bytes(userId));
        raw(out, ",\"instanceId\":");
        out.writeBytes(JsonWriter.bytes(change.by().instance()));
        raw(out, ",\"timestamp\":" + change.at().toEpochMilli() + ",\"payload\":");
        out.writeBytes(JsonWriter.bytes(payload));
        return out.toByteArray();
    }

    private static void raw(ByteArrayOutputStream out, String json) {
        out.writeBytes(json.getBytes(StandardCharsets.UTF_8));
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
