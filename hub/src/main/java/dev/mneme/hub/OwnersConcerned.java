package dev.mneme.hub;

import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which owners a read may find something of, as the database's indexes know it.
///
/// **Threads**: any.
final class OwnersConcerned {
    /// How many owners of the server there are at most.
    private static final int OF_SERVER = 3;

    private final HubDatabase database;
    private final Reachability reachability;
    private final int limit;

    /// @param limit how many owners a read that names none may concern
    OwnersConcerned(HubDatabase database, Reachability reachability, int limit) {
        this.database = database;
        this.reachability = reachability;
        this.limit = limit;
    }

    /// A page of all owners, in an order of the database's own.
    List<Owner> page(@Nullable Owner after, int most) {
        return reachability.asked(() -> database.owners(Map.of(), after, most));
    }

    Optional<Owner> ownerOf(MemoryId id) {
        return reachability.asked(() -> database.ownerOf(id));
    }

    /// Owners that may have memories which the filter matches: those that have the scope ids which it demands.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when there are too many
    List<Owner> by(Filter filter) {
        Map<OwnerKind, String> demanded = new EnumMap<>(OwnerKind.class);
        demands(filter, demanded);
        List<Owner> owners =
                new ArrayList<>(reachability.asked(() -> database.owners(demanded, null, limit + OF_SERVER + 1)));
        owners.removeIf(Owner::isOfServer);
        if (owners.size() > limit) {
            throw new MnemeException(
                    ErrorCode.INVALID_REQUEST,
                    "More than " + limit + " owners may have such memories, and this server shares its data with others"
                            + " in a hub, of which it holds those in use: name a user, or an agent, app or run whose"
                            + " memories few owners have.");
        }
        return owners;
    }

    private static void demands(Filter filter, Map<OwnerKind, String> demanded) {
        switch (filter) {
            case And(List<Filter> parts) -> parts.forEach(part -> demands(part, demanded));
            case Compare(Field.Scope(OwnerKind kind), Operator operator, Json value)
            when operator == Operator.EQ && value instanceof JsonString(String id) -> demanded.putIfAbsent(kind, id);
            default -> {}
        }
    }
}
