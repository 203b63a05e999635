package dev.mneme.core.model;

import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonString;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which data a key may touch: for each kind that it names, the id must be present and one of these.
/// Kinds are ANDed; no kinds, no restriction.
public record Restriction(Map<OwnerKind, Set<String>> allowed) {
    public static final Restriction NONE = new Restriction(Map.of());

    public Restriction {
        Map<OwnerKind, Set<String>> copy = new EnumMap<>(OwnerKind.class);
        allowed.forEach((kind, ids) -> copy.put(kind, java.util.Collections.unmodifiableSet(new TreeSet<>(ids))));
        allowed = java.util.Collections.unmodifiableMap(copy);
    }

    public boolean isNone() {
        return allowed.isEmpty();
    }

    /// The filter, intersected with what this lets through.
    public Filter restrict(Filter filter) {
        List<Filter> parts = new ArrayList<>();
        allowed.forEach((kind, ids) -> parts.add(oneOf(kind, ids)));
        return parts.isEmpty() ? filter : Filter.and(new And(parts), filter);
    }

    private static Filter oneOf(OwnerKind kind, Set<String> ids) {
        List<Json> values = ids.stream().<Json>map(JsonString::new).toList();
        return new Compare(new Field.Scope(kind), Operator.IN, new JsonArray(values));
    }

    public boolean allows(ScopeIds scope) {
        return allowed.entrySet().stream().allMatch(entry -> {
            String id = scope.id(entry.getKey());
            return id != null && entry.getValue().contains(id);
        });
    }

    /// Whether memories that this lets through can belong to the owner: a memory of an owner has none of the kinds
    /// above the owner's, and the owner's id.
    public boolean mayHold(Owner owner) {
        return allowed.entrySet().stream().allMatch(entry -> {
            int order = entry.getKey().compareTo(owner.kind());
            return order > 0 || (order == 0 && entry.getValue().contains(owner.id()));
        });
    }

    /// Whether this lets all of the owner's memories through.
    public boolean allowsAllOf(Owner owner) {
        return mayHold(owner) && allowed.keySet().stream().allMatch(kind -> kind == owner.kind());
    }
}
