package dev.mneme.engine.read;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Finds the owners of a shard that may have memories which match a filter: those with a scope id that the filter
/// demands, or else all.
public final class Candidates {
    private Candidates() {}

    private record Demand(OwnerKind kind, List<String> ids) {}

    public static void owners(Scans scans, Filter filter, Predicate<Owner> visitor) {
        Optional<Demand> demand = demand(filter);
        if (demand.isEmpty()) {
            scans.owners(visitor);
            return;
        }
        Set<Owner> seen = new HashSet<>();
        for (String id : demand.get().ids()) {
            scans.ownersOf(demand.get().kind(), id, owner -> !seen.add(owner) || visitor.test(owner));
        }
    }

    private static Optional<Demand> demand(Filter filter) {
        return switch (filter) {
            case And(List<Filter> parts) ->
                parts.stream().map(Candidates::demand).flatMap(Optional::stream).findFirst();
            case Compare(Field.Scope(OwnerKind kind), Operator operator, JsonString(String id))
            when operator == Operator.EQ -> Optional.of(new Demand(kind, List.of(id)));
            case Compare(Field.Scope(OwnerKind kind), Operator operator, JsonArray(List<Json> items))
            when operator == Operator.IN && items.stream().allMatch(JsonString.class::isInstance) ->
                Optional.of(new Demand(
                        kind,
                        items.stream().map(item -> ((JsonString) item).value()).toList()));
            default -> Optional.empty();
        };
    }
}
