package dev.mneme.core.memory;

import dev.mneme.core.command.Written;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;

/// The result for one memory of an add: as it was stored, or why it was refused.
public sealed interface Added {
    record Stored(Written<Memory> written) implements Added {}

    record Refused(MnemeException failure) implements Added {}
}
