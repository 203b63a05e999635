package dev.mneme.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.OwnerCheck;
import dev.mneme.engine.integrity.RootsCheck;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What is put on rows below the state machine; that it fits after any history is held by `UntouchedStoresTest`, that
/// it tells what somebody changed by `TamperingTest`.
final class StoringStageTest {
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final Retention THREE_CHANGES = new Retention(
            3,
            Retention.DEFAULTS.maxChangeAge(),
            10,
            Retention.DEFAULTS.maxIdempotencyAge(),
            0,
            Retention.DEFAULTS.maxVersionAge(),
            20,
            1 << 20);

    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private final StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", THREE_CHANGES));
    private final StoringStage stage = new StoringStage(SEAL);

    private void enter(Owner owner, Command... commands) {
        long index = tables.appliedIndex() + 1;
        ShardBatch batch = new ShardBatch(ManualClock.START, List.of(Fixtures.write(owner, commands)));
        tables.write(stage.stored(index, machine.apply(index, batch).rows()));
    }

    private void fits() {
        try (Tables.Snapshot rows = tables.snapshot()) {
            assertThat(RootsCheck.of(rows, SEAL, "0").problems()).isEmpty();
            assertThat(OwnerCheck.problems(rows, SEAL, Fixtures.ALICE.hash())).isEmpty();
        }
    }

    private void forge(String key) {
        Tables.Batch batch = new Tables.Batch();
        batch.put(Keys.apiKey(key), Rows.encode(Fixtures.key(key, Role.ADMIN)));
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
    }

    /// Two changes go at each entry, so that the chain begins now at a change that was there, now at one of the entry,
    /// and of the last entry not even its own changes all stay.
    @Test
    void theChainFollowsWhatWasMadeAndWhatWasTrimmed() {
        for (int entry = 0; entry < 6; entry++) {
            enter(Fixtures.ALICE, add(entry + "a"), add(entry + "b"));
            fits();
        }
        List<Command> many = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            many.add(add("many " + n));
        }
        enter(Fixtures.ALICE, many.toArray(Command[]::new));
        fits();
        enter(Fixtures.ALICE, new Command.EraseOwner());
        fits();
        enter(Fixtures.ALICE, add("again"), new Command.EraseOwner(), add("and again"));
        fits();
    }

    private static Command add(String text) {
        return Fixtures.add("alice", text);
    }

    @Test
    void onlyForgedKeysGoAndNotThoseOfTheEntryItself() {
        enter(Fixtures.ALICE, new Command.PutKey(Fixtures.key("genuine", Role.READ)));
        forge("forged");
        forge("taken back");
        enter(
                Fixtures.ALICE,
                new Command.PutKey(Fixtures.key("new", Role.READ)),
                new Command.PutKey(Fixtures.key("taken back", Role.READ)),
                new Command.AcceptKeys());
        assertThat(tables.get(Keys.apiKey("genuine"))).isNotNull();
        assertThat(tables.get(Keys.apiKey("new"))).isNotNull();
        assertThat(tables.get(Keys.apiKey("taken back"))).isNotNull();
        assertThat(tables.get(Keys.apiKey("forged"))).isNull();
        fits();
    }

    /// Nor is the shard's own row, from which all totals hang.
    @Test
    void aShardsRowThatWasNotSoundIsNotHealedByAWrite() {
        enter(Fixtures.ALICE, add("one"));
        byte[] changed = Objects.requireNonNull(tables.get(Keys.shard())).clone();
        changed[Rows.MAC_AT] ^= 1;
        Tables.Batch batch = new Tables.Batch();
        batch.put(Keys.shard(), changed);
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
        enter(Fixtures.ALICE, add("two"));
        assertThat(SEAL.sound(Keys.shard(), Objects.requireNonNull(tables.get(Keys.shard()))))
                .isFalse();
        try (Tables.Snapshot rows = tables.snapshot()) {
            assertThat(RootsCheck.of(rows, SEAL, "0").shard()).isNotEmpty();
        }
    }

    /// A head that somebody replaced is carried on by writes, and stays without a MAC.
    @Test
    void whatWasNotSoundIsNotHealedByAWrite() {
        enter(Fixtures.ALICE, add("one"));
        byte[] key = Keys.head(Fixtures.ALICE.hash());
        byte[] head = Objects.requireNonNull(tables.get(key));
        byte[] changed = Rows.Head.decode(head).withOldest(2).encode();
        Tables.Batch batch = new Tables.Batch();
        batch.put(key, changed);
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
        enter(Fixtures.ALICE, add("two"));
        byte[] after = Objects.requireNonNull(tables.get(key));
        assertThat(Rows.Head.decode(after).sequence()).isEqualTo(2);
        assertThat(Arrays.copyOfRange(after, Rows.MAC_AT, Rows.FIELDS_AT)).containsOnly(0);
    }
}
