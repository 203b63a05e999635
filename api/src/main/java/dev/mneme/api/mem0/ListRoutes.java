package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.wire.mem0.Listed;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Lists: the three versions of the platform, its summary, and `GET /memories` of mem0's own server.
final class ListRoutes {
    private static final int MAX_PAGE = 200;
    private static final int USUAL_PAGE = 100;
    private static final int WHOLE = 1_000;
    private static final int SUMMARY = 20;

    private static final Parameter NAME =
            Parameter.string("name", "the entity's id").withSlashes();
    private static final Body NOTHING = new Body(JsonObject.EMPTY);

    private static final Set<String> OF_FIRST = known("page", "page_size", "limit", "top_k");
    private static final Set<String> OF_SERVER = known("top_k", "limit");

    private static Set<String> known(String... more) {
        Set<String> known = new HashSet<>(List.of(more));
        known.addAll(Mem0Scopes.QUERY);
        known.addAll(Narrowing.QUERY);
        return Set.copyOf(known);
    }

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
                ofEntity(OwnerKind.USER),
                ofEntity(OwnerKind.AGENT),
                ofEntity(OwnerKind.APP),
                ofEntity(OwnerKind.RUN),
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

    private Route ofEntity(OwnerKind kind) {
        return Route.get("/v1/memories/" + kind.wireName() + "/{name}/")
                .in(Dialect.MEM0)
                .named("mem0ListOf" + kind.name(), Mem0Api.TAG, "List a " + kind.wireName() + "'s memories")
                .path(NAME)
                .by(request ->
                        paged(request, Filter.scope(kind, Mem0Scopes.id("name", request.path(NAME.name()))), NOTHING));
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
        Body options = Narrowing.options(request.query());
        return either(request, Narrowing.of(options, named(request)), options);
    }

    /// Refuses unknown parameters. One of them might have been meant to narrow the list, which would show others'
    /// memories without it.
    private static void requireKnown(Query query, Set<String> known) {
        String unknown = Accepted.unknown(query, known);
        if (unknown != null) {
            throw MnemeException.invalid(
                    unknown, "'" + unknown + "' is not understood here: name user_id, agent_id, app_id or run_id.");
        }
    }

    /// The filter of a query string, which must say whose memories are meant.
    private static Filter named(Request request) {
        Filter filter = Mem0Scopes.ofQuery(request);
        if (!Mem0Filter.namesAnEntity(filter)) {
            throw Mem0Scopes.noIds();
        }
        return filter;
    }

    /// A bare list of the newest memories, unless a page was asked for.
    private Answer either(Request request, Filter filter, Body options) {
        if (PageNumbers.of(request.query(), MAX_PAGE, USUAL_PAGE).asked()) {
            return paged(request, filter, options);
        }
        boolean showExpired = options.flag("show_expired", false);
        String limit = request.query().filled("limit");
        int most = limit == null ? WHOLE : Math.max(1, limit("limit", limit, WHOLE));
        request.expects(most);
        MemoryWalk.Newest newest = walk.newest(request.caller(), filter, showExpired, most);
        return answer(request, filter, shown(newest.items(), Fields.of(options)))
                .with("Link", newest.more() && most == WHOLE ? next(request) : null);
    }

    private Answer answer(Request request, Filter filter, Object body) {
        return LeftOut.said(Answer.json(200, body), memories.leftOut(request.caller(), filter));
    }

    /// The link (RFC 8288) to the other memories, in the answer of a bare list, which has only the newest.
    private static String next(Request request) {
        PageNumbers shown = new PageNumbers(WHOLE / MAX_PAGE, MAX_PAGE, "page_size", false);
        return "<" + shown.next(request, Long.MAX_VALUE) + ">; rel=\"next\"";
    }

    private Answer paged(Request request, Filter filter, Body options) {
        PageNumbers page = PageNumbers.of(
                request.query(), Math.min(MAX_PAGE, memories.limits().pageItems()), USUAL_PAGE);
        boolean showExpired = options.flag("show_expired", false);
        request.expects(page.size());
        MemoryWalk.Part part = walk.read(request.caller(), filter, showExpired, page.from(), page.to());
        return answer(request, filter, page.of(request, part.count(), shown(part.items(), Fields.of(options))));
    }

    private List<Object> shown(List<Memory> items, Fields fields) {
        Instant now = memories.now();
        return items.stream()
                .map(memory -> fields.of(Mem0Mapping.item(memory, now)))
                .toList();
    }

    /// The memories that a language model would sum up, as they are.
    private Answer summary(Request request) {
        Body body = Body.of(request);
        Filter filter = Narrowing.of(body, Mem0Scopes.ofFilters(body));
        return answer(
                request,
                filter,
                shown(walk.newest(request.caller(), filter, false, SUMMARY).items(), Fields.of(body)));
    }

    /// The list of mem0's own server. Without ids it has everything, for admins only.
    private Answer server(Request request) {
        Query query = request.query();
        requireKnown(query, OF_SERVER);
        Filter scope = Mem0Scopes.ofQuery(request);
        if (!Mem0Filter.namesAnEntity(scope) && !request.caller().key().role().includes(Role.ADMIN)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "Everybody's memories are for admin keys: name user_id, agent_id, app_id or run_id.");
        }
        int most = memories.limits().pageItems();
        String name = query.filled("top_k") == null ? "limit" : "top_k";
        String asked = query.filled(name);
        int limit = asked == null ? most : limit(name, asked, most);
        request.expects(limit);
        Body options = Narrowing.options(query);
        boolean showExpired = options.flag("show_expired", false);
        Filter filter = Narrowing.of(options, scope);
        MemoryWalk.Newest newest = walk.newest(request.caller(), filter, showExpired, Math.max(1, limit));
        List<Memory> items = limit == 0 ? List.of() : newest.items();
        boolean more = newest.more() || items.size() < newest.items().size();
        return answer(request, filter, new Listed<>(shown(items, Fields.of(options)), more));
    }

    private static int limit(String name, String text, int most) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 0 && limit <= most) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw MnemeException.invalid(name, name + " must be a whole number from 0 to " + most + ".");
    }
}
