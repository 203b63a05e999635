package dev.mneme.api.mem0;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.wire.mem0.MemoryItem;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which members of a memory the client wants to see; `id` is always among them.
record Fields(Set<String> names) {
    static Fields of(Body body) {
        List<String> wanted = body.strings("fields");
        return new Fields(Set.copyOf(wanted));
    }

    /// The item, or as much of it as is wanted.
    Object of(MemoryItem item) {
        if (names.isEmpty()) {
            return item;
        }
        Map<String, Object> members = JsonWriter.members(item);
        members.keySet().removeIf(name -> !name.equals("id") && !names.contains(name));
        return members;
    }
}
