package dev.mneme.api.websocket;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whom a connection concerns: exactly one owner, or everyone, for an operator.
sealed interface Subject {
    record One(Owner owner) implements Subject {
        /// The user's id; empty for an owner that is no user.
        @Override
        public String userId() {
            return owner.kind() == OwnerKind.USER ? owner.id() : "";
        }
    }

    record Everyone() implements Subject {
        @Override
        public String userId() {
            return "";
        }
    }

    /// What the `userId` of messages says.
    String userId();

    /// What a connect's payload names, or null when it names nobody.
    ///
    /// @throws MnemeException `invalid_request` when it names more than one
    static @Nullable Subject of(Map<?, ?> payload) {
        String scope = Envelope.Fields.string(payload, "scope");
        List<OwnerKind> named = Stream.of(OwnerKind.values())
                .filter(kind -> Envelope.Fields.string(payload, kind.fieldName()) != null)
                .toList();
        if (named.size() + (scope == null ? 0 : 1) > 1) {
            throw MnemeException.invalid(
                    named.getFirst().fieldName(),
                    "A connection has exactly one owner: send one of userId, agentId, appId, runId.");
        }
        if (scope != null) {
            if (!scope.equals("all")) {
                throw MnemeException.invalid("scope", "scope can only be \"all\".");
            }
            return new Everyone();
        }
        if (named.isEmpty()) {
            return null;
        }
        OwnerKind kind = named.getFirst();
        String id = Envelope.Fields.string(payload, kind.fieldName());
        return id == null ? null : new One(new Owner(Owner.DEFAULT_PROJECT, kind, id));
    }

    /// The only user that a key may see, if there is just one: then every connection with it is that user's.
    static @Nullable Subject onlyUserOf(ApiKey key) {
        Set<String> users = key.restriction().allowed().get(OwnerKind.USER);
        return users != null && users.size() == 1
                ? new One(Owner.user(users.iterator().next()))
                : null;
    }
}
