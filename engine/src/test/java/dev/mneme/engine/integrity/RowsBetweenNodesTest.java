package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rows that go from one node to another: none goes that is not as it was stored, and what comes is whole
/// under the key of the node that takes it.
final class RowsBetweenNodesTest {
    private static void any(Rows.Shard own) {
        assertThat(own).isNotNull();
    }

    private final Seal sends = seal(1);
    private final Seal takes = seal(2);

    private static Seal seal(int node) {
        byte[] key = new byte[32];
        key[0] = (byte) node;
        return Seal.under(key);
    }

    /// A node that lived a history of every noun.
    private static Tables lived(Seal seal, long seed, int length) {
        Tables tables = new HeapTables(new HeapTables.Home());
        StateMachine machine = new StateMachine(
                tables, new Govern("abcdefgh", Retention.DEFAULTS.withVersions(2, Duration.ofDays(1))));
        Instant now = ManualClock.START;
        enter(
                tables,
                machine,
                seal,
                now,
                Fixtures.write(Fixtures.ALICE, new Command.PutKey(Fixtures.key("k1", Role.READ))));
        enter(
                tables,
                machine,
                seal,
                now,
                Fixtures.write(Fixtures.ALICE, new Command.PutKey(Fixtures.key("k2", Role.READ))));
        for (Histories.Step step : Histories.random(seed, length)) {
            if (step instanceof Histories.Step.Apply(var write)) {
                enter(tables, machine, seal, now, write);
            } else if (step instanceof Histories.Step.Advance(var by)) {
                now = now.plus(by.abs());
            }
        }
        return tables;
    }

    private static void enter(Tables tables, StateMachine machine, Seal seal, Instant at, Write write) {
        long index = tables.appliedIndex() + 1;
        tables.write(new StoringStage(seal)
                .stored(
                        index,
                        machine.apply(index, new ShardBatch(at, List.of(write))).rows()));
    }

    private static Consumer<Tables.Visitor> sent(Tables tables, Seal seal) {
        return visitor -> {
            try (Tables.Snapshot rows = tables.snapshot()) {
                new StoringStage(seal).send(rows, visitor);
            }
        };
    }

    /// Tables that are given another node's rows.
    private Tables given(Tables by, Consumer<Rows.Shard> own) {
        Tables to = lived(takes, 99, 20);
        to.replaceAll(by.appliedIndex(), new StoringStage(takes).received(by.appliedIndex(), sent(by, sends), own));
        return to;
    }

    private static List<String> all(Consumer<Tables.Visitor> rows) {
        List<String> all = new ArrayList<>();
        rows.accept((key, row) -> all.add(hex(key) + "=" + hex(row)));
        return all;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static StateDigest digest(Tables tables) {
        try (Tables.Snapshot rows = tables.snapshot()) {
            return StateDigest.of(rows);
        }
    }

    private static List<String> problems(Tables tables, Seal seal) {
        List<String> problems = new ArrayList<>();
        try (Tables.Snapshot rows = tables.snapshot()) {
            problems.addAll(RootsCheck.of(rows, seal, "0").problems());
            byte[] heads = Keys.table('h');
            rows.scan(heads, Keys.end(heads), (key, row) -> {
                problems.addAll(OwnerCheck.problems(rows, seal, Keys.ownerOf(key)));
                return true;
            });
            problems.addAll(DerivedCheck.findings(rows, seal, "0", () -> true).problems());
        }
        return problems;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whatIsTakenIsWholeUnderTheTakersKeyAndTheSameBelowIt(long seed) {
        Tables by = lived(sends, seed, 300);
        Tables to = given(by, RowsBetweenNodesTest::any);
        assertThat(problems(to, takes)).isEmpty();
        assertThat(digest(to)).isEqualTo(digest(by));
        assertThat(to.appliedIndex()).isEqualTo(by.appliedIndex());
        try (Tables.Snapshot rows = to.snapshot()) {
            rows.all((key, row) -> {
                assertThat(takes.sound(key, row)).isTrue();
                assertThat(sends.sound(key, row)).isFalse();
                return true;
            });
        }
        assertThat(problems(by, sends))
                .as("nothing of the sender's was changed")
                .isEmpty();
    }

    /// The chain goes on from what was taken.
    @Test
    void whatIsWrittenAfterwardsFits() {
        Tables to = given(lived(sends, 3, 200), RowsBetweenNodesTest::any);
        StateMachine machine = new StateMachine(to, new Govern("abcdefgh", Retention.DEFAULTS));
        for (Owner owner : Histories.owners()) {
            enter(
                    to,
                    machine,
                    takes,
                    ManualClock.START.plusSeconds(1),
                    Fixtures.write(owner, Fixtures.add(owner.id(), "new")));
            assertThat(problems(to, takes)).isEmpty();
        }
    }

    @Test
    void everyNodeSendsTheSame() {
        List<String> one = all(sent(lived(sends, 4, 200), sends));
        List<String> other = all(sent(lived(takes, 4, 200), takes));
        assertThat(other).isEqualTo(one).hasSizeGreaterThan(100);
        List<String> passedOn = all(sent(given(lived(sends, 4, 200), RowsBetweenNodesTest::any), takes));
        assertThat(passedOn).as("and who was given it").isEqualTo(one);
    }

    /// A few heads at a time, as of a shard of very many owners.
    @Test
    void howManyOwnersAreDoneAtOnceMakesNoDifference() {
        Tables by = lived(sends, 5, 300);
        List<String> atOnce = received(by, ReceivedRows.HEADS);
        for (int most : new int[] {1, 2, 3, 5}) {
            assertThat(received(by, most)).as("%d heads at once", most).isEqualTo(atOnce);
        }
    }

    private List<String> received(Tables by, int most) {
        return all(
                to -> new ReceivedRows(takes, by.appliedIndex(), sent(by, sends), RowsBetweenNodesTest::any, to, most)
                        .show());
    }

    @Test
    void anEmptyShardIsTakenToo() {
        Tables empty = new HeapTables(new HeapTables.Home());
        Tables to = given(empty, RowsBetweenNodesTest::any);
        assertThat(to.appliedIndex()).isZero();
        try (Tables.Snapshot rows = to.snapshot()) {
            rows.all((key, row) -> {
                throw new AssertionError("a row is left: " + hex(key));
            });
        }
    }

    /// What one folder has to remember of an earlier format is of no concern to another.
    @Test
    void whatAnEarlierFormatLeftStays() {
        Tables by = lived(sends, 6, 100);
        List<String> before = all(sent(by, sends));
        put(by, new byte[] {'U'}, Rows.encode(Fixtures.key("any", Role.READ)));
        MacUpgrade.run(by, sends);
        boolean[] left = new boolean[1];
        try (Tables.Snapshot rows = by.snapshot()) {
            rows.all((key, row) -> {
                left[0] |= Keys.isOfFormat(key);
                return true;
            });
        }
        assertThat(left[0]).isTrue();
        assertThat(all(sent(by, sends))).isEqualTo(before);
    }

    // Refused.

    private void requireRefused(Tables by, String how) {
        Tables to = lived(takes, 99, 20);
        StateDigest before = digest(to);
        long index = by.appliedIndex();
        assertThatThrownBy(() -> to.replaceAll(
                        index, new StoringStage(takes).received(index, sent(by, sends), RowsBetweenNodesTest::any)))
                .as(how)
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        assertThat(digest(to)).as("nothing was replaced").isEqualTo(before);
        assertThat(problems(to, takes)).isEmpty();
    }

    private static void put(Tables tables, byte[] key, byte @Nullable [] row) {
        Tables.Batch batch = new Tables.Batch();
        if (row == null) {
            batch.delete(key);
        } else {
            batch.put(key, row);
        }
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
    }

    private static List<byte[]> keys(Tables tables) {
        List<byte[]> keys = new ArrayList<>();
        try (Tables.Snapshot rows = tables.snapshot()) {
            rows.all((key, row) -> keys.add(key));
        }
        return keys;
    }

    /// One row of each table is changed, or taken out.
    @Test
    void aRowThatWasChangedOrTakenOutIsNotSent() {
        Set<Byte> tried = new HashSet<>();
        Tables whole = lived(sends, 7, 300);
        for (byte[] key : keys(whole)) {
            if (tried.add(key[0])) {
                Tables changed = lived(sends, 7, 300);
                byte[] row = Objects.requireNonNull(changed.get(key)).clone();
                row[row.length - 1] ^= 1;
                put(changed, key, row);
                requireRefused(changed, "a row of table " + (char) key[0] + " was changed");
                Tables less = lived(sends, 7, 300);
                put(less, key, null);
                requireRefused(less, "a row of table " + (char) key[0] + " was taken out");
            }
        }
        assertThat(tried).contains((byte) 'h', (byte) 'm', (byte) 'k', (byte) 's', (byte) 'p', (byte) 'c', (byte) 'x');
    }

    /// What the node itself stored once, and no longer says.
    @Test
    void aRowThatWasPutBackIsNotSent() {
        Tables before = lived(sends, 8, 200);
        Tables now = lived(sends, 8, 300);
        Set<Byte> tried = new HashSet<>();
        for (byte[] key : keys(before)) {
            byte[] old = Objects.requireNonNull(before.get(key));
            byte[] row = now.get(key);
            if (row != null && !Arrays.equals(old, row) && tried.add(key[0])) {
                Tables put = lived(sends, 8, 300);
                put(put, key, old);
                requireRefused(put, "a row of table " + (char) key[0] + " was put back");
            }
        }
        assertThat(tried).contains((byte) 'h', (byte) 's', (byte) 'x', (byte) 'n');
    }

    @Test
    void anOwnerThatWasTakenOutWithAllItsRowsIsNotSent() {
        Tables by = lived(sends, 9, 300);
        byte[] owner = Histories.owners().getFirst().hash();
        for (byte[] key : keys(by)) {
            if ((key[0] == 'h' || Keys.isOwned(key)) && Arrays.equals(Keys.ownerOf(key), owner)) {
                put(by, key, null);
            }
        }
        requireRefused(by, "an owner was taken out");
    }

    @Test
    void aRowFromElsewhereIsNotSent() {
        Tables by = lived(sends, 9, 300);
        byte[] key = Keys.apiKey("forged");
        byte[] row = Rows.encode(Fixtures.key("forged", Role.ADMIN));
        takes.tag(key, row).into(row);
        put(by, key, row);
        requireRefused(by, "an API key was added");
        Tables sealed = lived(sends, 9, 300);
        byte[] own = row.clone();
        sends.tag(key, own).into(own);
        put(sealed, key, own);
        requireRefused(sealed, "a key that was revoked was put back");
    }

    @Test
    void whatIsNoShardIsNotTaken() {
        Tables by = lived(sends, 10, 200);
        requireNotTaken(
                by,
                rows -> visitor -> rows.accept((key, row) -> key[0] == 'h' || visitor.row(key, row)),
                "without heads");
        requireNotTaken(
                by,
                rows -> visitor -> rows.accept((key, row) -> visitor.row(key, key[0] == 'm' ? new byte[3] : row)),
                "without envelopes");
        requireNotTaken(
                by,
                rows -> visitor -> {
                    visitor.row(Keys.shard(), Objects.requireNonNull(by.get(Keys.shard())));
                    rows.accept((key, row) -> key[0] == 's' || visitor.row(key, row));
                },
                "with the shard's row before the others");
    }

    private void requireNotTaken(Tables by, UnaryOperator<Consumer<Tables.Visitor>> otherwise, String how) {
        assertThatThrownBy(() -> new StoringStage(takes)
                        .received(by.appliedIndex(), otherwise.apply(sent(by, sends)), RowsBetweenNodesTest::any)
                        .accept((key, row) -> true))
                .as(how)
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }

    @Test
    void rowsThatDoNotBelongHereAreRefusedBeforeAnythingIsReplaced() {
        Tables by = lived(sends, 11, 100);
        enter(
                by,
                new StateMachine(by, new Govern("abcdefgh", Retention.DEFAULTS)),
                sends,
                ManualClock.START,
                Fixtures.write(Fixtures.ALICE, new Govern("zzzzzzzz", Retention.DEFAULTS)));
        List<String> epochs = new ArrayList<>();
        assertThatThrownBy(() -> given(by, own -> {
                    epochs.add(Objects.requireNonNull(own.rules()).epoch());
                    throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "of another epoch");
                }))
                .hasMessage("of another epoch");
        assertThat(epochs).containsExactly("zzzzzzzz");
    }

    @Test
    void whoStopsEarlyHearsNoMore() {
        Tables by = lived(sends, 12, 100);
        int[] shown = new int[2];
        sent(by, sends).accept((key, row) -> ++shown[0] < 7);
        new StoringStage(takes)
                .received(by.appliedIndex(), sent(by, sends), RowsBetweenNodesTest::any)
                .accept((key, row) -> ++shown[1] < 7);
        assertThat(shown).containsExactly(7, 7);
    }

    /// A sender may show its own arrays, and shows them again.
    @Test
    void whatIsGivenIsNotWrittenTo() {
        Tables by = lived(sends, 13, 100);
        List<byte[]> given = new ArrayList<>();
        sent(by, sends).accept((key, row) -> given.add(key.clone()) && given.add(row.clone()));
        List<String> before = given.stream().map(RowsBetweenNodesTest::hex).toList();
        Consumer<Tables.Visitor> again = visitor -> {
            for (int i = 0; i < given.size(); i += 2) {
                visitor.row(given.get(i), given.get(i + 1));
            }
        };
        new StoringStage(takes)
                .received(by.appliedIndex(), again, RowsBetweenNodesTest::any)
                .accept((key, row) -> true);
        assertThat(given.stream().map(RowsBetweenNodesTest::hex).toList()).isEqualTo(before);
    }
}
