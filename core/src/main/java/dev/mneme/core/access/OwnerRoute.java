package dev.mneme.core.access;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds the single owner that a filter can match, if there is only one. Equality on `userId` names an owner; equality
/// on agent, app or run does so only when every higher kind is explicitly null. Any other query asks every shard.
public final class OwnerRoute {
    private final Map<OwnerKind, String> equal = new EnumMap<>(OwnerKind.class);
    private final Set<OwnerKind> absent = EnumSet.noneOf(OwnerKind.class);

    private OwnerRoute() {}

    public static Optional<Owner> of(Filter filter) {
        OwnerRoute route = new OwnerRoute();
        route.read(filter);
        for (OwnerKind kind : OwnerKind.values()) {
            String id = route.equal.get(kind);
            if (id != null) {
                return Optional.of(new Owner(Owner.DEFAULT_PROJECT, kind, id));
            }
            if (!route.absent.contains(kind)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private void read(Filter filter) {
        switch (filter) {
            case And(List<Filter> parts) -> parts.forEach(this::read);
            case Compare(Field.Scope(OwnerKind kind), Operator operator, Json value) -> read(kind, operator, value);
            default -> {}
        }
    }

    private void read(OwnerKind kind, Operator operator, Json value) {
        switch (operator) {
            case EQ -> {
                switch (value) {
                    case JsonString(String id) when isId(id) -> equal.putIfAbsent(kind, id);
                    case JsonNull none -> absent.add(kind);
                    default -> {}
                }
            }
            case IN -> {
                if (value instanceof JsonArray(List<Json> items)
                        && items.size() == 1
                        && items.getFirst() instanceof JsonString(String id)
                        && isId(id)) {
                    equal.putIfAbsent(kind, id);
                }
            }
            case EXISTS -> {
                if (value.equals(new JsonBoolean(false))) {
                    absent.add(kind);
                }
            }
            default -> {}
        }
    }

    /// Whether the value can be an id. A filter may hold a value that cannot: it is no error, and matches nothing.
    private static boolean isId(String id) {
        return ScopeIds.isId(id);
    }
}
