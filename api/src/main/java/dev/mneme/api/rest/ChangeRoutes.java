package dev.mneme.api.rest;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Handler;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.ChangeMapping;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.service.ChangeFeed;
import dev.mneme.wire.ChangeList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `/api/v1/changes`: as JSON, page by page; as server-sent events where the caller accepts those.
final class ChangeRoutes {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1_000;

    private final ChangeFeed feed;
    private final @Nullable Handler live;

    /// @param live answers callers that accept `text/event-stream`; null: they get JSON
    ChangeRoutes(ChangeFeed feed, @Nullable Handler live) {
        this.feed = feed;
        this.live = live;
    }

    List<Route> routes() {
        Route.Builder route = Route.get("/api/v1/changes")
                .named("readChanges", "changes", "Read what was written, in order, after a position")
                .query(Scopes.PARAMETERS)
                .query(ChangesQuery.PARAMETERS)
                .headers(Parameter.string("Last-Event-ID", "resumes an event stream after this position"))
                .gives(Reply.json(200, ChangeList.class, "changes after the position"))
                .errors(ErrorCode.POSITION_EXPIRED, ErrorCode.OVERLOADED, ErrorCode.INTEGRITY_VIOLATION);
        if (live != null) {
            route.gives(Reply.page("text/event-stream", "the same, live: id is the position, data the change"));
        }
        return List.of(route.by(this::read));
    }

    private Answer read(Request request) throws InterruptedException {
        Handler stream = live;
        if (stream != null && acceptsEvents(request.list("Accept"))) {
            return stream.handle(request);
        }
        int limit = request.query().integer("limit", DEFAULT_LIMIT);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + MAX_LIMIT + ".");
        }
        return switch (ChangesQuery.of(request)) {
            case ChangesQuery.OfOwner(Owner owner, Position after) -> {
                ChangeFeed.Page page = feed.read(request.caller(), owner, after, limit);
                yield answer(page).with(Freshness.POSITION, page.position());
            }
            case ChangesQuery.OfAll(String after) ->
                answer(feed.readAll(request.caller(), after == null ? "" : after, limit));
        };
    }

    private static Answer answer(ChangeFeed.Page page) {
        return Answer.json(
                200,
                new ChangeList(
                        page.items().stream().map(ChangeMapping::resource).toList(),
                        page.position(),
                        page.reset() ? true : null));
    }

    private static boolean acceptsEvents(@Nullable String accept) {
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
    }
}
