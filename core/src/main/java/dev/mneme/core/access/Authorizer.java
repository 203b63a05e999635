package dev.mneme.core.access;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides what a caller may do and see. It is the one place that every door, search, history, export and live change
/// asks.
///
/// A key cannot find out whether a record exists that it may not see. Such a record is answered as a missing one:
/// `not_found` by its id, and absent from queries. Where the request itself names a scope that the key does not have,
/// the answer is `not_allowed`, whether there is such a scope or not.
public final class Authorizer {
    private Authorizer() {}

    /// @throws MnemeException `not_allowed` when the key's role is less
    public static void require(Caller caller, Role role) {
        if (!caller.key().role().includes(role)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "This key has the role " + caller.key().role().wireName() + "; this needs " + role.wireName()
                            + ".");
        }
    }

    /// Requires an admin key without restrictions. Whatever concerns every owner needs one.
    public static void requireOperator(Caller caller) {
        require(caller, Role.ADMIN);
        if (!caller.key().restriction().isNone()) {
            throw new MnemeException(ErrorCode.NOT_ALLOWED, "This needs an admin key without restrictions.");
        }
    }

    /// @throws MnemeException `not_allowed` when the key may not write memories of this scope
    public static void requireScope(Caller caller, ScopeIds scope) {
        if (!caller.key().restriction().allows(scope)) {
            throw new MnemeException(ErrorCode.NOT_ALLOWED, "This key may not use these scope ids: " + needs(caller));
        }
    }

    /// @throws MnemeException `not_allowed` when nothing of this owner could ever be seen with the key
    public static void requireOwner(Caller caller, Owner owner) {
        if (!caller.key().restriction().mayHold(owner)) {
            throw new MnemeException(ErrorCode.NOT_ALLOWED, "This key may not read this owner: " + needs(caller));
        }
    }

    /// @throws MnemeException `not_allowed` unless every memory of the owner may be seen with the key
    public static void requireWholeOwner(Caller caller, Owner owner) {
        if (!caller.key().restriction().allowsAllOf(owner)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED, "This key may not touch all of this owner: " + needs(caller));
        }
    }

    public static boolean seesWhole(Caller caller, Owner owner) {
        return caller.key().restriction().allowsAllOf(owner);
    }

    public static boolean maySee(Caller caller, Memory memory) {
        return caller.key().restriction().allows(memory.scope());
    }

    /// Whether the caller may see a change. An erasure is shown to everybody who may see some of the owner's
    /// memories, since theirs are gone too. Records that belong to the user as a whole (contexts, modes, the audit)
    /// are invisible to a key that is restricted below the user.
    public static boolean maySee(Caller caller, Change change) {
        if (change.subject() instanceof Memory memory) {
            return maySee(caller, memory);
        }
        return change.type() == ChangeType.OWNER_ERASED
                ? caller.key().restriction().mayHold(change.owner())
                : caller.key().restriction().allowsAllOf(change.owner());
    }

    /// Requires a key for records that belong to a user as a whole: contexts, modes, the audit, sync events.
    ///
    /// @throws MnemeException `not_allowed` for another user's records, and for a key restricted by agent, app or
    ///     run
    public static void requireUser(Caller caller, Owner user) {
        requireWholeOwner(caller, user);
    }

    public static boolean maySee(Caller caller, Exported exported) {
        return exported instanceof Exported.OfMemory memory
                ? maySee(caller, memory.newest().memory())
                : seesWhole(caller, exported.owner());
    }

    /// @throws MnemeException `not_allowed` for a record that the key could not see or write
    public static void requireImport(Caller caller, Exported exported) {
        require(caller, Role.ADMIN);
        if (exported instanceof Exported.OfMemory memory) {
            requireScope(caller, memory.newest().memory().scope());
        } else {
            requireUser(caller, exported.owner());
        }
    }

    /// The filter, narrowed to the memories that the key may see.
    public static Filter restrict(Caller caller, Filter filter) {
        return caller.key().restriction().restrict(filter);
    }

    /// The one owner that a restricted filter names, if it names one of whom the key may see memories. Otherwise the
    /// result is empty, so that the request does not reach the owner's position and records.
    public static Optional<Owner> route(Caller caller, Filter restricted) {
        return OwnerRoute.of(restricted)
                .filter(owner -> caller.key().restriction().mayHold(owner));
    }

    private static String needs(Caller caller) {
        List<String> parts = new ArrayList<>();
        caller.key()
                .restriction()
                .allowed()
                .forEach((kind, ids) -> parts.add(kind.fieldName() + " must be " + String.join(" or ", ids)));
        return String.join(", and ", parts) + ".";
    }
}
