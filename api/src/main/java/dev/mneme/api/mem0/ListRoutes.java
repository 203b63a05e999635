package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.service.MemoryService;
import dev.mneme.wire.mem0.Found;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// Lists: the three versions of the platform, its summary, and `GET /memories` of mem0's own server.
final class ListRoutes {
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 100;
    private static final int WHOLE = 1_000;
    private static final int SUMMARY = 20;

    /// What clients send beside scopes to the first version, most of it without effect.
    private static final Set<String> OF_FIRST = Set.of(
            "page",
            "page_size",
            "limit",
            "top_k",
            "version",
            "api_version",
            "output_format",
            "async_mode",
            "enable_graph");

    private static final Set<String> OF_SERVER = Set.of("top_k", "show_expired");

    private final MemoryService memories;
    private final MemoryWalk walk;

    ListRoutes(MemoryService memories) {
        this.memories = memories;
        this.walk = new MemoryWalk(memories);
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v3/memories/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0ListV3", Mem0Api.TAG, "List memories")
                        .by(this::third),
                Route.post("/v2/memories/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0ListV2", Mem0Api.TAG, "List memories")
                        .by(this::second),
                Route.get("/v1/memories/")
                        .in(Dialect.MEM0)
                        .named("mem0ListV1", Mem0Api.TAG, "List memories")
                        .by(this::first),
                Route.post("/v1/summary/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0Summary", Mem0Api.TAG, "The latest memories")
                        .by(this::summary),
                Route.get("/memories")
                        .in(Dialect.MEM0)
                        .named("mem0List", Mem0Api.TAG, "List memories")
                        .by(this::server));
    }

    private Answer third(Request request) {
        Body body = Body.of(request);
        return paged(request, Narrowing.of(body, Mem0Scopes.ofFilters(body)), body);
    }

    private Answer second(Request request) {
        Body body = Body.of(request);
        return either(request, Narrowing.of(body, Mem0Scopes.ofBody(body, false)), body);
    }

    private Answer first(Request request) {
        requireKnown(request.query(), OF_FIRST);
        return either(request, named(request.query()), NOTHING);
    }

    private static final Body NOTHING = new Body(dev.mneme.core.model.Json.JsonObject.EMPTY);

    /// Another name might have narrowed the list: others' memories would be shown without it.
    private static void requireKnown(Query query, Set<String> known) {
        for (String name : query.values().keySet()) {
            if (!known.contains(name) && !Mem0Scopes.QUERY.contains(name) && !OneProject.NAMES.contains(name)) {
                throw MnemeException.invalid(
                        name, "'" + name + "' is not understood here: name user_id, agent_id, app_id or run_id.");
            }
        }
        OneProject.require(query);
    }

    /// Of a query string that says whose memories.
    private static Filter named(Query query) {
        Filter filter = Mem0Scopes.ofQuery(query);
        if (!Mem0Filter.namesAnEntity(filter)) {
            throw Mem0Scopes.noIds();
        }
        return filter;
    }

    /// A bare list of the newest, unless a page was asked for.
    private Answer either(Request request, Filter filter, Body options) {
        if (PageNumbers.of(request.query(), MAX_PAGE, USUAL_PAGE).asked()) {
            return paged(request, filter, options);
        }
        boolean showExpired = options.flag("show_expired", false);
        List<Memory> newest = walk.newest(request.caller(), filter, showExpired, WHOLE);
        return answer(request, filter, shown(newest, Fields.of(options)));
    }

    private Answer answer(Request request, Filter filter, Object body) {
        return LeftOut.said(Answer.json(200, body), memories.leftOut(request.caller(), filter));
    }

    private Answer paged(Request request, Filter filter, Body options) {
        PageNumbers page = PageNumbers.of(
                request.query(), Math.min(MAX_PAGE, memories.limits().pageItems()), USUAL_PAGE);
        boolean showExpired = options.flag("show_expired", false);
        MemoryWalk.Part part = walk.read(request.caller(), filter, showExpired, page.from(), page.to());
        return answer(request, filter, page.of(request, part.count(), shown(part.items(), Fields.of(options))));
    }

    private List<Object> shown(List<Memory> items, Fields fields) {
        Instant now = memories.now();
        return items.stream()
                .map(memory -> fields.of(Mem0Mapping.item(memory, now)))
                .toList();
    }

    /// What a language model would sum up, as it is.
    private Answer summary(Request request) {
        Body body = Body.of(request);
        Filter filter = Narrowing.of(body, Mem0Scopes.ofFilters(body));
        return Answer.json(200, shown(walk.newest(request.caller(), filter, false, SUMMARY), Fields.of(body)));
    }

    /// Without ids it is everything, for admins alone.
    private Answer server(Request request) {
        Query query = request.query();
        requireKnown(query, OF_SERVER);
        Filter filter = Mem0Scopes.ofQuery(query);
        if (!Mem0Filter.namesAnEntity(filter) && !request.caller().key().role().includes(Role.ADMIN)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "Everybody's memories are for admin keys: name user_id, agent_id, app_id or run_id.");
        }
        int most = memories.limits().pageItems();
        String topK = query.filled("top_k");
        int limit = topK == null ? Math.min(most, USUAL_PAGE) : limit(topK, most);
        boolean showExpired = Flags.of(query, "show_expired");
        List<Memory> items = limit == 0 ? List.of() : walk.newest(request.caller(), filter, showExpired, limit);
        return answer(request, filter, new Found<>(shown(items, Fields.of(NOTHING))));
    }

    private static int limit(String text, int most) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 0 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw MnemeException.invalid("top_k", "top_k must be a whole number from 0 to " + most + ".");
    }
}
