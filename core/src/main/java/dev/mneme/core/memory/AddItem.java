package dev.mneme.core.memory;

import dev.mneme.core.model.MnemeException;

/// One memory of an add, or the error that was found while it was read.
public sealed interface AddItem {
    record Valid(NewMemory memory) implements AddItem {}

    record Invalid(MnemeException failure) implements AddItem {}
}
