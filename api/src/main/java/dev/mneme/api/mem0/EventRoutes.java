package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import dev.mneme.core.service.Caller;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ReadOptions;
import dev.mneme.wire.mem0.AddResult;
import dev.mneme.wire.mem0.EventItem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// `/v1/event/{event_id}/`, `/v1/events/`: what became of adds and deletions.
final class EventRoutes {
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 50;
    private static final Parameter EVENT_ID =
            Parameter.string("event_id", "the event").withSlashes();

    private final MemoryService memories;
    private final RecentEvents events;

    EventRoutes(MemoryService memories, RecentEvents events) {
        this.memories = memories;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/event/{event_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Event", Mem0Api.TAG, "What became of a request")
                        .path(EVENT_ID)
                        .by(this::get),
                Route.get("/v1/events/")
                        .in(Dialect.MEM0)
                        .named("mem0Events", Mem0Api.TAG, "What became of the latest requests")
                        .by(this::list));
    }

    private Answer get(Request request) {
        UUID id = Mem0Ids.read(request.path(EVENT_ID.name()), EVENT_ID.name()).value();
        return Answer.json(200, item(request.caller(), events.get(request.caller(), id)));
    }

    private Answer list(Request request) {
        PageNumbers page = PageNumbers.of(request.query(), MAX_PAGE, USUAL_PAGE);
        List<RecentEvents.Event> all = events.list(request.caller());
        List<EventItem> shown = all.stream()
                .skip(page.from())
                .limit(page.size())
                .map(event -> item(request.caller(), event))
                .toList();
        return Answer.json(200, page.of(request, all.size(), shown));
    }

    private EventItem item(Caller caller, RecentEvents.Event event) {
        String begun = Times.format(event.startedAt());
        String ended = Times.format(event.completedAt());
        return new EventItem(
                event.id().toString(),
                event.type(),
                "SUCCEEDED",
                Map.of(),
                Map.of(),
                event.results().stream()
                        .flatMap(result -> result(caller, result).stream())
                        .toList(),
                begun,
                ended,
                begun,
                ended,
                Duration.between(event.startedAt(), event.completedAt()).toMillis());
    }

    private Optional<AddResult> result(Caller caller, RecentEvents.Event.Result result) {
        try {
            Memory memory =
                    memories.get(caller, result.id(), ReadOptions.DEFAULT).value();
            return Optional.of(
                    new AddResult(result.id().toString(), memory.text(), result.event(), memory.name(), memory.role()));
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
