package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;

/// Reads which user a request is about.
final class Users {
    static final Parameter USER = Parameter.string("userId", "whose; needed")
            .between(1, ScopeIds.MAX_ID_LENGTH)
            .example("alice");

    private Users() {}

    static Owner of(Query query) {
        String id = query.text(USER);
        if (id == null) {
            throw MnemeException.invalid(USER.name(), "userId is needed: say whose.");
        }
        return Owner.user(id);
    }
}
