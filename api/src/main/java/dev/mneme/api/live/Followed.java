package dev.mneme.api.live;

import dev.mneme.core.access.Caller;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Whose changes a connection follows: exactly one owner's, or everyone's, for an operator.
public sealed interface Followed {
    record One(Owner owner) implements Followed {
        /// The user's id; empty for an owner that is no user.
        @Override
        public String userId() {
            return owner.kind() == OwnerKind.USER ? owner.id() : "";
        }
    }

    record Everyone() implements Followed {
        @Override
        public String userId() {
            return "";
        }
    }

    /// The `userId` in messages.
    String userId();

    /// The owner or owners that a request names; null when it names none. A single id names the owner of its kind.
    ///
    /// @param field gives a field's text, or null where it is missing
    /// @throws MnemeException `invalid_request` when it names more than one
    static @Nullable Followed of(Function<String, @Nullable String> field) {
        String scope = field.apply("scope");
        List<OwnerKind> named = Stream.of(OwnerKind.values())
                .filter(kind -> field.apply(kind.fieldName()) != null)
                .toList();
        if (named.size() + (scope == null ? 0 : 1) > 1) {
            throw MnemeException.invalid(
                    named.getFirst().fieldName(),
                    "A subscription has exactly one owner: send one of userId, agentId, appId, runId.");
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
        String id = field.apply(kind.fieldName());
        return id == null ? null : new One(new Owner(Owner.DEFAULT_PROJECT, kind, id));
    }

    /// Opens the feed.
    ///
    /// @param from the last position that the client holds, or null to begin now
    /// @param name the client's name for that position
    /// @param wanted the changes that the client wants to be told
    /// @throws MnemeException `invalid_request` for a position of anybody else; `not_allowed`
    default Reader follow(
            ChangeFeed feed, Caller caller, @Nullable String from, String name, Predicate<Change> wanted) {
        return switch (this) {
            case Everyone everyone -> feed.followAll(caller, from, wanted);
            case One(Owner owner) ->
                feed.follow(caller, owner, from == null ? null : position(owner, from, name), wanted);
        };
    }

    private static Position position(Owner owner, String from, String name) {
        return Position.parse(from)
                .filter(position -> position.slot() == owner.slot())
                .orElseThrow(() ->
                        MnemeException.invalid(name, name + " must be a position that this owner's changes gave."));
    }

    /// The only user that a key may see, if there is just one: every connection with the key then follows that user.
    static @Nullable Followed onlyUserOf(ApiKey key) {
        Set<String> users = key.restriction().allowed().get(OwnerKind.USER);
        return users != null && users.size() == 1
                ? new One(Owner.user(users.iterator().next()))
                : null;
    }
}
