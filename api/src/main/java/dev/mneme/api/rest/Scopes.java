package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.api.json.JsonReader;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.memory.FilterParser;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.wire.Given;
import dev.mneme.wire.SearchRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which memories a request names: by scope ids and by a filter, all of which must hold.
final class Scopes {
    static final List<Parameter> PARAMETERS = Arrays.stream(OwnerKind.values())
            .map(kind -> Parameter.string(kind.fieldName(), "of this " + kind.wireName())
                    .between(1, ScopeIds.MAX_ID_LENGTH))
            .toList();
    static final Parameter FILTER = Parameter.string("filter", "a filter as of a search, as URL-encoded JSON")
            .example("{\"categories\":{\"contains\":\"health\"}}");
    private static final Filter LATEST =
            new Compare(new Field.Named(Filter.Name.REPLACED_BY), Operator.EQ, new JsonNull());

    private Scopes() {}

    static Filter of(Request request) {
        Query query = request.query();
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            String id = query.filled(kind.fieldName());
            if (id != null) {
                parts.add(is(kind, id));
            }
        }
        String filter = query.filled(FILTER.name());
        if (filter != null) {
            parts.add(FilterParser.parse(JsonReader.read(filter, FILTER.name(), request.parsedHeap()), FILTER.name()));
        }
        return all(parts);
    }

    static Filter of(SearchRequest search) {
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            Given<String> id = id(search, kind);
            if (id.present()) {
                parts.add(id.value() == null ? none(kind) : is(kind, id.value()));
            }
        }
        Map<String, @Nullable Object> filter = search.filter();
        if (filter != null) {
            parts.add(FilterParser.parse(PlainJson.toJson(filter), FILTER.name()));
        }
        return latest(all(parts), Boolean.TRUE.equals(search.latestOnly()));
    }

    /// @param only whether memories that another one superseded are left out
    static Filter latest(Filter filter, boolean only) {
        return only ? Filter.and(filter, LATEST) : filter;
    }

    private static Given<String> id(SearchRequest search, OwnerKind kind) {
        return switch (kind) {
            case USER -> search.userId();
            case AGENT -> search.agentId();
            case APP -> search.appId();
            case RUN -> search.runId();
        };
    }

    /// @throws dev.mneme.core.model.MnemeException `invalid_request` for what cannot be an id
    private static Filter is(OwnerKind kind, String id) {
        return Filter.scope(kind, new Owner(Owner.DEFAULT_PROJECT, kind, id).id());
    }

    private static Filter none(OwnerKind kind) {
        return new Compare(new Field.Scope(kind), Operator.EQ, new JsonNull());
    }

    private static Filter all(List<Filter> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Filter.And(parts);
    }
}
