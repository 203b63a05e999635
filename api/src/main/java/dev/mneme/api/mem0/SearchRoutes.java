package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Times;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.wire.mem0.Found;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Searches: the three versions of the platform, and `/search` of mem0's own server. Scores and thresholds are on
/// mem0's scale ([Mem0Score]). A threshold that the request does not give is 0, in every version.
final class SearchRoutes {
    private static final int MAX_TOP_K = 1_000;

    private final MemoryService memories;

    SearchRoutes(MemoryService memories) {
        this.memories = memories;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v3/memories/search/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0SearchV3", Mem0Api.TAG, "Search memories")
                        .by(request -> wrapped(request, Version.THIRD)),
                Route.post("/v2/memories/search/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0SearchV2", Mem0Api.TAG, "Search memories")
                        .by(request -> older(request, Version.SECOND)),
                Route.post("/v1/memories/search/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0SearchV1", Mem0Api.TAG, "Search memories")
                        .by(request -> older(request, Version.FIRST)),
                Route.post("/search")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0Search", Mem0Api.TAG, "Search memories")
                        .by(request -> wrapped(request, Version.SERVER)));
    }

    private enum Version {
        FIRST,
        SECOND,
        THIRD,
        SERVER
    }

    private Answer wrapped(Request request, Version version) {
        Body body = Body.of(request);
        Filter filter = filter(body, version);
        return answer(request, filter, new Found<>(find(request, body, filter, version)));
    }

    private Answer older(Request request, Version version) {
        Body body = Body.of(request);
        Filter filter = filter(body, version);
        List<Object> items = find(request, body, filter, version);
        return answer(request, filter, AddRoutes.isWrapped(body) ? new Found<>(items) : items);
    }

    private Answer answer(Request request, Filter filter, Object body) {
        return LeftOut.said(Answer.json(200, body), memories.leftOut(request.caller(), filter));
    }

    private static Filter filter(Body body, Version version) {
        return Narrowing.of(body, scope(body, version));
    }

    private List<Object> find(Request request, Body body, Filter filter, Version version) {
        String query = body.needed("query");
        int topK = body.integer("top_k", 1, MAX_TOP_K, body.integer("limit", 1, MAX_TOP_K, otherwise(version)));
        request.expects(topK);
        Search search = new Search(
                query,
                null,
                null,
                filter,
                Math.min(topK, memories.limits().pageItems()),
                Mem0Score.ours(body.share("threshold", 0)),
                body.flag("show_expired", false),
                seenFrom(body));
        SearchResult result = memories.search(request.caller(), search, ReadOptions.DEFAULT);
        Instant now = memories.now();
        boolean explain = body.flag("explain", false);
        Fields fields = Fields.of(body);
        return result.hits().stream()
                .map(hit -> fields.of(Mem0Mapping.item(hit, now, explain)))
                .toList();
    }

    /// Whose days are meant: those of `timezone`, else of the offset of `reference_date`, else of UTC.
    private @Nullable ZonedDateTime seenFrom(Body body) {
        String name = body.text("timezone");
        ZoneId zone = name == null ? null : Times.zone("timezone", name);
        Json reference = body.get("reference_date");
        if (reference != null) {
            return Mem0Times.seenFrom(reference, "reference_date", zone);
        }
        return zone == null ? null : memories.now().atZone(zone);
    }

    private static Filter scope(Body body, Version version) {
        return switch (version) {
            case THIRD -> Mem0Scopes.ofFilters(body);
            case FIRST, SECOND -> Mem0Scopes.ofBody(body, false);
            case SERVER -> Mem0Scopes.ofBody(body, true);
        };
    }

    private static int otherwise(Version version) {
        return version == Version.SERVER ? 20 : 10;
    }
}
