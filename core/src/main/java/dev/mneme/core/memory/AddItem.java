package dev.mneme.core.memory;

import dev.mneme.core.model.MnemeException;

/// A memory of an add, or what was already wrong with it when it was read.
public sealed interface AddItem {
    record Valid(NewMemory memory) implements AddItem {}

    record Invalid(MnemeException failure) implements AddItem {}
}
