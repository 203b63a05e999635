package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.api.json.JsonReader;
import dev.mneme.api.request.Filters;
import dev.mneme.core.memory.FilterParser;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The memories that a request selects by scope ids and by a filter; both must hold.
final class Scopes {
    static final List<Parameter> PARAMETERS = Arrays.stream(OwnerKind.values())
            .map(kind -> Parameter.string(kind.fieldName(), "of this " + kind.wireName())
                    .between(1, ScopeIds.MAX_ID_LENGTH))
            .toList();
    static final Parameter FILTER = Parameter.string("filter", "a filter as of a search, as URL-encoded JSON")
            .example("{\"categories\":{\"contains\":\"health\"}}");

    private Scopes() {}

    static Filter of(Request request) {
        Query query = request.query();
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            String id = query.filled(kind.fieldName());
            if (id != null) {
                parts.add(Filters.is(kind, id));
            }
        }
        String filter = query.filled(FILTER.name());
        if (filter != null) {
            parts.add(FilterParser.parse(JsonReader.read(filter, FILTER.name(), request.parsedHeap()), FILTER.name()));
        }
        return Filters.all(parts);
    }
}
