package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.api.json.JsonReader;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose memories a request is about: ids beside the rest of the request, or in its `filters`.
final class Mem0Scopes {
    /// The parameters that [#ofQuery] reads.
    static final Set<String> QUERY = Set.of("user_id", "agent_id", "app_id", "run_id", "metadata");

    private static final String NO_IDS =
            "At least one of user_id, agent_id, app_id, run_id is needed: say whose memories.";

    /// Stands for any id.
    static final String ANY = "*";

    private Mem0Scopes() {}

    static String name(OwnerKind kind) {
        return kind.wireName() + "_id";
    }

    static MnemeException noIds() {
        return MnemeException.invalid("filters", NO_IDS);
    }

    /// The ids of memories to be added, from the top of the body and from its `filters`.
    static ScopeIds ofNew(Body body) {
        Map<OwnerKind, String> ids = new EnumMap<>(OwnerKind.class);
        Json filters = body.get("filters");
        if (filters != null) {
            collect(Mem0Filter.ofPlatform(filters, "filters"), ids);
        }
        for (OwnerKind kind : OwnerKind.values()) {
            String id = body.id(name(kind));
            if (id != null) {
                put(ids, kind, id(name(kind), id));
            }
        }
        if (ids.isEmpty()) {
            throw noIds();
        }
        return new ScopeIds(
                ids.get(OwnerKind.USER), ids.get(OwnerKind.AGENT), ids.get(OwnerKind.APP), ids.get(OwnerKind.RUN));
    }

    private static void collect(Filter filter, Map<OwnerKind, String> ids) {
        switch (filter) {
            case And(List<Filter> parts) -> parts.forEach(part -> collect(part, ids));
            case Compare(Field.Scope(OwnerKind kind), Operator operator, JsonString(String id))
            when operator == Operator.EQ -> put(ids, kind, id);
            default ->
                throw MnemeException.invalid(
                        "filters", "The filters of an add are entity ids alone: {\"user_id\": \"alice\"}.");
        }
    }

    private static void put(Map<OwnerKind, String> ids, OwnerKind kind, String id) {
        if (id.equals(ANY)) {
            throw MnemeException.invalid(name(kind), name(kind) + " must be an id: '*' stands for any in a search.");
        }
        String other = ids.putIfAbsent(kind, id);
        if (other != null && !other.equals(id)) {
            throw MnemeException.invalid(name(kind), name(kind) + " is there twice, with different values.");
        }
    }

    /// The memories that a search or list asks for, by its `filters` alone, as the third version of the platform wants
    /// it. Ids beside them are refused, since they would have narrowed it in earlier versions.
    static Filter ofFilters(Body body) {
        for (OwnerKind kind : OwnerKind.values()) {
            if (body.get(name(kind)) != null) {
                throw MnemeException.invalid(
                        name(kind), name(kind) + " belongs into filters here: {\"" + name(kind) + "\": …}.");
            }
        }
        Json filters = body.get("filters");
        if (filters == null) {
            throw noIds();
        }
        Filter filter = Mem0Filter.ofPlatform(filters, "filters");
        if (!Mem0Filter.namesAnEntity(filter)) {
            throw noIds();
        }
        return filter;
    }

    /// As [#ofFilters], but ids beside the filters count too, as in earlier versions.
    static Filter ofBody(Body body, boolean server) {
        List<Filter> parts = ids(body);
        Json filters = body.get("filters");
        if (filters != null && !(server && isEmpty(filters))) {
            parts.add(server ? Mem0Filter.ofServer(filters, "filters") : Mem0Filter.ofPlatform(filters, "filters"));
        }
        Filter filter = all(parts);
        if (!Mem0Filter.namesAnEntity(filter)) {
            throw noIds();
        }
        return filter;
    }

    /// Whether the filters are empty; mem0's own server takes ids beside empty filters.
    private static boolean isEmpty(Json filters) {
        return filters.equals(Json.JsonObject.EMPTY);
    }

    private static List<Filter> ids(Body body) {
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            String id = body.id(name(kind));
            if (id != null) {
                parts.add(Mem0Filter.of(kind, id(name(kind), id)));
            }
        }
        return parts;
    }

    /// An id as mem0's own library takes it: without the white space around it.
    ///
    /// @throws MnemeException `invalid_request` for one that has nothing else
    static String id(String name, String text) {
        String id = text.strip();
        if (id.isEmpty()) {
            throw MnemeException.invalid(name, name + " is blank: give it a value or leave it out.");
        }
        return id;
    }

    /// The memories that the ids of a query string and its `metadata`, as JSON, select; without any it is [And#ALL].
    /// With `*` for each of the four ids it means all memories, not only those that carry all four.
    static Filter ofQuery(Request request) {
        Query query = request.query();
        Map<OwnerKind, String> ids = ids(query);
        List<Filter> parts = new ArrayList<>();
        if (wildcards(ids) == OwnerKind.values().length) {
            parts.add(everything());
        } else {
            ids.forEach((kind, id) -> parts.add(Mem0Filter.of(kind, id)));
        }
        String metadata = query.filled("metadata");
        if (metadata != null) {
            parts.add(Mem0Filter.metadata(
                    Body.object(JsonReader.read(metadata, "metadata", request.parsedHeap()), "metadata"), "metadata"));
        }
        return all(parts);
    }

    private static Map<OwnerKind, String> ids(Query query) {
        Map<OwnerKind, String> ids = new EnumMap<>(OwnerKind.class);
        for (OwnerKind kind : OwnerKind.values()) {
            String id = query.filled(name(kind));
            if (id != null) {
                ids.put(kind, id(name(kind), id));
            }
        }
        return ids;
    }

    private static long wildcards(Map<OwnerKind, String> ids) {
        return ids.values().stream().filter(ANY::equals).count();
    }

    /// The memories that a deletion by query string takes.
    ///
    /// @throws MnemeException `invalid_request` when it does not say whose memories; and for two or three wildcards
    ///     without an id, which could mean memories with all of these kinds or with any of them
    static Filter ofDeletion(Request request) {
        Query query = request.query();
        Map<OwnerKind, String> ids = ids(query);
        if (ids.isEmpty()) {
            throw MnemeException.invalid(
                    "user_id", "Nothing was deleted: name at least one of user_id, agent_id, app_id, run_id.");
        }
        long wildcards = wildcards(ids);
        if (wildcards == ids.size() && wildcards > 1 && wildcards < OwnerKind.values().length) {
            throw MnemeException.invalid(
                    "user_id",
                    "Nothing was deleted: send '*' for one of user_id, agent_id, app_id, run_id, which takes what has"
                            + " such an id, or for all four, which takes everything.");
        }
        return ofQuery(request);
    }

    /// All memories: each has one of the ids.
    static Filter everything() {
        return new Filter.Or(Arrays.stream(OwnerKind.values())
                .map(kind -> Mem0Filter.of(kind, ANY))
                .toList());
    }

    static Filter all(List<Filter> parts) {
        return parts.size() == 1 ? parts.getFirst() : new And(parts);
    }

    /// A kind of entity, as it stands in a path.
    static OwnerKind kind(@Nullable String type) {
        for (OwnerKind kind : OwnerKind.values()) {
            if (kind.wireName().equals(type)) {
                return kind;
            }
        }
        throw MnemeException.invalid("entity_type", "entity_type must be user, agent, app or run.");
    }
}
