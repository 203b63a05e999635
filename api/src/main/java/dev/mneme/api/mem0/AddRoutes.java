package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.command.Written;
import dev.mneme.core.memory.AddItem;
import dev.mneme.core.memory.Added;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.wire.mem0.AddAnswer;
import dev.mneme.wire.mem0.AddResult;
import dev.mneme.wire.mem0.AddedMemory;
import dev.mneme.wire.mem0.ServerAdded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Adds memories: `POST /v3/memories/add/`, `/v1/memories/` and, of mem0's own server, `/memories`.
final class AddRoutes {
    private static final String STORED = "Memories stored";
    private static final String STORED_VERBATIM =
            "Memories stored as they were sent: no language model is configured, so no facts were extracted.";
    private static final String STORED_LOCALLY =
            "Memories stored as they were sent: what an inspired instance says is not"
                    + " given to a language model on another machine.";
    private static final String EXTRACTED = "Facts extracted.";
    private static final String NOTHING = "Nothing was stored.";
    private static final String QUEUED = "Facts are extracted in the background: ask for the event.";

    private final MemoryService memories;
    private final RecentEvents events;
    private final InferredAdds inferred;

    AddRoutes(MemoryService memories, RecentEvents events, InferredAdds inferred) {
        this.memories = memories;
        this.events = events;
        this.inferred = inferred;
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

    /// @param message says whether facts were extracted, or why not
    /// @param results of an add that has succeeded
    private record Done(String message, Extraction.State state, UUID eventId, List<AddResult> results) {
        boolean succeeded() {
            return state == Extraction.State.SUCCEEDED;
        }
    }

    private Answer third(Request request) {
        return third(add(request, false));
    }

    private static Answer third(Done done) {
        return Answer.json(
                200,
                new AddAnswer(
                        done.message(),
                        done.state().name(),
                        done.eventId().toString(),
                        done.succeeded() ? done.results() : null));
    }

    private Answer first(Request request) {
        Done done = add(request, false);
        if (isWrapped(Body.of(request))) {
            return third(done);
        }
        String status = done.state().name();
        String event = done.eventId().toString();
        List<AddedMemory> items = done.succeeded()
                ? done.results().stream()
                        .map(result -> new AddedMemory(
                                result.id(),
                                result.memory(),
                                result.data(),
                                result.event(),
                                done.message(),
                                status,
                                event))
                        .toList()
                : List.of(new AddedMemory(null, null, null, null, done.message(), status, event));
        return Answer.json(200, items);
    }

    /// Answers as mem0's own server, which answers when the work is done. An add that takes longer than a client waits
    /// is answered as pending.
    private Answer server(Request request) {
        Done done = add(request, true);
        return switch (done.state()) {
            case SUCCEEDED -> Answer.json(200, new ServerAdded(done.results(), null, null, null));
            case PENDING ->
                Answer.json(
                        200,
                        new ServerAdded(
                                List.of(),
                                done.message(),
                                done.state().name(),
                                done.eventId().toString()));
            case FAILED ->
                throw new MnemeException(
                        ErrorCode.OVERLOADED,
                        done.message() + " The messages are kept: POST /v1/event/" + done.eventId()
                                + "/retry/ tries again.");
        };
    }

    /// Whether an older version of the platform answers with an object in the place of a bare list.
    static boolean isWrapped(Body body) {
        return "v1.1".equals(body.text("output_format"));
    }

    /// Adds. Either a language model extracts facts from the messages (`infer`, true by default), or the messages are
    /// kept as they are; the answer says which.
    ///
    /// @param waits whether the door waits for the result unless the caller says otherwise (`async_mode`)
    private Done add(Request request, boolean waits) {
        Body body = Body.of(request);
        ScopeIds scope = Mem0Scopes.ofNew(body);
        boolean infer = body.flag("infer", true);
        boolean inBackground = body.flag("async_mode", !waits);
        Messages messages = Messages.of(body, memories.limits().batchItems());
        if (messages.kept().isEmpty()) {
            return done(request, NOTHING + messages.notice(), memories.now(), List.of());
        }
        if (!infer) {
            return verbatim(request, body, messages, STORED + '.');
        }
        Optional<Extraction> begun = inferred.begun(request, scope);
        if (begun.isPresent()) {
            return extracted(request, begun.get(), messages);
        }
        if (inferred.isPossible(request, scope)) {
            return extracted(request, inferred.add(request, body, messages, scope, !inBackground), messages);
        }
        return verbatim(request, body, messages, inferred.hasModel() ? STORED_LOCALLY : STORED_VERBATIM);
    }

    private Done extracted(Request request, Extraction extraction, Messages messages) {
        String message = switch (extraction.state()) {
            case SUCCEEDED -> EXTRACTED + messages.notice();
            case PENDING -> QUEUED + messages.notice();
            case FAILED -> String.valueOf(extraction.reason());
        };
        return new Done(message, extraction.state(), extraction.id(), inferred.results(request.caller(), extraction));
    }

    private Done verbatim(Request request, Body body, Messages messages, String message) {
        Instant startedAt = memories.now();
        return done(request, message + messages.notice(), startedAt, verbatim(request, body, messages));
    }

    private Done done(Request request, String message, Instant startedAt, List<Written<Memory>> stored) {
        List<AddResult> results = new ArrayList<>();
        List<RecentEvents.Event.Result> did = new ArrayList<>();
        for (Written<Memory> each : stored) {
            Memory memory = each.subject();
            String event = each.event().name();
            results.add(new AddResult(memory.id().toString(), memory.text(), event, memory.name(), memory.role()));
            did.add(new RecentEvents.Event.Result(memory.id(), event, memory.version()));
        }
        UUID event = events.done(request.caller(), "ADD", startedAt, memories.now(), did);
        return new Done(message, Extraction.State.SUCCEEDED, event, results);
    }

    /// Makes a memory of every message; all are kept or none. They have one scope, so they are one write.
    private List<Written<Memory>> verbatim(Request request, Body body, Messages messages) {
        ScopeIds scope = Mem0Scopes.ofNew(body);
        JsonObject metadata = Immutability.metadata(body);
        Timestamp timestamp = timestamp(body);
        Json expiry = body.get("expiration_date");
        Instant expiresAt = expiry == null ? null : Mem0Times.expiry(expiry);
        List<AddItem> items = new ArrayList<>();
        for (Messages.Message message : messages.kept()) {
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
            items.add(new AddItem.Valid(memory));
        }
        List<Written<Memory>> stored = new ArrayList<>();
        for (Added added : memories.addAllOrNone(request.caller(), items, request.idempotency())) {
            switch (added) {
                case Added.Stored(Written<Memory> written) -> stored.add(written);
                case Added.Refused refused -> throw refused.failure();
            }
        }
        return stored;
    }

    static @Nullable Timestamp timestamp(Body body) {
        Json timestamp = body.get("timestamp");
        return timestamp == null ? null : Mem0Times.timestamp(timestamp, "timestamp");
    }
}
