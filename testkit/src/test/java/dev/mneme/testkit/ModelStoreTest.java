package dev.mneme.testkit;

import dev.mneme.core.spi.Store;
import java.util.HashMap;
import java.util.Map;

final class ModelStoreTest extends StoreContract {
    private final Map<String, ModelHome> homes = new HashMap<>();

    @Override
    protected Store open(StoreSettings settings) {
        return new ModelStore(homes.computeIfAbsent(settings.home(), home -> new ModelHome()), settings);
    }
}
