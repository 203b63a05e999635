package dev.mneme.api.request;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.util.List;

/// Makes the parts of filters from requests.
public final class Filters {
    private static final Filter LATEST =
            new Compare(new Field.Named(Filter.Name.REPLACED_BY), Operator.EQ, new JsonNull());

    private Filters() {}

    /// @param only whether memories that another one superseded are left out
    public static Filter latest(Filter filter, boolean only) {
        return only ? Filter.and(filter, LATEST) : filter;
    }

    /// @throws dev.mneme.core.model.MnemeException `invalid_request` for a value that cannot be an id
    public static Filter is(OwnerKind kind, String id) {
        return Filter.scope(kind, new Owner(Owner.DEFAULT_PROJECT, kind, id).id());
    }

    public static Filter none(OwnerKind kind) {
        return new Compare(new Field.Scope(kind), Operator.EQ, new JsonNull());
    }

    public static Filter all(List<Filter> parts) {
        return parts.size() == 1 ? parts.getFirst() : new Filter.And(parts);
    }
}
