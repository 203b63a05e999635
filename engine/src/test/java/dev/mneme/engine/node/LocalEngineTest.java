package dev.mneme.engine.node;

import dev.mneme.core.spi.Store;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.testkit.StoreContract;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/// The engine on a real folder keeps every promise of a store.
public final class LocalEngineTest extends StoreContract {
    @TempDir
    Path folder;

    @Override
    protected Store open(StoreSettings settings) {
        return LocalEngine.open(folder.resolve(settings.home()), TestEngines.settings(settings));
    }

    /// Small enough to be quick to make, large enough for the largest batch.
    public static final LogConfig SMALL_LOG =
            new LogConfig(4 << 20, 1 << 20, 2 << 20, 10_000, 64 << 20, 4, Duration.ofMillis(50));
}
