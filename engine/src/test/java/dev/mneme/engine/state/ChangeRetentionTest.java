package dev.mneme.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which rows of changes are kept: who reads an owner's changes is shown none that is too old, so only the rows tell
/// that it went.
class ChangeRetentionTest {
    private static final int LOOKS_EVERY = OwnerState.CHANGES_BETWEEN_LOOKS_AT_AGE;
    private static final Instant LATER = ManualClock.START.plus(Duration.ofDays(8));

    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private int added;

    private void add(int count, Instant at, Retention retention) {
        StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", retention));
        for (int i = 0; i < count; i++) {
            ShardBatch batch = new ShardBatch(
                    at, List.of(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "memory " + added++))));
            long index = tables.appliedIndex() + 1;
            tables.write(machine.apply(index, batch).rows().batch(index));
        }
    }

    private List<ChangeRow> changes() {
        List<ChangeRow> changes = new ArrayList<>();
        byte[] from = Keys.owned('c', Fixtures.ALICE.hash());
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(from, Keys.end(from), (key, row) -> changes.add(ChangeRow.decode(row)));
        }
        return changes;
    }

    private long old() {
        return changes().stream().filter(change -> change.at().isBefore(LATER)).count();
    }

    @Test
    void whatIsTooOldGoesBeforeManyMoreChangesAreMade() {
        add(200, ManualClock.START, Retention.DEFAULTS);
        assertThat(old()).isEqualTo(200);

        add(LOOKS_EVERY, LATER, Retention.DEFAULTS);
        assertThat(old()).isEqualTo(200 - Entry.MAX_REMOVED_AT_ONCE);

        add(3 * LOOKS_EVERY, LATER, Retention.DEFAULTS);
        assertThat(old()).isZero();
        assertThat(changes()).hasSize(4 * LOOKS_EVERY);
    }

    @Test
    void neverAreMoreKeptThanMayBe() {
        Retention fifty = new Retention(50, Duration.ofDays(7), 10, Duration.ofDays(1), 0, Duration.ZERO, 20, 1 << 20);
        for (int n = 1; n <= 120; n++) {
            add(1, ManualClock.START, fifty);
            assertThat(changes()).hasSize(Math.min(n, 50));
        }
    }
}
