package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What has expired goes from the tables by itself.
final class ExpiryTest {
    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    private MemoryId post(Store store, @Nullable Instant expiresAt) {
        MemoryId id = Fixtures.id(Fixtures.ALICE);
        store.write(Fixtures.write(
                Fixtures.ALICE,
                new Command.PostSyncEvent(
                        id,
                        "desk",
                        SyncEvent.Type.CONFIG_UPDATED,
                        Fixtures.json("a", 1),
                        null,
                        SyncEvent.Priority.NORMAL,
                        expiresAt)));
        return id;
    }

    private static boolean there(Store store, MemoryId id) {
        return store.syncEvents().find(Fixtures.ALICE, id).value().isPresent();
    }

    @Test
    void theMaintenanceRemovesExpiredSyncEventsAndNoOthers() {
        Instant soon = clock.instant().plus(Duration.ofDays(7));
        try (Store store =
                LocalEngine.open(folder, expiring(TestEngines.settings(StoreSettings.of("expiry", clock))))) {
            MemoryId expiring = post(store, soon);
            MemoryId processed = post(store, soon);
            MemoryId later = post(store, soon.plusMillis(1));
            MemoryId lasting = post(store, null);
            store.write(Fixtures.write(Fixtures.ALICE, new Command.ProcessSyncEvent(processed, "phone")));
            clock.set(soon.minusMillis(1));
            assertThat(there(store, expiring)).isTrue();

            clock.set(soon);

            Awaitility.await()
                    .atMost(90, TimeUnit.SECONDS)
                    .until(() -> !there(store, expiring) && !there(store, processed));
            assertThat(there(store, later)).isTrue();
            assertThat(there(store, lasting)).isTrue();
            assertThat(store.head(Fixtures.ALICE).sequence()).isEqualTo(5); // a removal is no change
        }
    }

    @Test
    void theMaintenanceRemovesResolvedConflictsInTheEnd() {
        try (Store store =
                LocalEngine.open(folder, expiring(TestEngines.settings(StoreSettings.of("conflicts", clock))))) {
            MemoryId resolved = conflict(store);
            MemoryId open = conflict(store);
            store.write(
                    Fixtures.write(Fixtures.ALICE, new Command.ResolveConflict(resolved, Conflict.Take.THEIRS, null)));

            clock.set(clock.instant().plus(Conflict.KEPT_RESOLVED));

            Awaitility.await()
                    .atMost(90, TimeUnit.SECONDS)
                    .until(() -> store.conflicts()
                            .find(Fixtures.ALICE, resolved)
                            .value()
                            .isEmpty());
            assertThat(store.conflicts().find(Fixtures.ALICE, open).value()).isPresent();
            assertThat(store.head(Fixtures.ALICE).sequence()).isEqualTo(3); // a removal is no change
        }
    }

    private MemoryId conflict(Store store) {
        MemoryId id = Fixtures.id(Fixtures.ALICE);
        Conflict.Side side = new Conflict.Side(1, Fixtures.json("text", "x"), false, clock.instant(), "k", "desk");
        Conflict.About about = new Conflict.About(Conflict.Kind.CONTEXT, "theme");
        store.write(Fixtures.write(Fixtures.ALICE, new Command.RecordConflict(id, about, side, side, side, false)));
        return id;
    }

    private static LocalEngine.Settings expiring(LocalEngine.Settings settings) {
        return settings.withStore(settings.store().withExpires(true));
    }
}
