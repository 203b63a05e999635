package dev.mneme.engine.state;

import static dev.mneme.testkit.Fixtures.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the state machine does with conflicts beyond what every store does: their bounds, and what an operator accepts.
final class ConflictDecisionsTest {
    private final HeapTables tables = new HeapTables(new HeapTables.Home());

    private Outcome apply(Command command) {
        long index = tables.appliedIndex() + 1;
        StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", Retention.DEFAULTS));
        Applied applied =
                machine.apply(index, new ShardBatch(ManualClock.START, List.of(Fixtures.write(ALICE, command))));
        tables.write(applied.rows().batch(index));
        return applied.results().getFirst().outcomes().getFirst();
    }

    private static Command.RecordConflict conflict(MemoryId id, int size) {
        Conflict.Side side =
                new Conflict.Side(1, Fixtures.json("a", "x".repeat(size)), false, ManualClock.START, "k", "desk");
        return new Command.RecordConflict(
                id, new Conflict.About(Conflict.Kind.CONTEXT, "theme"), side, side, side, false);
    }

    private boolean expires(MemoryId id) {
        byte[] row = Keys.document(ALICE.hash(), Conflict.COLLECTION, id.toString());
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            return snapshot.get(Keys.expiry(ManualClock.START.plus(Conflict.KEPT_RESOLVED), row)) != null;
        }
    }

    @Test
    void theThreeValuesHaveALimitTogether() {
        int most = (int) (Conflict.MAX_SIZE / 3) - 10;

        assertThat(apply(conflict(Fixtures.id(ALICE), most))).isInstanceOf(Outcome.Stored.class);
        assertThat(apply(conflict(Fixtures.id(ALICE), most + 100)))
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void anOwnerHasSoManyAtMost() {
        Tables.Batch batch = new Tables.Batch();
        for (int i = 0; i < Document.MAX_IN_COLLECTION; i++) {
            String id = Fixtures.id(ALICE, i).toString();
            batch.put(Keys.document(ALICE.hash(), Conflict.COLLECTION, id), Rows.mark());
        }
        batch.appliedIndex(1);
        tables.write(batch);

        assertThat(apply(conflict(Fixtures.id(ALICE, 20_000), 1)))
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.OVERLOADED));
    }

    @Test
    void whatAnOperatorAcceptsStillExpires() {
        MemoryId resolved = Fixtures.id(ALICE);
        MemoryId open = Fixtures.id(ALICE);
        apply(conflict(resolved, 1));
        apply(conflict(open, 1));
        assertThat(expires(resolved)).isFalse();
        apply(new Command.ResolveConflict(resolved, Conflict.Take.THEIRS, null));
        assertThat(expires(resolved)).isTrue();

        apply(new Command.AcceptOwner());

        assertThat(expires(resolved)).isTrue();
        assertThat(expires(open)).isFalse();
    }
}
