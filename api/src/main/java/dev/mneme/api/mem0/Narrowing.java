package dev.mneme.api.mem0;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.util.ArrayList;
import java.util.List;

/// What a search or list leaves out by the options beside its filters: `categories`, `metadata`, `keywords`,
/// `latest_only`, `start_date` and `end_date` (of the creation, both days included).
final class Narrowing {
    private Narrowing() {}

    static Filter of(Body body, Filter filter) {
        List<Filter> parts = new ArrayList<>(List.of(filter));
        List<String> categories = body.strings("categories");
        if (!categories.isEmpty()) {
            List<Json> wanted = categories.stream().<Json>map(JsonString::new).toList();
            parts.add(new Compare(named(Name.CATEGORIES), Operator.IN, new JsonArray(wanted)));
        }
        JsonObject metadata = body.object("metadata");
        if (metadata != null && !metadata.members().isEmpty()) {
            parts.add(Mem0Filter.metadata(metadata, "metadata"));
        }
        String keywords = body.text("keywords");
        if (keywords != null && !keywords.isBlank()) {
            parts.add(new Compare(named(Name.TEXT), Operator.ICONTAINS, new JsonString(keywords)));
        }
        if (body.flag("latest_only", false)) {
            parts.add(new Compare(named(Name.REPLACED_BY), Operator.EQ, new JsonNull()));
        }
        created(body, "start_date", Operator.GTE, parts);
        created(body, "end_date", Operator.LTE, parts);
        return Mem0Scopes.all(parts);
    }

    private static Field named(Name name) {
        return new Field.Named(name);
    }

    private static void created(Body body, String name, Operator operator, List<Filter> parts) {
        Json value = body.get(name);
        if (value != null) {
            parts.add(TimeCondition.of(named(Name.CREATED_AT)).orElseThrow().compare(operator, value, name));
        }
    }
}
