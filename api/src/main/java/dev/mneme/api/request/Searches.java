package dev.mneme.api.request;

import dev.mneme.api.json.PlainJson;
import dev.mneme.core.memory.FilterParser;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Times;
import dev.mneme.wire.Given;
import dev.mneme.wire.SearchRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes the core's search from a request.
public final class Searches {
    private static final int DEFAULT_TOP_K = 10;

    private Searches() {}

    /// The most results that the request asks for.
    public static int topK(SearchRequest sent) {
        return Objects.requireNonNullElse(sent.topK(), DEFAULT_TOP_K);
    }

    /// @param now the moment from which dates in the query are seen, if the request names only a time zone
    public static Search of(SearchRequest sent, Instant now) {
        return new Search(
                sent.query(),
                sent.vector(),
                sent.embedder(),
                filter(sent),
                topK(sent),
                Objects.requireNonNullElse(sent.threshold(), 0.0),
                Boolean.TRUE.equals(sent.showExpired()),
                seenFrom(sent, now));
    }

    private static Filter filter(SearchRequest search) {
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            Given<String> id = id(search, kind);
            if (id.present()) {
                parts.add(id.value() == null ? Filters.none(kind) : Filters.is(kind, id.value()));
            }
        }
        Map<String, @Nullable Object> filter = search.filter();
        if (filter != null) {
            parts.add(FilterParser.parse(PlainJson.toJson(filter), "filter"));
        }
        return Filters.latest(Filters.all(parts), Boolean.TRUE.equals(search.latestOnly()));
    }

    private static Given<String> id(SearchRequest search, OwnerKind kind) {
        return switch (kind) {
            case USER -> search.userId();
            case AGENT -> search.agentId();
            case APP -> search.appId();
            case RUN -> search.runId();
        };
    }

    private static @Nullable ZonedDateTime seenFrom(SearchRequest body, Instant now) {
        ZoneId zone = body.timezone() == null ? null : Times.zone("timezone", body.timezone());
        if (body.referenceTime() != null) {
            return Times.seenFrom(body.referenceTime(), zone);
        }
        return zone == null ? null : now.atZone(zone);
    }
}
