package dev.mneme.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What only the rows show of a revision; what everybody sees of it is in the store contract.
final class RevisionDecisionsTest {
    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private final StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", Retention.DEFAULTS));

    private Applied apply(Command... commands) {
        ShardBatch batch = new ShardBatch(ManualClock.START, List.of(Fixtures.write(Fixtures.ALICE, commands)));
        long index = tables.appliedIndex() + 1;
        Applied applied = machine.apply(index, batch);
        tables.write(applied.rows().batch(index));
        return applied;
    }

    private static Outcome outcome(Applied applied) {
        return applied.results().getFirst().outcomes().getLast();
    }

    @Test
    void aRefusedRevisionLeavesTheRowsAsTheyWere() {
        Command.AddMemory tea = Fixtures.embedded(Fixtures.add("alice", "likes tea"), Fixtures.vector(1, 0));
        apply(tea);
        List<byte[]> before = rows();

        Applied refused = apply(new Revise(
                List.of(new Command.Seen(tea.id(), 1)),
                List.of(
                        new Command.Revision.Replace(tea.id(), Fixtures.add("alice", "likes mate")),
                        new Command.Revision.Add(Fixtures.add("alice", "plays chess"))),
                List.of(put("fits", 0), put("does not", 1))));

        assertThat(outcome(refused))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        assertThat(refused.changes()).isEmpty();
        assertThat(refused.index()).isEmpty();
        assertThat(rows()).usingElementComparator(Arrays::compare).isEqualTo(before);
    }

    /// All that is an owner's, and what is derived from it: not the shard's own row, which knows the latest entry.
    private List<byte[]> rows() {
        List<byte[]> rows = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                if (!Arrays.equals(key, Keys.shard())) {
                    rows.add(key);
                    rows.add(row);
                }
                return true;
            });
        }
        return rows;
    }

    @Test
    void documentsThatFillTheirCollectionTogetherAreRefusedTogether() {
        Tables.Batch nearlyFull = new Tables.Batch();
        for (int n = 1; n < Document.MAX_IN_COLLECTION; n++) {
            Document document =
                    new Document("notes", "n" + n, JsonObject.EMPTY, 1, ManualClock.START, ManualClock.START);
            byte[] key = Keys.document(Fixtures.ALICE.hash(), "notes", document.id());
            nearlyFull.put(key, Rows.encode(document));
        }
        nearlyFull.appliedIndex(1);
        tables.write(nearlyFull);

        Applied refused = apply(new Revise(List.of(), List.of(), List.of(put("one", 0), put("another", 0))));
        assertThat(outcome(refused))
                .isInstanceOfSatisfying(
                        Outcome.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.OVERLOADED));

        Applied done = apply(new Revise(List.of(), List.of(), List.of(put("n7", 1), put("one", 0), put("n8", 1))));
        assertThat(outcome(done)).isEqualTo(new Outcome.Done());
        assertThat(outcome(apply(new Revise(List.of(), List.of(), List.of(put("another", 0))))))
                .isInstanceOf(Outcome.Rejected.class);
    }

    private static PutDocument put(String id, long expectedVersion) {
        return new PutDocument("notes", id, JsonObject.EMPTY, expectedVersion);
    }
}
