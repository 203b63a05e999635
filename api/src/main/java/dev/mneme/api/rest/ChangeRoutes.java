package dev.mneme.api.rest;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Credentials;
import dev.mneme.api.http.Handler;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ChangeMapping;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.wire.ChangeList;
import dev.mneme.wire.ChangeReset;
import dev.mneme.wire.ChangeResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/api/v1/changes`: JSON, page by page, or server-sent events for callers that accept those.
final class ChangeRoutes {
    private static final Tag TAG = new Tag("changes", "What was written, in order: page by page, or live");
    private static final Parameter LIMIT =
            Parameter.integer("limit", "how many at most").between(1, 1_000).otherwise(100);

    private final ChangeFeed feed;
    private final @Nullable Handler live;

    /// @param live answers callers that accept `text/event-stream`; null: they get JSON
    ChangeRoutes(ChangeFeed feed, @Nullable Handler live) {
        this.feed = feed;
        this.live = live;
    }

    List<Route> routes() {
        Route.Builder route = Route.get("/api/v1/changes")
                .named("readChanges", TAG, "Read what was written, in order, after a position")
                .query(Scopes.PARAMETERS)
                .query(ChangesQuery.SCOPE, ChangesQuery.AFTER, LIMIT)
                .headers(ChangesQuery.LAST_EVENT_ID)
                .gives(Reply.json(200, ChangeList.class, "changes after the position")
                        .with(Freshness.POSITION, LeftOut.HEADER))
                .errors(ErrorCode.POSITION_EXPIRED, ErrorCode.OVERLOADED, ErrorCode.INTEGRITY_VIOLATION);
        if (live != null) {
            route.query(Parameter.TOKEN)
                    .gives(Reply.events(
                                    "for callers that accept text/event-stream, the same, live: `id` is the position,"
                                            + " `event` the type or `reset`, `data` the change; a comment at least every"
                                            + " 15 s",
                                    List.of(ChangeResource.class, ChangeReset.class))
                            .with(LeftOut.HEADER));
        }
        return List.of(route.by(this::read));
    }

    private Answer read(Request request) throws InterruptedException {
        Handler stream = live;
        if (stream != null && Credentials.takesEvents(request.list("Accept"))) {
            return stream.handle(request);
        }
        int limit = request.query().integer(LIMIT);
        request.expects(limit);
        return switch (ChangesQuery.of(request)) {
            case ChangesQuery.OfOwner(Owner owner, Position after) -> {
                ChangeFeed.Page page = feed.read(request.caller(), owner, after, limit);
                yield answer(page).with(Freshness.POSITION.name(), page.position());
            }
            case ChangesQuery.OfAll(String after) ->
                LeftOut.said(
                        answer(feed.readAll(request.caller(), after == null ? "" : after, limit)),
                        feed.leftOut(request.caller()));
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
}
