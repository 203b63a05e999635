package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.command.Command;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.wire.mem0.Done;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// `/v1/batch/`: updates or deletes up to 1,000 memories by id. All are checked before any is touched, but they are not
/// changed together.
final class BatchRoutes {
    private static final int MOST = 1_000;
    private static final String PATH = "memories";

    private final MemoryService memories;

    BatchRoutes(MemoryService memories) {
        this.memories = memories;
    }

    List<Route> routes() {
        return List.of(
                Route.put("/v1/batch/")
                        .in(Dialect.MEM0)
                        .named("mem0BatchUpdate", Mem0Api.TAG, "Update many memories")
                        .by(this::update),
                Route.delete("/v1/batch/")
                        .in(Dialect.MEM0)
                        .named("mem0BatchDelete", Mem0Api.TAG, "Delete many memories")
                        .by(this::delete));
    }

    private Answer update(Request request) {
        Map<MemoryId, MemoryPatch> patches = new LinkedHashMap<>();
        items(request).forEach((path, item) -> {
            try {
                MemoryId id = id(item);
                MemoryPatch patch = ItemRoutes.patch(item);
                memories.requireValid(request.caller(), id, patch);
                patches.put(id, patch);
            } catch (MnemeException e) {
                throw within(path, e);
            }
        });
        patches.forEach((id, patch) -> memories.update(request.caller(), id, patch, null));
        return Answer.json(200, new Done("Successfully updated " + patches.size() + " memories"));
    }

    private Answer delete(Request request) {
        Set<MemoryId> ids = new LinkedHashSet<>();
        items(request).forEach((path, item) -> {
            try {
                MemoryId id = id(item);
                memories.get(request.caller(), id, ReadOptions.DEFAULT);
                ids.add(id);
            } catch (MnemeException e) {
                throw within(path, e);
            }
        });
        ids.forEach(id -> memories.delete(request.caller(), id, Command.ANY_VERSION, null));
        return Answer.json(200, new Done("Successfully deleted " + ids.size() + " memories"));
    }

    private static Map<String, Body> items(Request request) {
        if (!(Body.of(request).get(PATH) instanceof JsonArray(List<Json> items))
                || items.isEmpty()
                || items.size() > MOST) {
            throw MnemeException.invalid(PATH, PATH + " must be a list of 1 to " + MOST + " objects.");
        }
        Map<String, Body> bodies = new LinkedHashMap<>();
        for (int i = 0; i < items.size(); i++) {
            String path = PATH + "[" + i + "]";
            bodies.put(path, Body.of(items.get(i), path));
        }
        return bodies;
    }

    /// The failure of one memory, whose message names the place, since clients read only the message.
    private static MnemeException within(String path, MnemeException e) {
        String field = e.field() == null ? path : path + "." + e.field();
        return MnemeException.at(e.code(), field, path + ": " + e.getMessage());
    }

    private static MemoryId id(Body item) {
        return Mem0Ids.read(item.needed("memory_id"), "memory_id");
    }
}
