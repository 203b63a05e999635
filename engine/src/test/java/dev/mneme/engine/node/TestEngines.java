package dev.mneme.engine.node;

import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.testkit.StoreSettings;
import java.time.Duration;

/// Engines as tests want them: few shards, small files, and nothing removed but by commands.
public final class TestEngines {
    private TestEngines() {}

    public static LocalEngine.Settings settings(StoreSettings settings) {
        Retention retention = new Retention(
                settings.changesPerOwner(),
                Retention.DEFAULTS.maxChangeAge(),
                settings.idempotencyKeysPerOwner(),
                Retention.DEFAULTS.maxIdempotencyAge(),
                settings.versionsPerMemory(),
                settings.versionAge(),
                settings.contextVersions(),
                Retention.DEFAULTS.maxContextBytes());
        return new LocalEngine.Settings(
                4,
                16 << 20,
                LocalEngineTest.SMALL_LOG,
                new StoreConfig(retention, 10_000, Duration.ofSeconds(60), 0, 64 << 20, false),
                new SystemRuntime(settings.clock()),
                LogMetrics.NONE,
                ShardMetrics.NONE,
                IntegrityFiles.DEFAULTS);
    }
}
