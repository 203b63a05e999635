package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The options of a search or list beside its filters: `categories`, `metadata`, `keywords`, `latest_only`,
/// `start_date` and `end_date` (of the creation, both days included).
final class Narrowing {
    private static final int MAX_CATEGORIES = 1_000;

    private Narrowing() {}

    static Filter of(Body body, Filter filter) {
        List<Filter> parts = new ArrayList<>(List.of(filter));
        List<String> categories = body.strings("categories");
        if (categories.size() > MAX_CATEGORIES) {
            throw MnemeException.invalid("categories", "categories may name " + MAX_CATEGORIES + " at most.");
        }
        if (!categories.isEmpty()) {
            List<Json> wanted = categories.stream().<Json>map(JsonString::new).toList();
            parts.add(new Compare(named(Name.CATEGORIES), Operator.IN, new JsonArray(wanted)));
        }
        JsonObject metadata = body.object("metadata");
        if (metadata != null && !metadata.members().isEmpty()) {
            parts.add(Mem0Filter.metadata(metadata, "metadata"));
        }
        Json keywords = body.get("keywords");
        if (keywords != null && !keywords.equals(new JsonString(""))) {
            parts.add(Mem0Filter.ofPlatform(new JsonObject(Map.of("keywords", keywords)), "body"));
        }
        if (body.flag("latest_only", false)) {
            parts.add(new Compare(named(Name.REPLACED_BY), Operator.EQ, new JsonNull()));
        }
        created(body, "start_date", Operator.GTE, parts);
        created(body, "end_date", Operator.LTE, parts);
        return Mem0Scopes.all(parts);
    }

    /// The parameters for these options, and for `fields` and `show_expired`.
    static final Set<String> QUERY =
            Set.of("categories", "keywords", "fields", "latest_only", "show_expired", "start_date", "end_date");

    private static final Set<String> LISTS = Set.of("categories", "fields");
    private static final Set<String> FLAGS = Set.of("latest_only", "show_expired");

    /// The same options from a query string, in the form of a body. Lists are repeated parameters, or have commas.
    static Body options(Query query) {
        Map<String, Json> options = new LinkedHashMap<>();
        for (String name : QUERY) {
            if (LISTS.contains(name)) {
                List<Json> items = query.all(name).stream()
                        .flatMap(text -> Arrays.stream(text.split(",", -1)))
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .<Json>map(JsonString::new)
                        .toList();
                options.put(name, new JsonArray(items));
            } else if (FLAGS.contains(name)) {
                options.put(name, new JsonBoolean(Flags.of(query, name)));
            } else {
                String text = query.filled(name);
                if (text != null) {
                    options.put(name, new JsonString(text));
                }
            }
        }
        return new Body(new JsonObject(options));
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
