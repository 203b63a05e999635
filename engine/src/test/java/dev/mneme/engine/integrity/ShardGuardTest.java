package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One shard's guard on the tables of a stopped store: three owners, and one that was erased.
final class ShardGuardTest {
    private static final List<String> SHARDS = List.of("0", "1", "2", "3", "system");
    private static final List<Owner> OWNERS = IntStream.range(0, 1_000)
            .mapToObj(n -> Owner.user("user" + n))
            .filter(owner -> owner.slot() * 4 / Owner.SLOTS == 0)
            .limit(4)
            .toList();

    @TempDir
    Path home;

    private void onTheTables(BiConsumer<Tables, ShardGuard> test) {
        Path folder = home.resolve("data");
        try (Store store =
                LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("guard", new ManualClock())))) {
            OWNERS.forEach(owner -> store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "a text"))));
            store.write(Fixtures.write(OWNERS.getLast(), new Command.EraseOwner()));
        }
        Seal seal = new IntegrityKey(folder.resolve("integrity.key")).openOrMake(new SecureRandom());
        try (RocksFolder tables = RocksFolder.open(folder.resolve("tables"), SHARDS, 16 << 20)) {
            test.accept(tables.tables(0), new ShardGuard("0", tables.tables(0), seal));
        }
    }

    @Test
    void howFarTheBackgroundCheckHasComeIsTold() {
        onTheTables((tables, guard) -> {
            assertThat(guard.owners()).isEqualTo(3);
            assertThat(guard.checkedOwners()).isZero();
            AtomicInteger asked = new AtomicInteger();
            guard.checkAll(() -> asked.incrementAndGet() <= 2);
            assertThat(guard.checkedOwners()).isBetween(1L, 2L);
            assertThat(guard.whole()).isFalse();
        });
    }

    /// Wherever it is stopped, not all was checked; that it goes on from there is not asked.
    @Test
    void aCheckThatWasStoppedIsNotWhole() {
        onTheTables((tables, guard) -> {
            AtomicInteger asked = new AtomicInteger();
            guard.checkAll(() -> asked.incrementAndGet() > 0);
            assertThat(guard.whole()).isTrue();
            Seal seal = new IntegrityKey(home.resolve("data/integrity.key")).openOrMake(new SecureRandom());
            for (int stop = 0; stop < asked.get(); stop++) {
                ShardGuard stopped = new ShardGuard("0", tables, seal);
                AtomicInteger left = new AtomicInteger(stop);
                stopped.checkAll(() -> left.getAndDecrement() > 0);
                assertThat(stopped.whole())
                        .as("stopped when asked for the %dth time", stop + 1)
                        .isFalse();
            }
        });
    }

    @Test
    void whoWasErasedIsNotCountedAmongTheChecked() {
        onTheTables((tables, guard) -> {
            guard.checkAll(() -> true);
            assertThat(guard.checkedOwners()).isEqualTo(3);
            assertThat(guard.whole()).isTrue();
            assertThat(guard.problems()).isEmpty();
            assertThat(guard.refusesAny()).isFalse();
        });
    }

    @Test
    void whatTheBackgroundCheckFoundStaysWhenItIsThrough() {
        Owner victim = OWNERS.getFirst();
        onTheTables((tables, guard) -> {
            change(tables, Keys.owned('m', victim.hash()));
            guard.checkAll(() -> true);
            assertThat(guard.problems()).singleElement().asString().contains("of user " + victim.id());
            assertThat(guard.refusesAny()).isTrue();
            assertThatThrownBy(() -> guard.require(victim)).hasMessageContaining("of user " + victim.id());
            guard.require(OWNERS.get(1));
        });
    }

    /// After everything had been found sound: an owner's row, one that lies with nobody, and one of those that
    /// all hang from.
    @Test
    void whatAVerificationFindsIsRefusedFromThenOnAndStaysReported() {
        Owner victim = OWNERS.getFirst();
        onTheTables((tables, guard) -> {
            guard.checkAll(() -> true);
            assertThat(guard.verify()).isEmpty();
            change(tables, Keys.owned('m', victim.hash()));
            assertThat(guard.verify()).isNotEmpty();
            assertThatThrownBy(() -> guard.require(victim)).hasMessageContaining("of user " + victim.id());
            guard.require(OWNERS.get(1));

            guard.requireTable('n');
            change(tables, Keys.table('n'));
            assertThat(guard.verify()).hasSizeGreaterThanOrEqualTo(2);
            assertThatThrownBy(() -> guard.requireTable('n')).hasMessageContaining("the count of an entity");

            guard.requireNobodyMissing();
            remove(tables, Keys.head(OWNERS.get(2).hash()));
            assertThat(guard.verify()).hasSizeGreaterThanOrEqualTo(3);
            assertThatThrownBy(guard::requireNobodyMissing).hasMessageContaining("an owner's head");
            assertThat(guard.problems())
                    .anyMatch(problem -> problem.contains("of user " + victim.id()))
                    .anyMatch(problem -> problem.contains("the count of an entity"))
                    .anyMatch(problem -> problem.contains("an owner's head"));
        });
    }

    /// What an operator accepted is looked at again: rows that are still not sound are not served.
    @Test
    void whatIsStillWrongAfterItWasAcceptedStaysRefused() {
        Owner victim = OWNERS.getFirst();
        onTheTables((tables, guard) -> {
            change(tables, Keys.owned('m', victim.hash()));
            guard.checkAll(() -> true);
            assertThat(guard.serves(victim.hash())).isFalse();
            guard.accepted(victim.hash());
            assertThat(guard.serves(victim.hash())).isFalse();
            guard.accepted(OWNERS.get(1).hash());
            assertThat(guard.serves(OWNERS.get(1).hash())).isTrue();
        });
    }

    @Test
    void somebodyIsLeftOutWhenAHeadIsGone() {
        Owner gone = OWNERS.getFirst();
        onTheTables((tables, guard) -> {
            remove(tables, Keys.head(gone.hash()));
            guard.checkAll(() -> true);
            assertThat(guard.refusesAny()).isTrue();
            assertThat(guard.serves(gone.hash())).isFalse();
        });
    }

    /// Rows that do not contain what the tables claim are not brought up to date from the log.
    @Test
    void tablesThatClaimMoreThanTheyContainAreRefused() {
        onTheTables((tables, guard) -> {
            guard.begin();
            Tables.Batch batch = new Tables.Batch();
            batch.appliedIndex(tables.appliedIndex() + 1);
            tables.write(batch);
            assertThatThrownBy(guard::begin).hasMessageContaining("somebody changed that");
        });
    }

    private static void remove(Tables tables, byte[] key) {
        Tables.Batch batch = new Tables.Batch();
        batch.appliedIndex(tables.appliedIndex());
        batch.delete(key);
        tables.write(batch);
        tables.checkpoint();
    }

    /// Of the first row.
    private static void change(Tables tables, byte[] range) {
        Tables.Batch batch = new Tables.Batch();
        batch.appliedIndex(tables.appliedIndex());
        try (Tables.Snapshot rows = tables.snapshot()) {
            rows.scan(range, Keys.end(range), (key, row) -> {
                byte[] changed = row.clone();
                changed[changed.length - 1] ^= 1;
                batch.put(key, changed);
                return false;
            });
        }
        tables.write(batch);
        tables.checkpoint();
    }
}
