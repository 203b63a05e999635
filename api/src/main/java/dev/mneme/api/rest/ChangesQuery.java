package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whose changes a request asks for, and from where on: of exactly one owner, or of all.
public sealed interface ChangesQuery {
    List<Parameter> PARAMETERS = List.of(
            Parameter.string("scope", "all: every owner's (admin keys without restrictions)"),
            Parameter.string("after", "the position of the last change that is known"),
            Parameter.integer("limit", "how many at most: 1 to 1000, 100 when left out"));

    /// @param after null: from the oldest that is kept, or from now on
    record OfOwner(Owner owner, @Nullable Position after) implements ChangesQuery {}

    /// @param after an operator's cursor; null: from the oldest that is kept, or from now on
    record OfAll(@Nullable String after) implements ChangesQuery {}

    /// Reads the query; `Last-Event-ID`, which a reconnecting event source sends, goes before `after`.
    ///
    /// @throws MnemeException `invalid_request`
    static ChangesQuery of(Request request) {
        Query query = request.query();
        String last = request.header("Last-Event-ID");
        String field = last == null ? "after" : "Last-Event-ID";
        String after = last == null ? query.filled("after") : last;
        List<Owner> owners = owners(query);
        String scope = query.filled("scope");
        if (scope == null) {
            if (owners.size() != 1) {
                throw MnemeException.invalid(
                        "userId", "Name exactly one of userId, agentId, appId, runId; or scope=all with an admin key.");
            }
            return new OfOwner(owners.getFirst(), Freshness.position(after, field));
        }
        if (!scope.equals("all") || !owners.isEmpty()) {
            throw MnemeException.invalid("scope", "scope must be all, and then no id beside it.");
        }
        return new OfAll(after);
    }

    private static List<Owner> owners(Query query) {
        List<Owner> owners = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            String id = query.filled(kind.fieldName());
            if (id != null) {
                owners.add(new Owner(Owner.DEFAULT_PROJECT, kind, id));
            }
        }
        return owners;
    }
}
