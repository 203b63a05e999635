package dev.mneme.core.model;

import java.util.EnumMap;
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
