package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who reads everybody's changes, such as a webhook, hears of the owners of all shards, however busy one of them is.
final class OperatorTurnsTest {
    private static final int SHARDS = 4;

    @TempDir
    Path folder;

    private StoreSettings settings;
    private int number;

    @BeforeEach
    void settings() {
        settings = StoreSettings.of("turns", new ManualClock());
    }

    /// Of the middle of each shard's slots.
    private static Owner ownerIn(int shard) {
        for (int i = 0; ; i++) {
            Owner owner = Owner.user("user-" + i);
            if (owner.slot() / (4_096 / SHARDS) == shard) {
                return owner;
            }
        }
    }

    private void add(Store store, Owner owner, int count) {
        for (int i = 0; i < count; i++) {
            store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "note " + number++)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void aReaderThatIsSlowerThanABusyShardHearsOfTheOthers(int page) {
        try (Store store = LocalEngine.open(folder, TestEngines.settings(settings))) {
            for (int busy = 0; busy < SHARDS; busy++) {
                String cursor = store.operatorCursor();
                add(store, ownerIn(busy), 40);
                add(store, ownerIn((busy + 1) % SHARDS), 1);
                Set<Owner> heard = new HashSet<>();
                for (int read = 0; read < 16 && heard.size() < 2; read += page) {
                    OperatorBatch batch = store.changes(cursor, page);
                    batch.changes().forEach(change -> heard.add(change.change().owner()));
                    cursor = batch.cursor();
                    add(store, ownerIn(busy), page);
                }
                assertThat(heard).as("while shard %s is busy", busy).hasSize(2);
            }
        }
    }

    @Test
    void eachShardsOrderHolds() {
        try (Store store = LocalEngine.open(folder, TestEngines.settings(settings))) {
            String cursor = store.operatorCursor();
            for (int shard = 0; shard < SHARDS; shard++) {
                add(store, ownerIn(shard), 20);
            }
            long[] last = new long[SHARDS];
            int heard = 0;
            for (OperatorBatch batch = store.changes(cursor, 7);
                    !batch.changes().isEmpty();
                    batch = store.changes(batch.cursor(), 7)) {
                for (Store.OperatorChange each : batch.changes()) {
                    int shard = each.change().owner().slot() / (4_096 / SHARDS);
                    assertThat(each.change().position().sequence()).isEqualTo(++last[shard]);
                    heard++;
                }
            }
            assertThat(heard).isEqualTo(80);
        }
    }
}
