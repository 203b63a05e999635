package dev.mneme.engine.state;

import static dev.mneme.testkit.Fixtures.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.Dedupe;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome.Stored;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// An entry of a log that was written when duplicates were decided by their texts alone is decided so again: what it
/// answered, and the positions that it made, were told to clients.
class DuplicatesOfOldLogsTest {
    private static final Instant SOON = ManualClock.START.plusSeconds(60);

    /// "ok" of alice with `{"n":1}`, as version 0.1.0 wrote it.
    private static final String OLD_ENTRY =
            "0180f09089ef66010764656661756c740005616c696365026b31066b65793a6b3100000101019b78921c078aec"
                    + "80000000000000070105616c696365000000026f6b00000601016e030001010000000001";

    /// Of alice: "ok" with `{"n":1}`, merged by content, then a patch `{"m":2}`, as they were written before a limit of
    /// metadata stood in them.
    private static final String WITHOUT_LIMIT =
            "0180f09089ef66010764656661756c740005616c696365026b31066b65793a6b3100000201019b78921c078aec"
                    + "80000000000000070105616c696365000000026f6b00000601016e03000101000000000202019b78921c078aec"
                    + "80000000000000070000010601016d03000102000001";

    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private final StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", Retention.DEFAULTS));

    @Test
    void anEntryOfTheFirstReleaseIsReadAsOne() {
        ShardBatch old = BatchCodec.decode(HexFormat.of().parseHex(OLD_ENTRY));
        assertThat(old.writes().getFirst().commands())
                .containsExactly(ok(7, Dedupe.BY_TEXT, Fixtures.json("n", 1), null));
        assertThat(BatchCodec.decode(BatchCodec.encode(old))).isEqualTo(old);
    }

    @Test
    void byTextWhatContradictsIsDroppedAndWhatIsLackingIsTaken() {
        Memory first = apply(MemoryEvent.ADD, ok(1, Dedupe.BY_TEXT, Fixtures.json("n", 1), SOON));

        assertThat(apply(MemoryEvent.NONE, ok(2, Dedupe.BY_TEXT, Fixtures.json("n", 2), null)))
                .isEqualTo(first);
        Memory merged = apply(MemoryEvent.UPDATE, ok(3, Dedupe.BY_TEXT, Fixtures.json("n", 3, "m", 1), null));
        assertThat(merged.metadata()).isEqualTo(Fixtures.json("n", 1, "m", 1));
        assertThat(merged.expiresAt()).isEqualTo(SOON);
    }

    @Test
    void theRulesMayFollowOneAnother() {
        Memory first = apply(MemoryEvent.ADD, ok(1, Dedupe.BY_TEXT, Fixtures.json("n", 1), SOON));
        apply(MemoryEvent.ADD, ok(2, Dedupe.BY_CONTENT, Fixtures.json("n", 2), null));

        assertThat(apply(MemoryEvent.NONE, ok(3, Dedupe.BY_TEXT, Fixtures.json("n", 2), null)))
                .isEqualTo(first);
        assertThat(apply(MemoryEvent.UPDATE, ok(4, Dedupe.BY_CONTENT, Fixtures.json("n", 1), null))
                        .expiresAt())
                .isNull();
    }

    /// Entries of before the limit of metadata stood in them say none, and are decided without one.
    @Test
    void entriesWithoutALimitAreReadAsSuch() {
        assertThat(BatchCodec.decode(HexFormat.of().parseHex(WITHOUT_LIMIT))
                        .writes()
                        .getFirst()
                        .commands())
                .containsExactly(
                        ok(7, Dedupe.BY_CONTENT, Fixtures.json("n", 1), null),
                        Fixtures.patch(Fixtures.id(ALICE, 7), Fixtures.json("m", 2)));
        assertThat(HexFormat.of()
                        .formatHex(BatchCodec.encode(
                                BatchCodec.decode(HexFormat.of().parseHex(WITHOUT_LIMIT)))))
                .isEqualTo(WITHOUT_LIMIT);
    }

    @Test
    void withoutALimitMergesGoUpToTheOldOneAndPatchesFurther() {
        String large = "x".repeat(600_000);
        apply(MemoryEvent.ADD, ok(1, Dedupe.BY_CONTENT, Fixtures.json("a", large), null));
        apply(MemoryEvent.UPDATE, ok(2, Dedupe.BY_CONTENT, Fixtures.json("b", "x".repeat(400_000)), null));
        apply(MemoryEvent.ADD, ok(3, Dedupe.BY_CONTENT, Fixtures.json("c", large), null));
        apply(MemoryEvent.UPDATE, Fixtures.patch(Fixtures.id(ALICE, 1), Fixtures.json("c", large)));
    }

    @Test
    void aLimitThatTheEntrySaysIsKept() {
        apply(MemoryEvent.ADD, ok(1, Dedupe.BY_CONTENT, Fixtures.json("a", "xx"), null));
        apply(MemoryEvent.ADD, Fixtures.within(ok(2, Dedupe.BY_CONTENT, Fixtures.json("b", "yyyy"), null), 21));
        apply(MemoryEvent.UPDATE, Fixtures.within(ok(3, Dedupe.BY_CONTENT, Fixtures.json("c", "yyyy"), null), 22));
    }

    private static AddMemory ok(long id, Dedupe dedupe, JsonObject metadata, @Nullable Instant expiresAt) {
        return new AddMemory(
                Fixtures.id(ALICE, id),
                ScopeIds.user("alice"),
                "ok",
                null,
                null,
                metadata,
                List.of(),
                null,
                expiresAt,
                null,
                dedupe);
    }

    /// Decides the command as it comes back from the log.
    private Memory apply(MemoryEvent expected, Command command) {
        ShardBatch batch = new ShardBatch(ManualClock.START, List.of(Fixtures.write(ALICE, command)));
        long index = tables.appliedIndex() + 1;
        Applied applied = machine.apply(index, BatchCodec.decode(BatchCodec.encode(batch)));
        tables.write(applied.rows().batch(index));
        Stored stored = (Stored) applied.results().getFirst().outcomes().getFirst();
        assertThat(stored.event()).isEqualTo(expected);
        return stored.memory();
    }
}
