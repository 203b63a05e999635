package dev.mneme.api.mem0;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import java.util.LinkedHashMap;
import java.util.Map;

/// `immutable` of mem0's adds. It is kept as a member of the metadata ([Memory#IMMUTABLE]), so that every door refuses
/// to change the memory, and is shown beside the metadata.
final class Immutability {
    private Immutability() {}

    /// The metadata of memories to be added, including `immutable`.
    static JsonObject metadata(Body body) {
        JsonObject given = body.object("metadata");
        JsonObject metadata = given == null ? JsonObject.EMPTY : given;
        if (!body.flag("immutable", false)) {
            return metadata;
        }
        Map<String, Json> members = new LinkedHashMap<>(metadata.members());
        members.put(Memory.IMMUTABLE, new JsonBoolean(true));
        return new JsonObject(members);
    }

    /// The metadata as mem0's clients gave it.
    static JsonObject shown(Memory memory) {
        if (!memory.immutable()) {
            return memory.metadata();
        }
        Map<String, Json> members = new LinkedHashMap<>(memory.metadata().members());
        members.remove(Memory.IMMUTABLE);
        return new JsonObject(members);
    }
}
