package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.log.LogReplay;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A replica that proposes nothing has what another's log says, by its entries or by a snapshot.
final class FollowerTest {
    private static final ShardId SHARD = new ShardId(0);
    private static final ShardId OTHER = new ShardId(1);
    private static final List<String> WORDS = List.of("tea", "coffee", "chess", "zebras");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aFollowerThatIsFedAnothersLogBecomesTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        HeapJournal log = new HeapJournal(new HeapJournal.Home(List.of(SHARD)));
        Replica leader = new Replica(new SingleCopy(log, SHARD), Histories.owners(), 1);
        leader.execution().run();
        FedAgreement fed = new FedAgreement();
        Replica follower = new Replica(fed, Histories.owners(), 2);
        for (Histories.Step step : Histories.random(seed, 300)) {
            switch (step) {
                case Histories.Step.Apply(var write) -> {
                    CompletableFuture<WriteResult> answer = leader.submit(write);
                    leader.execution().run();
                    assertThat(answer).isCompleted();
                }
                case Histories.Step.Advance(Duration by) -> leader.clock().advance(by);
                case Histories.Step.Reopen reopen -> {
                    fed = new FedAgreement();
                    follower.restart(fed);
                }
            }
            int dice = random.nextInt(20);
            if (dice < 4) {
                feed(log, fed, follower, random.nextInt(30));
            } else if (dice < 6) {
                search(
                        follower,
                        Histories.owners().get(random.nextInt(Histories.owners().size())));
            } else if (dice == 6) {
                follower.shard().checkpoint();
            } else if (dice == 7 && leader.shard().status().applied() > fed.after()) {
                fed.install(leader.shard().snapshot());
                follower.execution().run();
            }
        }
        feed(log, fed, follower, Integer.MAX_VALUE);
        assertThat(fed.heardApplied()).isEqualTo(log.lastIndex(SHARD));
        assertThat(follower.content()).isEqualTo(leader.content());
        follower.requireSound();
        leader.requireSound();
        for (Owner owner : Histories.owners()) {
            assertThat(follower.changes(owner)).isEqualTo(leader.changes(owner));
            assertThat(search(follower, owner)).as("searches of %s", owner).isEqualTo(search(leader, owner));
            long latest = follower.shard().recent().latest(owner);
            assertThat(latest).isIn(-1L, leader.sequence(owner));
        }
    }

    private static void feed(Journal log, FedAgreement fed, Replica follower, int atMost) {
        List<byte[]> next = new ArrayList<>();
        long first = fed.after() + 1;
        LogReplay.all(log, SHARD, fed.after(), (index, term, entry) -> next.add(entry));
        for (int n = 0; n < Math.min(atMost, next.size()); n++) {
            fed.feed(first + n, next.get(n));
            follower.execution().run();
        }
    }

    private static List<List<MemoryId>> search(Replica replica, Owner owner) {
        return WORDS.stream().map(word -> replica.search(owner, word)).toList();
    }

    @Test
    void aFollowerRefusesWritesInPassingAndKeepsNothingOfThem() {
        Replica follower = new Replica(new FedAgreement(), List.of(Fixtures.ALICE), 1);
        follower.execution().run();
        CompletableFuture<WriteResult> answer =
                follower.submit(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "not here")));
        assertThat(answer)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(MnemeException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.NOT_PRIMARY);
                    assertThat(refused.code().isPassing()).isTrue();
                });
        follower.close();
        assertThat(follower.sequence(Fixtures.ALICE)).isZero();
    }

    /// An entry that the log may forget is on the disk.
    @Test
    void aCheckpointIsOfWhatWasAppliedAndOfNothingMore() {
        FedAgreement fed = new FedAgreement();
        Replica follower = new Replica(fed, List.of(), 1);
        byte[] entry = BatchCodec.encode(ManualClock.START, List.of());
        fed.feed(1, entry);
        fed.feed(2, entry);
        follower.execution().run();
        follower.shard().checkpoint();
        assertThat(fed.heardCheckpointed()).isEqualTo(2);
        fed.feed(3, entry);
        follower.shard().checkpoint();
        assertThat(fed.heardCheckpointed()).as("3 is not applied yet").isEqualTo(2);
        follower.execution().run();
        follower.shard().checkpoint();
        assertThat(fed.heardCheckpointed()).isEqualTo(3);
    }

    @Test
    void anEntryThatComesAgainStopsTheReplicaLoudly() {
        FedAgreement fed = new FedAgreement();
        Replica follower = new Replica(fed, List.of(), 1);
        byte[] entry = BatchCodec.encode(ManualClock.START, List.of());
        fed.feed(1, entry);
        follower.execution().run();
        fed.feed(1, entry);
        follower.execution().run();
        assertThat(follower.shard().status().error()).contains("entry 1 came after entry 1");
    }

    @Test
    void aSnapshotThatDoesNotBelongHereReplacesNothing() {
        Replica leader = new Replica(
                new SingleCopy(new HeapJournal(new HeapJournal.Home(List.of(SHARD))), SHARD),
                List.of(Fixtures.ALICE),
                1);
        leader.execution().run();
        CompletableFuture<WriteResult> answer =
                leader.submit(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "tea")));
        leader.execution().run();
        assertThat(answer).isCompleted();
        Command.Govern another = new Command.Govern("zzzzzzzz", Replica.RETENTION);
        CompletableFuture<WriteResult> governed = leader.submit(Fixtures.write(Fixtures.ALICE, another));
        leader.execution().run();
        assertThat(governed).isCompleted();
        FedAgreement fed = new FedAgreement();
        Replica follower = new Replica(fed, List.of(Fixtures.ALICE), 2);
        follower.execution().run();
        fed.install(leader.shard().snapshot());
        follower.execution().run();
        assertThat(follower.shard().status().error()).contains("epoch zzzzzzzz");
        assertThat(follower.content()).isEmpty();
        assertThat(fed.heardApplied()).isZero();
    }

    /// The node that has them would vouch for them.
    @Test
    void rowsThatWereChangedFromOutsideAreNotTaken() {
        ModelGroup group = new ModelGroup(3, 1);
        Replica damaged = new Replica(group.open(0), List.of(Fixtures.ALICE), 1);
        until(group, damaged, () -> damaged.shard().role() == Agreement.Role.PRIMARY);
        CompletableFuture<WriteResult> answer =
                damaged.submit(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "tea")));
        until(group, damaged, answer::isDone);
        damaged.takeOut('m');
        FedAgreement fed = new FedAgreement();
        Replica follower = new Replica(fed, List.of(Fixtures.ALICE), 2);
        follower.execution().run();
        fed.install(damaged.shard().snapshot());
        follower.execution().run();
        assertThat(follower.shard().status().error()).contains("changed from outside");
        assertThat(follower.content()).isEmpty();
    }

    /// Beside two shards that are written all the while, a third is made, given another node's rows by a snapshot,
    /// written, closed, and dropped.
    @Test
    void aShardIsMovedInWrittenAndDroppedWhileOthersRun() throws Exception {
        List<String> names = List.of("0", "1");
        ManualClock clock = new ManualClock();
        try (RocksFolder tables = RocksFolder.open(folder.resolve("tables"), names, 16 << 20);
                RocksFolder words = RocksFolder.open(folder.resolve("index"), names, 16 << 20);
                HeapJournal log = new HeapJournal(new HeapJournal.Home(List.of(SHARD, OTHER)))) {
            NodeRuntime runtime = new SystemRuntime(clock);
            AtomicBoolean done = new AtomicBoolean();
            List<CompletableFuture<Integer>> writers = new ArrayList<>();
            List<LocalShard> others = new ArrayList<>();
            for (int n = 0; n < 2; n++) {
                LocalShard other = Replica.shard(
                        new SingleCopy(log, new ShardId(n)),
                        runtime.execution(names.get(n)),
                        tables.tables(n),
                        words.tables(n),
                        new Subscribers(),
                        runtime,
                        Replica.EPOCH,
                        Replica.seal(2));
                other.recover().get(20, TimeUnit.SECONDS);
                others.add(other);
                writers.add(CompletableFuture.supplyAsync(() -> writeUntil(other, done)));
            }
            ModelGroup group = new ModelGroup(1, 2);
            Replica old = new Replica(group.open(0), List.of(Fixtures.ALICE), 1);
            for (int n = 0; n < 30; n++) {
                until(group, old, () -> old.shard().role() == Agreement.Role.PRIMARY);
                CompletableFuture<WriteResult> answer =
                        old.submit(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "tea number " + n)));
                until(group, old, answer::isDone);
            }
            old.shard().checkpoint();
            assertThat(group.forgetTheOldest()).isTrue();

            LocalShard moved = Replica.shard(
                    group.open(1),
                    runtime.execution("2"),
                    tables.tables("2"),
                    words.tables("2"),
                    new Subscribers(),
                    runtime,
                    Replica.EPOCH,
                    Replica.seal(2));
            CompletableFuture<@Nullable Void> recovered = moved.recover();
            until(
                    group,
                    old,
                    () -> recovered.isDone()
                            && moved.status().applied() == old.shard().status().applied());
            try (Tables.Snapshot rows = moved.rows()) {
                assertThat(Replica.content(rows)).isEqualTo(old.content());
            }
            for (int n = 0; group.primary() != 1; n++) {
                assertThat(n).as("elections").isLessThan(100);
                group.loseThePrimary();
                until(group, old, () -> group.primary() >= 0);
            }
            until(group, old, () -> moved.role() == Agreement.Role.PRIMARY);
            CompletableFuture<WriteResult> answer =
                    moved.submit(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "written here")));
            until(group, old, answer::isDone);
            assertThat(answer).isCompleted();
            until(group, old, () -> old.sequence(Fixtures.ALICE) == 31);
            assertThat(moved.verify()).as("under the key of its own node").isEmpty();
            old.requireSound();
            others.forEach(other -> assertThat(other.status().error()).isEmpty());
            moved.close();
            tables.drop("2", Duration.ZERO);
            words.drop("2", Duration.ZERO);
            assertThat(tables.tables("2").appliedIndex()).as("made anew").isZero();
            tables.drop("2", Duration.ZERO);
            done.set(true);
            for (int n = 0; n < 2; n++) {
                assertThat(writers.get(n).get(30, TimeUnit.SECONDS)).isEqualTo((int) log.lastIndex(new ShardId(n)));
                others.get(n).close();
            }
        }
        try (RocksFolder again = RocksFolder.open(folder.resolve("tables"), names, 16 << 20)) {
            assertThat(again.tables(0).appliedIndex()).isPositive();
            assertThat(again.tables(1).appliedIndex()).isPositive();
            assertThat(again.tables("2").appliedIndex()).isZero();
        }
    }

    private static int writeUntil(LocalShard shard, AtomicBoolean done) {
        int written = 0;
        while (!done.get()) {
            shard.submit(Fixtures.write(Fixtures.BOB, Fixtures.withoutDedupe(Fixtures.add("bob", "n" + written))))
                    .join();
            written++;
        }
        return written;
    }

    private static void until(ModelGroup group, Replica old, Callable<Boolean> condition) {
        Awaitility.await().until(() -> {
            boolean busy = true;
            while (busy) {
                busy = group.step();
                busy |= old.execution().run();
            }
            return condition.call();
        });
    }
}
