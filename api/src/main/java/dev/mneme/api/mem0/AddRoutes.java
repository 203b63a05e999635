package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.MemoryService.Added;
import dev.mneme.core.service.MemoryService.Item;
import dev.mneme.core.service.NewMemory;
import dev.mneme.wire.mem0.AddAnswer;
import dev.mneme.wire.mem0.AddResult;
import dev.mneme.wire.mem0.AddedMemory;
import dev.mneme.wire.mem0.Found;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Adds memories: `POST /v3/memories/add/`, `/v1/memories/` and, of mem0's own server, `/memories`.
final class AddRoutes {
    private static final String STORED = "Memories stored";
    private static final String STORED_VERBATIM =
            "Memories stored as they were sent: no language model is configured, so no facts were extracted";

    private final MemoryService memories;
    private final RecentEvents events;

    AddRoutes(MemoryService memories, RecentEvents events) {
        this.memories = memories;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v3/memories/add/")
                        .in(Dialect.MEM0)
                        .named("mem0AddV3", Mem0Api.TAG, "Add memories")
                        .by(this::third),
                Route.post("/v1/memories/")
                        .in(Dialect.MEM0)
                        .named("mem0AddV1", Mem0Api.TAG, "Add memories")
                        .by(this::first),
                Route.post("/memories")
                        .in(Dialect.MEM0)
                        .named("mem0Add", Mem0Api.TAG, "Add memories")
                        .by(this::server));
    }

    /// @param message in words, whether facts were extracted
    private record Done(String message, UUID eventId, List<AddResult> results) {}

    private Answer third(Request request) {
        return third(add(request));
    }

    private static Answer third(Done done) {
        return Answer.json(
                200, new AddAnswer(done.message(), "SUCCEEDED", done.eventId().toString(), done.results()));
    }

    private Answer first(Request request) {
        Done done = add(request);
        return isWrapped(Body.of(request))
                ? third(done)
                : Answer.json(
                        200,
                        done.results().stream()
                                .map(result -> new AddedMemory(
                                        result.id(),
                                        result.memory(),
                                        result.data(),
                                        result.event(),
                                        done.message(),
                                        "SUCCEEDED",
                                        done.eventId().toString()))
                                .toList());
    }

    private Answer server(Request request) {
        return Answer.json(200, new Found<>(add(request).results()));
    }

    /// Whether an older version of the platform answers an object where it would answer a bare list.
    static boolean isWrapped(Body body) {
        return "v1.1".equals(body.text("output_format"));
    }

    /// Here it is decided whether a language model extracts facts from the messages (`infer`, true unless said
    /// otherwise) or they are kept as they are. There is no model yet, so they always are, and the answer
    /// says so.
    private Done add(Request request) {
        Body body = Body.of(request);
        boolean infer = body.flag("infer", true);
        Instant startedAt = memories.now();
        List<Memory> stored = new ArrayList<>();
        List<AddResult> results = new ArrayList<>();
        for (Added.Stored each : verbatim(request, body)) {
            Memory memory = each.outcome().memory();
            stored.add(memory);
            results.add(new AddResult(
                    memory.id().toString(),
                    memory.text(),
                    each.outcome().event().name(),
                    memory.name(),
                    memory.role()));
        }
        List<RecentEvents.Event.Result> did = new ArrayList<>();
        for (int i = 0; i < stored.size(); i++) {
            did.add(new RecentEvents.Event.Result(
                    stored.get(i).id(), results.get(i).event()));
        }
        UUID event = events.done(request.caller(), "ADD", startedAt, memories.now(), did);
        return new Done(infer ? STORED_VERBATIM : STORED, event, results);
    }

    /// Every message is a memory; all are kept or none. They have one scope, so they are one write.
    private List<Added.Stored> verbatim(Request request, Body body) {
        ScopeIds scope = Mem0Scopes.ofNew(body);
        JsonObject given = body.object("metadata");
        JsonObject metadata = given == null ? JsonObject.EMPTY : given;
        Instant timestamp = timestamp(body);
        Json expiry = body.get("expiration_date");
        Instant expiresAt = expiry == null ? null : Mem0Times.expiry(expiry);
        List<Item> items = new ArrayList<>();
        for (Messages.Message message : Messages.of(body, memories.limits().batchItems())) {
            NewMemory memory = new NewMemory(
                    scope,
                    message.text(),
                    message.role(),
                    message.name(),
                    metadata,
                    List.of(),
                    timestamp,
                    expiresAt,
                    null,
                    null,
                    true);
            memories.requireValid(request.caller(), memory);
            items.add(new Item.Valid(memory));
        }
        List<Added.Stored> stored = new ArrayList<>();
        for (Added added : memories.addAllOrNone(request.caller(), items, request.idempotency())) {
            switch (added) {
                case Added.Stored one -> stored.add(one);
                case Added.Refused refused -> throw refused.failure();
            }
        }
        return stored;
    }

    static @Nullable Instant timestamp(Body body) {
        Json timestamp = body.get("timestamp");
        return timestamp == null ? null : Mem0Times.instant(timestamp, "timestamp");
    }
}
