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

/// Whose changes a request asks for, and from where on: those of exactly one owner, or of all.
public sealed interface ChangesQuery {
    /// Whose changes, if not those of one owner.
    Parameter SCOPE = Parameter.string("scope", "every owner's, for admin keys without restrictions")
            .oneOf("all");

    /// Where to go on.
    Parameter AFTER = Parameter.string(
                    "after",
                    "the position of the last change that is known; left out: from the oldest that is kept, and an event"
                            + " stream from now on")
            .example("k7f3q2ab:1a4:42");

    /// Where an event stream goes on after it was cut.
    Parameter LAST_EVENT_ID =
            Parameter.string("Last-Event-ID", "resumes an event stream after this position; goes before `after`");

    /// @param after null: from the oldest that is kept, or from now on
    record OfOwner(Owner owner, @Nullable Position after) implements ChangesQuery {}

    /// @param after an operator's cursor; null: from the oldest that is kept, or from now on
    record OfAll(@Nullable String after) implements ChangesQuery {}

    /// Reads the query. `Last-Event-ID`, which a reconnecting event source sends, has precedence over `after`.
    ///
    /// @throws MnemeException `invalid_request`
    static ChangesQuery of(Request request) {
        Query query = request.query();
        String last = request.header(LAST_EVENT_ID);
        String field = last == null ? AFTER.name() : LAST_EVENT_ID.name();
        String after = last == null ? query.text(AFTER) : last;
        List<Owner> owners = owners(query);
        String scope = query.text(SCOPE);
        if (scope == null) {
            if (owners.size() != 1) {
                throw MnemeException.invalid(
                        "userId", "Name exactly one of userId, agentId, appId, runId; or scope=all with an admin key.");
            }
            return new OfOwner(owners.getFirst(), Freshness.position(after, field));
        }
        if (!owners.isEmpty()) {
            throw MnemeException.invalid(SCOPE.name(), "scope asks for every owner: send no id beside it.");
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
