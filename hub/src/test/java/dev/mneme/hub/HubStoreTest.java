package dev.mneme.hub;

import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.StoreContract;
import dev.mneme.testkit.StoreSettings;
import java.util.HashMap;
import java.util.Map;

/// One node of a hub keeps every promise of a store. Each time it is opened it knows nothing, and loads from the
/// database what is asked for.
final class HubStoreTest extends StoreContract {
    private final Map<String, TestNodes> hubs = new HashMap<>();

    @Override
    protected boolean keepsOperatorsFeed() {
        return false;
    }

    @Override
    protected Store open(StoreSettings settings) {
        Retention retention = new Retention(
                settings.changesPerOwner(),
                Retention.DEFAULTS.maxChangeAge(),
                settings.idempotencyKeysPerOwner(),
                Retention.DEFAULTS.maxIdempotencyAge(),
                settings.versionsPerMemory(),
                settings.versionAge(),
                settings.contextVersions(),
                Retention.DEFAULTS.maxContextBytes());
        return hubs.computeIfAbsent(settings.home(), none -> new TestNodes())
                .open("a", settings.clock(), retention)
                .store();
    }
}
