package dev.mneme.engine.state;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.vector;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.Dedupe;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Outcome.Stored;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.ContentHash;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
    void byTextAVectorStaysAndNoneIsTaken() {
        byte[] first = Keys.embedding(ALICE.hash(), 0, 1);
        byte[] second = Keys.embedding(ALICE.hash(), 0, 2);
        apply(MemoryEvent.ADD, Fixtures.embedded(ok(1, Dedupe.BY_TEXT, Fixtures.json("n", 1), null), vector(1, 0)));
        AddMemory other = Fixtures.withId(
                Fixtures.tagged(Fixtures.add("alice", "likes tea"), Fixtures.json("n", 1)), Fixtures.id(ALICE, 10));
        apply(MemoryEvent.ADD, byText(other, null));

        apply(MemoryEvent.UPDATE, Fixtures.embedded(ok(2, Dedupe.BY_TEXT, Fixtures.json("m", 1), null), vector(0, 1)));
        apply(MemoryEvent.NONE, byText(Fixtures.withId(other, Fixtures.id(ALICE, 11)), vector(0, 1)));

        assertThat(Rows.embedding(Objects.requireNonNull(tables.get(first))).vector())
                .containsExactly(1, 0);
        assertThat(tables.get(second)).isNull();
    }

    @Test
    void byTextNeitherTheSpeakerNorTheOffsetIsTaken() {
        Instant at = ManualClock.START;
        AddMemory utc = ok(1, Dedupe.BY_TEXT, Fixtures.json("n", 1), null);
        Memory first = apply(MemoryEvent.ADD, said(utc, null, new Timestamp(at, null)));
        AddMemory again = ok(2, Dedupe.BY_TEXT, Fixtures.json("m", 1), null);
        Memory merged = apply(MemoryEvent.UPDATE, said(again, "Alice", new Timestamp(at, ZoneOffset.ofHours(2))));

        assertThat(merged.name()).isNull();
        assertThat(merged.timestamp()).isEqualTo(first.timestamp());
    }

    /// There were such limits then, and more was refused.
    @Test
    void byTextMoreThanTheLimitsIsRefused() {
        List<String> many = IntStream.range(0, 60).mapToObj(i -> "a" + i).toList();
        List<String> others = IntStream.range(0, 60).mapToObj(i -> "b" + i).toList();
        JsonObject large = Fixtures.json("a", "x".repeat(600_000));
        apply(MemoryEvent.ADD, Fixtures.tagged(ok(1, Dedupe.BY_TEXT, large, null), large, many.toArray(String[]::new)));

        JsonObject none = Fixtures.json();
        assertRefused(
                Fixtures.tagged(ok(2, Dedupe.BY_TEXT, none, null), none, others.toArray(String[]::new)), "categories");
        assertRefused(ok(3, Dedupe.BY_TEXT, Fixtures.json("b", "x".repeat(600_000)), null), "metadata");
    }

    /// The oldest was found among any number; since then no row grows with a text that is said again and again.
    @Test
    void byTextTheOldestIsFoundAmongAllAndByContentNoRowGrowsOn() {
        byte[] key = Keys.duplicate(ALICE.hash(), ContentHash.of(ScopeIds.user("alice"), "ok", null, null));
        for (int i = 0; i < 70; i++) {
            apply(MemoryEvent.ADD, ok(i + 1, Dedupe.OFF, Fixtures.json("n", i), null));
        }
        assertThat(apply(MemoryEvent.NONE, ok(100, Dedupe.BY_TEXT, Fixtures.json("n", 100), null))
                        .id())
                .isEqualTo(Fixtures.id(ALICE, 1));
        assertThat(Rows.arrivals(Objects.requireNonNull(tables.get(key)))).hasSize(70);

        apply(MemoryEvent.ADD, ok(101, Dedupe.BY_CONTENT, Fixtures.json("n", 101), null));
        List<Long> kept = Rows.arrivals(Objects.requireNonNull(tables.get(key)));
        assertThat(kept).hasSize(1 + MemoryRows.MAX_DUPLICATES).startsWith(Rows.OLDER_LEFT_OUT);
        assertThat(kept.subList(1, kept.size()))
                .containsExactlyElementsOf(LongStream.rangeClosed(8, 71).boxed().toList());
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

    /// It was measured in characters.
    @Test
    void withoutALimitMergesGoUpToCharacters() {
        String wide = "\u00e4".repeat(400_000);
        apply(MemoryEvent.ADD, ok(1, Dedupe.BY_CONTENT, Fixtures.json("a", wide), null));
        apply(MemoryEvent.UPDATE, ok(2, Dedupe.BY_CONTENT, Fixtures.json("b", wide), null));
    }

    @Test
    void byTextNoFactOfARevisionJoinsWhatWasSeen() {
        Memory first = apply(MemoryEvent.ADD, ok(1, Dedupe.BY_TEXT, Fixtures.json("n", 1), null));
        List<Command.Seen> seen = List.of(new Command.Seen(first.id(), 1));
        AddMemory same = ok(2, Dedupe.BY_TEXT, Fixtures.json("n", 1), null);
        Command.Revise revise = new Command.Revise(seen, List.of(new Command.Revision.Add(same)), List.of(), false);

        assertThat(outcome(revise))
                .isInstanceOfSatisfying(
                        Rejected.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
    }

    @Test
    void aLimitThatTheEntrySaysIsKept() {
        apply(MemoryEvent.ADD, ok(1, Dedupe.BY_CONTENT, Fixtures.json("a", "xx"), null));
        apply(MemoryEvent.ADD, Fixtures.within(ok(2, Dedupe.BY_CONTENT, Fixtures.json("b", "yyyy"), null), 21));
        apply(MemoryEvent.UPDATE, Fixtures.within(ok(3, Dedupe.BY_CONTENT, Fixtures.json("c", "yyyy"), null), 22));
        assertRefused(Fixtures.within(Fixtures.patch(Fixtures.id(ALICE, 1), Fixtures.json("d", 1)), 22), "metadata");
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

    private static AddMemory byText(AddMemory add, @Nullable Embedding embedding) {
        return with(add, add.name(), add.timestamp(), embedding);
    }

    private static AddMemory said(AddMemory add, @Nullable String name, Timestamp timestamp) {
        return with(add, name, timestamp, add.embedding());
    }

    private static AddMemory with(
            AddMemory add, @Nullable String name, @Nullable Timestamp timestamp, @Nullable Embedding embedding) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                name,
                add.metadata(),
                add.categories(),
                timestamp,
                add.expiresAt(),
                embedding,
                Dedupe.BY_TEXT);
    }

    private void assertRefused(Command command, String field) {
        assertThat(outcome(command)).isInstanceOfSatisfying(Rejected.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(refusal.field()).isEqualTo(field);
        });
    }

    private Memory apply(MemoryEvent expected, Command command) {
        Stored stored = (Stored) outcome(command);
        assertThat(stored.event()).isEqualTo(expected);
        return stored.memory();
    }

    /// Decides the command as it comes back from the log.
    private Outcome outcome(Command command) {
        ShardBatch batch = new ShardBatch(ManualClock.START, List.of(Fixtures.write(ALICE, command)));
        long index = tables.appliedIndex() + 1;
        Applied applied = machine.apply(index, BatchCodec.decode(BatchCodec.encode(batch)));
        tables.write(applied.rows().batch(index));
        return applied.results().getFirst().outcomes().getFirst();
    }
}
