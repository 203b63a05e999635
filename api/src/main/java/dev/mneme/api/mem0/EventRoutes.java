package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.access.Caller;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import dev.mneme.wire.mem0.AddResult;
import dev.mneme.wire.mem0.Done;
import dev.mneme.wire.mem0.EventItem;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `/v1/event/{event_id}/` and `/v1/events/`: the results of adds and deletions. Routes that retry or forget
/// extractions are Mneme's own: mem0 has none.
final class EventRoutes {
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 50;
    private static final Parameter EVENT_ID =
            Parameter.string("event_id", "the event").withSlashes();

    private final MemoryService memories;
    private final ExtractionService extractions;
    private final RecentEvents events;

    EventRoutes(MemoryService memories, ExtractionService extractions, RecentEvents events) {
        this.memories = memories;
        this.extractions = extractions;
        this.events = events;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/event/{event_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Event", Mem0Api.TAG, "What became of a request")
                        .path(EVENT_ID)
                        .by(this::get),
                Route.post("/v1/event/{event_id}/retry/")
                        .in(Dialect.MEM0)
                        .named("mem0RetryEvent", Mem0Api.TAG, "Have a failed extraction tried again")
                        .path(EVENT_ID)
                        .by(this::retry),
                Route.delete("/v1/event/{event_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0DeleteEvent", Mem0Api.TAG, "Forget an extraction and its messages")
                        .path(EVENT_ID)
                        .by(this::delete),
                Route.post("/v1/events/retry/")
                        .in(Dialect.MEM0)
                        .named("mem0RetryEvents", Mem0Api.TAG, "Have all failed extractions tried again")
                        .by(this::retryAll),
                Route.delete("/v1/events/")
                        .in(Dialect.MEM0)
                        .named("mem0DeleteEvents", Mem0Api.TAG, "Forget all failed extractions and their messages")
                        .by(this::deleteAll),
                Route.get("/v1/events/")
                        .in(Dialect.MEM0)
                        .named("mem0Events", Mem0Api.TAG, "What became of the latest requests")
                        .by(this::list));
    }

    private static UUID id(Request request) {
        return Mem0Ids.read(request.path(EVENT_ID.name()), EVENT_ID.name()).value();
    }

    private Answer get(Request request) {
        UUID id = id(request);
        EventItem item = events.find(request.caller(), id)
                .map(event -> item(request.caller(), event))
                .orElseGet(() -> item(request.caller(), extractions.get(request.caller(), id)));
        return Answer.json(200, item);
    }

    private Answer retry(Request request) {
        return Answer.json(200, item(request.caller(), extractions.retry(request.caller(), id(request))));
    }

    private Answer delete(Request request) {
        extractions.delete(request.caller(), id(request));
        return Answer.json(200, new Done("Event deleted successfully!"));
    }

    private Answer retryAll(Request request) {
        return all(request, id -> extractions.retry(request.caller(), id), "tried again");
    }

    private Answer deleteAll(Request request) {
        return all(request, id -> extractions.deleteFailed(request.caller(), id), "deleted");
    }

    /// Does something to all failed extractions. Those that are gone, or no longer failed, when their turn comes are
    /// left out.
    private Answer all(Request request, Consumer<UUID> each, String done) {
        int count = 0;
        for (UUID id : extractions.failed(request.caller())) {
            try {
                each.accept(id);
                count++;
            } catch (MnemeException e) {
                switch (e.code()) {
                    case NOT_FOUND, INVALID_REQUEST, VERSION_CONFLICT -> {}
                    default -> throw e;
                }
            }
        }
        return Answer.json(200, new Done(count + " failed events " + done));
    }

    /// An event of either kind: when it came, and how it is shown.
    private record Listed(Instant at, Supplier<Optional<EventItem>> item) {}

    private Answer list(Request request) {
        PageNumbers page = PageNumbers.of(request.query(), MAX_PAGE, USUAL_PAGE);
        Caller caller = request.caller();
        List<Listed> all = Stream.concat(
                        events.list(caller).stream()
                                .map(event -> new Listed(event.startedAt(), () -> Optional.of(item(caller, event)))),
                        extractions.list(caller).stream()
                                .map(each -> new Listed(each.at(), () -> extraction(caller, each.id()))))
                .sorted(Comparator.comparing(Listed::at).reversed())
                .toList();
        List<EventItem> shown = all.stream()
                .skip(page.from())
                .limit(page.size())
                .flatMap(listed -> listed.item().get().stream())
                .toList();
        return Answer.json(200, page.of(request, all.size(), shown));
    }

    /// The event of an extraction; empty if it is gone meanwhile.
    private Optional<EventItem> extraction(Caller caller, UUID id) {
        try {
            return Optional.of(item(caller, extractions.get(caller, id)));
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.INTEGRITY_VIOLATION) {
                return Optional.empty();
            }
            throw e;
        }
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
                (double)
                        Duration.between(event.startedAt(), event.completedAt()).toMillis());
    }

    private EventItem item(Caller caller, Extraction extraction) {
        boolean runs = !extraction.isFinished() && extractions.isRunning(extraction.id());
        String updated = Times.format(extraction.updatedAt());
        Instant began = extraction.startedAt() == null ? extraction.createdAt() : extraction.startedAt();
        return new EventItem(
                extraction.id().toString(),
                "ADD",
                runs ? "RUNNING" : extraction.state().name(),
                payload(extraction),
                metadata(extraction),
                InferredAdds.results(memories, caller, extraction),
                Times.format(extraction.createdAt()),
                updated,
                extraction.startedAt() == null ? null : Times.format(extraction.startedAt()),
                extraction.isFinished() ? updated : null,
                extraction.isFinished()
                        ? (double)
                                Duration.between(began, extraction.updatedAt()).toMillis()
                        : null);
    }

    /// The messages, as long as nothing has been made of them.
    private static Map<String, @Nullable Object> payload(Extraction extraction) {
        return extraction.messages().isEmpty()
                ? Map.of()
                : Map.of(
                        "messages",
                        extraction.messages().stream()
                                .map(message -> Map.of("role", message.role(), "content", message.text()))
                                .toList());
    }

    private static Map<String, @Nullable Object> metadata(Extraction extraction) {
        Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
        if (extraction.attempts() > 0) {
            metadata.put("failed_attempts", extraction.attempts());
        }
        if (extraction.reason() != null) {
            metadata.put("reason", extraction.reason());
        }
        return metadata;
    }

    private Optional<AddResult> result(Caller caller, RecentEvents.Event.Result result) {
        return KeptVersion.of(memories, caller, result.id(), result.version())
                .map(memory -> new AddResult(
                        result.id().toString(), memory.text(), result.event(), memory.name(), memory.role()));
    }
}
