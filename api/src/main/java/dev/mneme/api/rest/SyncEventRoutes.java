package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.NOT_FOUND;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.SyncEventMapping;
import dev.mneme.api.request.NewSyncEvents;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.sync.SyncEventService;
import dev.mneme.wire.ProcessedRequest;
import dev.mneme.wire.SyncEventList;
import dev.mneme.wire.SyncEventRequest;
import dev.mneme.wire.SyncEventResource;
import dev.mneme.wire.SyncEventWritten;
import java.util.List;

/// `/api/v1/sync-events`: messages between a user's instances.
final class SyncEventRoutes {
    private static final String EVENTS = "/api/v1/sync-events";
    private static final Tag TAG = new Tag("sync-events", "Messages between a user's instances");
    private static final Parameter ID =
            Parameter.string("id", "the event's id").example("0193a000-0000-8000-8000-000000000000");
    private static final Parameter INSTANCE = Parameter.string(
                    "instanceId", "which instance asks; left out: the one that Mneme-Instance names")
            .between(1, 128);
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final SyncEventService events;

    SyncEventRoutes(SyncEventService events) {
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.post(EVENTS)
                        .named("postSyncEvent", TAG, "Post an event to the user's other instances, or to some")
                        .takes(SyncEventRequest.class)
                        .gives(Reply.json(201, SyncEventWritten.class, "it is posted")
                                .with(Freshness.POSITION, Headers.REPLAYED))
                        .errors(IDEMPOTENCY_KEY_REUSED)
                        .by(this::post),
                Route.get(EVENTS + "/pending")
                        .named("listPendingSyncEvents", TAG, "List what an instance has yet to process")
                        .query(Users.USER, INSTANCE, Paging.LIMIT, Paging.CURSOR)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, SyncEventList.class, "high priority first, then by time")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::pending),
                Route.get(EVENTS + "/{id}")
                        .named("getSyncEvent", TAG, "Read one event")
                        .path(ID)
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, SyncEventResource.class, "the event")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::get),
                Route.post(EVENTS + "/{id}/processed")
                        .named("processSyncEvent", TAG, "Say that an instance has processed an event")
                        .path(ID)
                        .takes(ProcessedRequest.class)
                        .gives(Reply.json(200, SyncEventWritten.class, "it has; NONE: it had before")
                                .with(Freshness.POSITION, Headers.REPLAYED))
                        .errors(NOT_FOUND, IDEMPOTENCY_KEY_REUSED)
                        .by(this::processed));
    }

    private Answer post(Request request) {
        SyncEventRequest asked = request.json(SyncEventRequest.class);
        return written(201, events.post(request.caller(), NewSyncEvents.of(asked), request.idempotency()));
    }

    private static Answer written(int status, Written<SyncEvent> written) {
        String position = written.position().toString();
        return Answer.json(
                        status,
                        new SyncEventWritten(
                                written.event().name(), SyncEventMapping.resource(written.subject()), position))
                .with(Freshness.POSITION.name(), position)
                .with(Headers.REPLAYED.name(), written.replayed() ? "true" : null);
    }

    private Answer pending(Request request) {
        request.expects(request.query().integer(Paging.LIMIT));
        SyncEventService.Pending pending = events.pending(
                request.caller(),
                Users.of(request.query()),
                request.query().text(INSTANCE),
                request.query().text(Paging.CURSOR),
                request.query().integer(Paging.LIMIT),
                Freshness.of(request));
        String position = pending.position().toString();
        return Answer.json(
                        200,
                        new SyncEventList(
                                pending.items().stream()
                                        .map(SyncEventMapping::resource)
                                        .toList(),
                                pending.nextCursor(),
                                position))
                .with(Freshness.POSITION.name(), position);
    }

    private Answer get(Request request) {
        Owner user = Users.of(request.query());
        At<SyncEvent> found = events.get(request.caller(), user, id(request), Freshness.of(request));
        return Answer.json(200, SyncEventMapping.resource(found.value()))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private Answer processed(Request request) {
        ProcessedRequest asked = request.json(ProcessedRequest.class);
        return written(
                200,
                events.process(
                        request.caller(),
                        Owner.user(asked.userId()),
                        id(request),
                        asked.instanceId(),
                        request.idempotency()));
    }

    private static MemoryId id(Request request) {
        try {
            return MemoryId.parse(request.path(ID.name()));
        } catch (MnemeException noId) {
            throw new MnemeException(ErrorCode.NOT_FOUND, "There is no sync event with this id.", noId);
        }
    }
}
