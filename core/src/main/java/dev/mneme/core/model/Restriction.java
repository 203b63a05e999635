package dev.mneme.core.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which data a key may touch: for each kind that it names, the id must be present and one of these. Kinds
/// are ANDed;
/// no kinds, no restriction.
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
}
