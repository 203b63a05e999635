package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.memory.MemoryPatch;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.wire.mem0.Done;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One memory by its id, and deletion by scope: `/v1/memories/…` of the platform, `/memories/…` of mem0's own server.
final class ItemRoutes {
    private static final String DELETED = "Memory deleted successfully!";

    private final MemoryService memories;
    private final RecentEvents events;
    private final LinkedMemories linked;

    ItemRoutes(MemoryService memories, RecentEvents events) {
        this.memories = memories;
        this.events = events;
        this.linked = new LinkedMemories(memories);
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/memories/{memory_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Get", Mem0Api.TAG, "Get a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::get),
                Route.put("/v1/memories/{memory_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Update", Mem0Api.TAG, "Update a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(request -> Answer.json(200, Mem0Mapping.item(update(request), memories.now()))),
                Route.delete("/v1/memories/{memory_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Delete", Mem0Api.TAG, "Delete a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::delete),
                Route.delete("/v1/memories/")
                        .in(Dialect.MEM0)
                        .named("mem0DeleteAll", Mem0Api.TAG, "Delete memories by scope")
                        .by(request -> deleteAll(request, "Memories deleted successfully!")),
                Route.get("/v1/memories/{memory_id}/history/")
                        .in(Dialect.MEM0)
                        .named("mem0History", Mem0Api.TAG, "A memory's versions")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::history),
                Route.get("/memories/{memory_id}")
                        .in(Dialect.MEM0)
                        .named("mem0ServerGet", Mem0Api.TAG, "Get a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::getOrNull),
                Route.put("/memories/{memory_id}")
                        .in(Dialect.MEM0)
                        .named("mem0ServerUpdate", Mem0Api.TAG, "Update a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::serverUpdate),
                Route.delete("/memories/{memory_id}")
                        .in(Dialect.MEM0)
                        .named("mem0ServerDelete", Mem0Api.TAG, "Delete a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::delete),
                Route.delete("/memories")
                        .in(Dialect.MEM0)
                        .named("mem0ServerDeleteAll", Mem0Api.TAG, "Delete memories by scope")
                        .by(request -> deleteAll(request, "All relevant memories deleted")),
                Route.get("/memories/{memory_id}/history")
                        .in(Dialect.MEM0)
                        .named("mem0ServerHistory", Mem0Api.TAG, "A memory's versions")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::history));
    }

    private Answer get(Request request) {
        Memory memory = memories.get(request.caller(), Mem0Ids.of(request), ReadOptions.DEFAULT)
                .value();
        return Answer.json(200, Mem0Mapping.item(memory, memories.now()));
    }

    /// Answers a missing memory as mem0's own server does, which has no 404 here.
    private Answer getOrNull(Request request) {
        try {
            return get(request);
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            return Answer.text(200, "application/json", "null");
        }
    }

    private Answer serverUpdate(Request request) {
        update(request);
        return Answer.json(200, new Done("Memory updated successfully!"));
    }

    private Memory update(Request request) {
        return memories.update(request.caller(), Mem0Ids.of(request), patch(Body.of(request)), request.idempotency())
                .subject();
    }

    /// @throws MnemeException `invalid_request` when it changes nothing
    static MemoryPatch patch(Body body) {
        String text = text(body);
        Expiry expiry = expiry(body);
        Timestamp timestamp = AddRoutes.timestamp(body);
        Json.JsonObject metadata = body.object("metadata");
        if (text == null && expiry == null && timestamp == null && metadata == null) {
            throw MnemeException.invalid(
                    "text", "Nothing to change: send text, metadata, timestamp or expiration_date.");
        }
        return new MemoryPatch(text, metadata, null, expiry, timestamp, null, null, Command.ANY_VERSION);
    }

    /// The new text, under each name that a version of mem0 has for it.
    private static @Nullable String text(Body body) {
        for (String name : List.of("text", "memory", "data")) {
            String text = body.text(name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /// The new expiry. If it is sent as null, the memory loses its expiry.
    private static @Nullable Expiry expiry(Body body) {
        Json date = body.get("expiration_date");
        if (date == null) {
            return body.says("expiration_date") ? new Expiry(null) : null;
        }
        return new Expiry(Mem0Times.expiry(date));
    }

    private Answer delete(Request request) {
        MemoryId id = Mem0Ids.of(request);
        boolean cascade = Flags.of(request.query(), "delete_linked");
        Set<MemoryId> others = cascade ? linked.to(request.caller(), id) : Set.of();
        memories.delete(request.caller(), id, Command.ANY_VERSION, request.idempotency());
        int count = 0;
        for (MemoryId other : others) {
            count += linked.delete(request.caller(), other) ? 1 : 0;
        }
        return Answer.json(200, new Done(DELETED, null, cascade ? count : null));
    }

    private Answer deleteAll(Request request, String message) {
        WholesaleDeletion.require(request, Mem0Scopes.QUERY);
        Filter filter = Mem0Scopes.ofDeletion(request);
        Instant startedAt = memories.now();
        memories.deleteMatching(request.caller(), filter, request.idempotency());
        UUID event = events.done(request.caller(), "DELETE", startedAt, memories.now(), List.of());
        return LeftOut.said(
                Answer.json(200, new Done(message, event.toString(), null)),
                memories.leftOut(request.caller(), filter));
    }

    private Answer history(Request request) {
        return Answer.json(
                200,
                Mem0Mapping.history(memories.history(request.caller(), Mem0Ids.of(request), ReadOptions.DEFAULT)
                        .value()));
    }
}
