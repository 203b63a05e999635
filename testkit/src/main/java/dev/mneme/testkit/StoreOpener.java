package dev.mneme.testkit;

import dev.mneme.core.spi.Store;

/// Opens the store under test.
@FunctionalInterface
public interface StoreOpener {
    Store open(StoreSettings settings);
}
