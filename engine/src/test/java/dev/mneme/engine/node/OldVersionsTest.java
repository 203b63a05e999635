package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What has become too old goes from the tables, though nobody writes to its memory any more.
final class OldVersionsTest {
    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    private Store open() {
        return LocalEngine.open(
                folder, TestEngines.settings(StoreSettings.of("old", clock).withVersions(0, Duration.ofDays(1))));
    }

    @Test
    void theMaintenanceRemovesWhatNoWriteDoes() {
        Memory memory;
        try (Store store = open()) {
            memory = Fixtures.stored(store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "first"))));
            for (int n = 0; n < 600; n++) { // more than one step removes
                store.write(Fixtures.write(Fixtures.ALICE, Fixtures.retext(memory.id(), "text " + n)));
            }
        }
        try (Store store = open()) { // whose recent changes are read from the tables
            assertThat(store.changes(Fixtures.ALICE, 0, 1_000).changes()).allMatch(change -> change.memory() != null);

            clock.advance(Duration.ofDays(2));

            Awaitility.await()
                    .atMost(90, TimeUnit.SECONDS)
                    .until(() -> store.changes(Fixtures.ALICE, 0, 1_000).changes().stream()
                                    .map(Change::memory)
                                    .filter(Objects::nonNull)
                                    .count()
                            == 1);
            assertThat(store.history(memory.id()).orElseThrow().value()).hasSize(1);
            assertThat(store.find(memory.id()).orElseThrow().value().text()).isEqualTo("text 599");
        }
    }
}
