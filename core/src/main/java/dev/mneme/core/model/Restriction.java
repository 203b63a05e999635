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

/// Which data a key may touch. A memory must have an id of each kind that is named here, and it must be one of the
/// allowed ids. Without kinds there is no restriction.
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

    /// The filter, narrowed to the memories that are allowed.
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

    /// Whether the owner can have memories that are allowed: a memory has its owner's id, and no id of a kind above the
    /// owner's.
    public boolean mayHold(Owner owner) {
        return allowed.entrySet().stream().allMatch(entry -> {
            int order = entry.getKey().compareTo(owner.kind());
            return order > 0 || (order == 0 && entry.getValue().contains(owner.id()));
        });
    }

    /// Whether all of the owner's memories are allowed.
    public boolean allowsAllOf(Owner owner) {
        return mayHold(owner) && allowed.keySet().stream().allMatch(kind -> kind == owner.kind());
    }
}
