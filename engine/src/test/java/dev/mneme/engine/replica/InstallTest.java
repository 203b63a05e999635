package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.ShardVerification;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogReplay;
import dev.mneme.engine.log.LogRuntime;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.SteppedJournal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.LocalEngineTest;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.read.StoreSearch;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node with an integrity key of its own is given another's rows by a snapshot: they are whole under its
/// key, whatever kills it meanwhile, and are read, written and verified afterwards. On the heap, and in data
/// folders.
final class InstallTest {
    private static final ShardId SHARD = new ShardId(0);
    private static final String NAME = "0";
    private static final List<String> WORDS = List.of("tea", "coffee", "chess", "zebras");
    private static final KillSteps UNHARMED = new KillSteps(KillSteps.NEVER, () -> {});

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    /// Where a node keeps what it has.
    private abstract static class Place {
        abstract String epoch();

        abstract Seal seal();

        abstract Tables rows();

        abstract Tables words();

        abstract Journal journal();

        abstract void open();

        /// Keeps what a kill would leave now.
        abstract void strike();

        /// Ends the process that was struck.
        abstract void end();

        /// Ends a process in order.
        abstract void close();
    }

    private static final class Heap extends Place {
        private final HeapTables.Home rows = new HeapTables.Home();
        private final HeapTables.Home words = new HeapTables.Home();
        private final HeapJournal.Home entries = new HeapJournal.Home(List.of(SHARD));
        private final Seal seal;
        private @Nullable Journal journal;

        Heap(int node) {
            seal = Replica.seal(node);
        }

        @Override
        String epoch() {
            return Replica.EPOCH;
        }

        @Override
        Seal seal() {
            return seal;
        }

        @Override
        Tables rows() {
            return new HeapTables(rows);
        }

        @Override
        Tables words() {
            return new HeapTables(words);
        }

        @Override
        Journal journal() {
            return Objects.requireNonNull(journal);
        }

        @Override
        void open() {
            journal = new HeapJournal(entries);
        }

        @Override
        void strike() {}

        @Override
        void end() {
            journal().close();
        }

        @Override
        void close() {
            journal().close();
        }
    }

    /// A data folder. After a kill it goes on in a copy.
    private static final class Folder extends Place {
        private static final List<ShardId> IDS = List.of(SHARD, ShardId.SYSTEM);

        private Path path;
        private int copies;
        private @Nullable Parts parts;

        private record Parts(DataFolder folder, RocksFolder rows, RocksFolder words, SteppedJournal journal) {}

        Folder(Path path) {
            this.path = path;
        }

        private Parts parts() {
            return Objects.requireNonNull(parts);
        }

        @Override
        String epoch() {
            return parts().folder().epoch();
        }

        @Override
        Seal seal() {
            return parts().folder().seal();
        }

        @Override
        Tables rows() {
            return parts().rows().tables(NAME);
        }

        @Override
        Tables words() {
            return parts().words().tables(NAME);
        }

        @Override
        Journal journal() {
            return parts().journal();
        }

        /// All of one cluster are of one epoch; their integrity keys differ.
        @Override
        void open() {
            DataFolder data = DataFolder.open(path, 1, null, new SecureRandom());
            SplittableRandom salts = new SplittableRandom(copies);
            LogRuntime stepped = new LogRuntime(true, salts::nextLong, System::nanoTime, InstantSource.system(), null);
            try {
                parts = new Parts(
                        data,
                        RocksFolder.open(path.resolve("tables"), data.shardNames(), 16 << 20),
                        RocksFolder.open(path.resolve("index"), data.shardNames(), 8 << 20),
                        new SteppedJournal(WriteAheadLog.open(
                                new FolderDisk(path.resolve("log")),
                                Set.copyOf(IDS),
                                LocalEngineTest.SMALL_LOG,
                                LogMetrics.NONE,
                                LogSeal.under(data.logKey()),
                                stepped)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            data.keepParts();
        }

        @Override
        void strike() {
            Path copy = path.resolveSibling(path.getFileName() + "-" + ++copies);
            try (Stream<Path> files = Files.walk(path)) {
                for (Path each : files.toList()) {
                    Files.copy(each, copy.resolve(path.relativize(each)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        void end() {
            Path struck = path.resolveSibling(path.getFileName() + "-" + copies);
            close();
            path = struck;
        }

        @Override
        void close() {
            parts().journal().close();
            parts().words().close();
            parts().rows().close();
            parts().folder().close();
        }
    }

    /// A node with its replica of the shard, one life.
    private final class Node {
        final Place place;
        private final SteppedExecution execution = new SteppedExecution();
        private final LocalShard shard;

        Node(Place place, KillSteps steps, Function<Journal, Agreement> agreement) {
            this.place = place;
            place.open();
            shard = Replica.shard(
                    agreement.apply(place.journal()),
                    execution,
                    new KillableTables(place.rows(), steps, "rows"),
                    new KillableTables(place.words(), steps, "words"),
                    new Subscribers(),
                    new SystemRuntime(clock),
                    place.epoch(),
                    place.seal());
            CompletableFuture<@Nullable Void> recovered = shard.recover();
            execution.run();
            assertThat(recovered).isCompleted();
            shard.start();
            execution.run();
        }

        void write(List<Histories.Step> history) {
            for (Histories.Step step : history) {
                if (step instanceof Histories.Step.Apply(var write)) {
                    assertThat(answer(shard.submit(write))).isNotNull();
                } else if (step instanceof Histories.Step.Advance(var by)) {
                    clock.advance(by);
                }
            }
        }

        private WriteResult answer(CompletableFuture<WriteResult> answer) {
            execution.run();
            return answer.join();
        }

        Memory add(Owner owner, String text) {
            return Fixtures.stored(answer(
                    shard.submit(Fixtures.write(owner, Fixtures.withoutDedupe(Fixtures.add(owner.id(), text))))));
        }

        List<MemoryId> search(Owner owner, String word) {
            return new StoreSearch(Fixtures.words(owner, word, Instant.EPOCH), System::nanoTime)
                    .of(shard, owner).hits().stream()
                            .map(hit -> hit.memory().id())
                            .toList();
        }

        StateDigest digest() {
            try (Tables.Snapshot rows = shard.rows()) {
                return StateDigest.of(rows);
            }
        }

        /// How many rows carry the MAC of a seal.
        long soundUnder(Seal seal) {
            long[] sound = new long[1];
            try (Tables.Snapshot rows = shard.rows()) {
                rows.all((key, row) -> {
                    sound[0] += seal.sound(key, row) ? 1 : 0;
                    return true;
                });
            }
            return sound[0];
        }

        long rows() {
            long[] count = new long[1];
            try (Tables.Snapshot rows = shard.rows()) {
                rows.all((key, row) -> ++count[0] > 0);
            }
            return count[0];
        }

        void requireSound() {
            assertThat(shard.status().error()).isEmpty();
            assertThat(shard.verify()).isEmpty();
            assertThat(ShardVerification.problems(place.rows(), place.seal(), NAME))
                    .as("also what the tables claim to contain")
                    .isEmpty();
            assertThat(soundUnder(place.seal())).isEqualTo(rows());
        }

        /// Ends it as a kill does, here or where it was struck before.
        void die() {
            execution.close();
            place.end();
        }

        void close() {
            CompletableFuture<@Nullable Void> ended = shard.finish();
            execution.run();
            assertThat(ended).isCompleted();
            shard.close();
            place.close();
        }
    }

    private Node primary(Place place) {
        return new Node(place, UNHARMED, journal -> new SingleCopy(journal, SHARD));
    }

    /// A follower, and whom it follows.
    private final class Follower {
        final Place place;
        private final Node leader;
        private final JournaledFollower agreement;
        private final Node node;

        Follower(Place place, Node leader, KillSteps steps) {
            this.place = place;
            this.leader = leader;
            JournaledFollower[] made = new JournaledFollower[1];
            node = new Node(place, steps, journal -> {
                made[0] = new JournaledFollower(journal, SHARD, this::termOf, steps);
                return made[0];
            });
            agreement = made[0];
        }

        private long termOf(long index) {
            assertThat(leader.place.journal().lastIndex(SHARD)).isGreaterThanOrEqualTo(index);
            return leader.place.journal().lastTerm(SHARD);
        }

        /// Is sent what the leader's log holds beyond what it has.
        void catchUp(int atMost) {
            @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
            record Entry(long index, long term, byte[] bytes) {}
            List<Entry> next = new ArrayList<>();
            LogReplay.all(
                    leader.place.journal(),
                    SHARD,
                    agreement.after(),
                    (index, term, bytes) -> next.add(new Entry(index, term, bytes)));
            for (Entry each : next.subList(0, Math.min(atMost, next.size()))) {
                agreement.feed(each.index(), each.term(), each.bytes());
                node.execution.run();
            }
        }

        void install() {
            agreement.install(leader.shard.snapshot());
            node.execution.run();
        }
    }

    /// A life of a leader and a follower in which the follower is too far behind, is given a snapshot, and is
    /// killed at a step of that.
    ///
    /// @param killAt the step's number
    /// @return the steps that there are
    private List<String> live(Place first, Place second, long seed, int killAt) {
        List<Histories.Step> history = Histories.random(seed, 330);
        Node leader = primary(first);
        leader.write(history.subList(0, 80));
        KillSteps steps = new KillSteps(killAt, second::strike);
        Follower follower = new Follower(second, leader, steps);
        follower.catchUp(40);
        follower.node.shard.checkpoint();
        follower.catchUp(20);
        for (Owner owner : Histories.owners()) {
            WORDS.forEach(word -> follower.node.search(owner, word)); // so that there are words to replace
        }
        leader.write(history.subList(80, 260));
        leader.shard.checkpoint();
        assertThatThrownBy(() -> follower.catchUp(1))
                .isInstanceOfSatisfying(
                        MnemeException.class, gone -> assertThat(gone.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        long behind = follower.agreement.after();

        Follower now = follower;
        try {
            now.install();
            now.node.shard.checkpoint();
        } catch (KillSteps.Killed killed) {
            assertThat(steps.killed()).isTrue();
        }
        if (steps.killed()) {
            now.node.die();
            now = new Follower(second, leader, UNHARMED);
            assertThat(now.agreement.after())
                    .as("what it had, or all of the snapshot")
                    .isIn(behind, leader.shard.status().applied());
            if (now.agreement.after() < leader.shard.status().applied()) {
                now.install();
            }
        }
        assertThat(now.node.digest()).isEqualTo(leader.digest());
        now.node.requireSound();
        assertThat(now.node.soundUnder(first.seal()))
                .as("under the key of the other node")
                .isZero();

        leader.write(history.subList(260, 330));
        now.catchUp(Integer.MAX_VALUE);
        requireSame(now.node, leader);
        goOnAlone(now, leader);
        leader.close();
        return steps.done();
    }

    private static void requireSame(Node follower, Node leader) {
        assertThat(follower.digest()).isEqualTo(leader.digest());
        follower.requireSound();
        leader.requireSound();
        for (Owner owner : Histories.owners()) {
            for (String word : WORDS) {
                assertThat(follower.search(owner, word))
                        .as("%s of %s", word, owner)
                        .isEqualTo(leader.search(owner, word));
            }
        }
    }

    /// The follower becomes the only copy, takes a write, and is opened once more.
    private void goOnAlone(Follower follower, Node leader) {
        follower.place.strike();
        follower.node.die();
        Node alone = primary(follower.place);
        assertThat(alone.digest()).isEqualTo(leader.digest());
        Memory memory = alone.add(Histories.owners().getFirst(), "a quokka, seen here alone");
        alone.requireSound();
        alone.close();
        Node again = primary(follower.place);
        assertThat(again.search(Histories.owners().getFirst(), "quokka")).containsExactly(memory.id());
        again.requireSound();
        again.close();
    }

    @Test
    void onTheHeapASnapshotIsWholeWhereverItsInstallationIsKilled() {
        List<String> steps = live(new Heap(1), new Heap(2), 1, KillSteps.NEVER);
        requireSteps(steps);
        for (int killAt = 1; killAt <= steps.size(); killAt++) {
            live(new Heap(1), new Heap(2), 1, killAt);
        }
    }

    @Test
    void onTheHeapASnapshotOfAnyHistoryIsWhole() {
        for (long seed = 2; seed < 12; seed++) {
            live(new Heap(1), new Heap(2), seed, (int) (1 + seed % 7));
        }
    }

    @Test
    void inAFolderASnapshotIsWholeWhereverItsInstallationIsKilled() {
        List<String> steps = live(
                new Folder(folder.resolve("leader-0")), new Folder(folder.resolve("follower-0")), 1, KillSteps.NEVER);
        requireSteps(steps);
        for (int killAt = 1; killAt <= steps.size(); killAt++) {
            Folder follower = new Folder(folder.resolve("follower-" + killAt));
            live(new Folder(folder.resolve("leader-" + killAt)), follower, 1, killAt);
            requireServes(follower.path);
        }
    }

    private static void requireSteps(List<String> steps) {
        assertThat(steps)
                .contains(
                        "rows are to be replaced",
                        "rows were all shown to the tables",
                        "rows are replaced",
                        "words are to be replaced",
                        "words are replaced",
                        "the rows are replaced, and the log is as it was",
                        "the log begins after the snapshot");
        assertThat(steps).filteredOn(step -> step.contains("so far")).hasSizeGreaterThan(2);
    }

    /// A server is started on the folder, and `mneme verify` is run before and after.
    private static void requireServes(Path path) {
        assertThat(Verification.run(path).problems()).isEmpty();
        MemoryId id;
        LocalEngine.Settings settings = new LocalEngine.Settings(
                1,
                16 << 20,
                LocalEngineTest.SMALL_LOG,
                StoreConfig.DEFAULTS,
                new SystemRuntime(new ManualClock()),
                LogMetrics.NONE,
                ShardMetrics.NONE,
                IntegrityFiles.DEFAULTS);
        try (LocalStore store = LocalEngine.open(path, settings)) {
            assertThat(store.status().memories()).isPositive();
            assertThat(store.head(Histories.owners().getFirst()).sequence()).isPositive();
            id = Fixtures.stored(store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "served here"))))
                    .id();
            assertThat(store.integrity().verify()).isEmpty();
        }
        Verification.Report report = Verification.run(path);
        assertThat(report.problems()).isEmpty();
        assertThat(report.memories()).isPositive();
        try (LocalStore store = LocalEngine.open(path, settings)) {
            assertThat(store.find(id)).isPresent();
        }
    }
}
