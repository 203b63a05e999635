package dev.mneme.core.mode;

import dev.mneme.core.access.Caller;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.spi.Store;

/// Decides whether texts that a caller writes or searches for an owner must not leave this machine.
///
/// What is written while they must not is marked `localOnly` by the store, which checks the mode again when it applies
/// the write.
public final class Inspired {
    private Inspired() {}

    /// Whether the caller's instance is `inspired` now. Only a user's instances have a mode.
    public static boolean is(Store store, Caller caller, Owner owner) {
        return owner.kind() == OwnerKind.USER
                && store.modes()
                        .find(owner, caller.by().instance())
                        .value()
                        .filter(state -> state.current() == Mode.INSPIRED)
                        .isPresent();
    }
}
