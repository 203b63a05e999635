package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Times;
import dev.mneme.wire.mem0.Done;
import dev.mneme.wire.mem0.ServerKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Routes for administrators of mem0's own server: `/api-keys`, `/reset`, `/auth/setup-status`.
final class ServerRoutes {
    private static final Parameter KEY_ID =
            Parameter.string("key_id", "the key").withSlashes();

    private final MemoryService memories;
    private final KeyService keys;

    ServerRoutes(MemoryService memories, KeyService keys) {
        this.memories = memories;
        this.keys = keys;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api-keys")
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0Keys", Mem0Api.TAG, "List keys")
                        .by(request -> Answer.json(
                                200,
                                keys.list(request.caller()).stream()
                                        .map(key -> item(key, null))
                                        .toList())),
                Route.post("/api-keys")
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0CreateKey", Mem0Api.TAG, "Make a key that reads and writes")
                        .by(this::create),
                Route.delete("/api-keys/{key_id}")
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0DeleteKey", Mem0Api.TAG, "Revoke a key")
                        .path(KEY_ID)
                        .by(this::revoke),
                Route.post("/reset")
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0Reset", Mem0Api.TAG, "Delete all memories")
                        .by(this::reset),
                Route.get("/auth/setup-status")
                        .in(Dialect.MEM0)
                        .access(Access.OPEN)
                        .named("mem0SetupStatus", Mem0Api.TAG, "Whether an account is still to be made: never")
                        .by(request -> Answer.json(200, Map.of("needs_setup", false, "setup_complete", true))));
    }

    private Answer create(Request request) {
        String label = Body.of(request).needed("label");
        KeyService.Created made = keys.create(request.caller(), label, Role.WRITE, Restriction.NONE, null, null);
        return Answer.json(201, item(made.key(), made.secret()));
    }

    private static ServerKey item(ApiKey key, @Nullable String secret) {
        return new ServerKey(
                key.id(),
                secret,
                key.name(),
                key.role().wireName(),
                secret == null ? null : secret.substring(0, 8),
                Times.format(key.createdAt()));
    }

    private Answer revoke(Request request) {
        keys.revoke(request.caller(), request.path(KEY_ID.name()));
        return Answer.json(200, new Done("API key deleted successfully"));
    }

    /// Deletes everybody's memories. Contexts, modes and the server's keys stay.
    private Answer reset(Request request) {
        if (request.body().length > 0 && !Body.of(request).isEmpty()) {
            throw MnemeException.invalid("body", "Nothing was deleted: this deletes everything, so it takes no body.");
        }
        Filter filter = Mem0Scopes.everything();
        memories.deleteMatching(request.caller(), filter, null);
        return LeftOut.said(
                Answer.json(200, new Done("All memories reset")), memories.leftOut(request.caller(), filter));
    }
}
