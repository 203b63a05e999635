package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.node.HeapNode;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.replica.HoldingLog;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An id that does not name its shard is one owner's alone, whoever imports it when.
@Timeout(120)
final class ImportedIdsTest {
    private static final Instant LONG_AGO = Instant.parse("2020-02-02T02:02:02Z");
    private static final List<Owner> OWNERS =
            Stream.of("alice", "bob", "carol", "dan").map(Owner::user).toList();

    /// Of slots that [HeapNode] puts into different shards.
    private static final Owner EVEN = ofSlot(0);

    private static final Owner ODD = ofSlot(1);

    private static Owner ofSlot(int remainder) {
        return Stream.iterate(0, n -> n + 1)
                .map(n -> Owner.user("user" + n))
                .filter(owner -> owner.slot() % 2 == remainder)
                .findFirst()
                .orElseThrow();
    }

    private static MemoryId foreign(int n) {
        return new MemoryId(UUID.fromString("0193a000-0000-4000-8000-%012x".formatted(n)));
    }

    private static Command memory(Owner owner, MemoryId id) {
        Memory memory = new Memory(
                id,
                ScopeIds.user(owner.id()),
                "of " + owner.id(),
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                LONG_AGO,
                LONG_AGO,
                null,
                1,
                null);
        return new Command.Import(new Exported.OfMemory(
                List.of(new MemoryVersion(MemoryEvent.ADD, memory, 1, LONG_AGO, "k9", "desk")), null));
    }

    private static Write write(Owner owner, MemoryId... ids) {
        return Fixtures.write(
                owner, Arrays.stream(ids).map(id -> memory(owner, id)).toArray(Command[]::new));
    }

    /// How a write went: the event of its first record, or why it was refused.
    private static String outcome(Store store, Write write) {
        try {
            return switch (store.write(write).outcomes().getFirst()) {
                case Outcome.Stored stored -> stored.event().name();
                case Rejected rejected -> rejected.code() + " " + rejected.field() + " " + rejected.message();
                default -> "another outcome";
            };
        } catch (MnemeException e) {
            return e.code() + " " + e.field() + " " + e.getMessage();
        }
    }

    private static final String REFUSED = ErrorCode.VERSION_CONFLICT + " memory.id " + Command.Import.ID_IN_USE;

    @Test
    void ofManyOwnersWhoImportAnIdAtOnceOneGetsIt(@TempDir Path folder) throws Exception {
        try (Store store = LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("ids", new ManualClock())));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int n = 0; n < 40; n++) {
                MemoryId one = foreign(2 * n);
                MemoryId other = foreign(2 * n + 1);
                CountDownLatch together = new CountDownLatch(1);
                List<Future<String>> imports = new ArrayList<>();
                for (Owner owner : OWNERS) {
                    boolean turned = owner.slot() % 2 == 0; // two orders of the same ids: nobody waits for ever
                    imports.add(threads.submit(() -> {
                        together.await();
                        return outcome(store, turned ? write(owner, other, one) : write(owner, one, other));
                    }));
                }
                together.countDown();
                List<String> outcomes = new ArrayList<>();
                for (Future<String> each : imports) {
                    outcomes.add(each.get(60, TimeUnit.SECONDS));
                }
                assertThat(outcomes).containsOnlyOnce("ADD").containsOnly("ADD", REFUSED);
                Owner winner = OWNERS.get(outcomes.indexOf("ADD"));
                for (MemoryId id : List.of(one, other)) {
                    assertThat(store.find(id).orElseThrow().value().scope().owner())
                            .isEqualTo(winner);
                }
            }
        }
    }

    private interface Release extends AutoCloseable {
        @Override
        void close();
    }

    /// Runs something on a thread of its own that can be looked at.
    private static Thread start(FutureTask<String> task) {
        return Thread.ofPlatform().daemon().start(task);
    }

    private static void awaitWaiting(Thread thread) {
        Awaitility.await()
                .until(() -> thread.getState() == Thread.State.WAITING
                        || thread.getState() == Thread.State.TIMED_WAITING
                        || thread.getState() == Thread.State.TERMINATED);
    }

    private static FutureTask<String> importing(Store store, Owner owner, MemoryId... ids) {
        Callable<String> work = () -> outcome(store, write(owner, ids));
        return new FutureTask<>(work);
    }

    @Test
    void anImportWaitsForOneOfTheSameIdThatIsUnderWay() throws Exception {
        HoldingLog log = new HoldingLog(new HeapJournal(new HeapJournal.Home(HeapNode.IDS)));
        try (LocalStore store = new HeapNode().open(log);
                Release _ = log::release) { // or closing would wait for ever
            log.hold();
            FutureTask<String> first = importing(store, EVEN, foreign(1), foreign(2));
            start(first);
            Awaitility.await().until(() -> log.held() == 1);
            FutureTask<String> second = importing(store, ODD, foreign(2));
            awaitWaiting(start(second));
            FutureTask<String> another = importing(store, ODD, foreign(300));
            start(another);
            Awaitility.await().until(() -> log.held() >= 2);
            log.release();

            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("ADD");
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(REFUSED);
            assertThat(another.get(30, TimeUnit.SECONDS)).isEqualTo("ADD");
        }
    }

    /// What is under way may still be applied.
    @Test
    void anImportWhoseCallerIsGoneKeepsItsPlace() throws Exception {
        HoldingLog log = new HoldingLog(new HeapJournal(new HeapJournal.Home(HeapNode.IDS)));
        try (LocalStore store = new HeapNode().open(log);
                Release _ = log::release) { // or closing would wait for ever
            log.hold();
            FutureTask<String> first = importing(store, EVEN, foreign(1));
            Thread caller = start(first);
            Awaitility.await().until(() -> log.held() == 1);
            caller.interrupt();
            assertThat(first.get(30, TimeUnit.SECONDS)).startsWith(ErrorCode.OUTCOME_UNKNOWN.toString());
            FutureTask<String> second = importing(store, ODD, foreign(1));
            awaitWaiting(start(second));
            log.release();

            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(REFUSED);
            assertThat(store.find(foreign(1)).orElseThrow().value().scope().owner())
                    .isEqualTo(EVEN);
        }
    }

    @Test
    void aRefusedImportGivesItsPlaceBack() {
        try (LocalStore store = new HeapNode().open()) {
            assertThat(outcome(store, write(EVEN, foreign(1)))).isEqualTo("ADD");
            assertThat(outcome(store, write(ODD, foreign(2), foreign(1)))).isEqualTo(REFUSED);
            assertThat(outcome(store, write(ODD, foreign(2)))).isEqualTo("ADD");
            assertThat(outcome(store, write(EVEN, foreign(1)))).isEqualTo("NONE");
        }
    }

    /// Whether the other owner is of the same shard makes no difference that the importer could see.
    @Test
    void anIdOfTheSameShardIsRefusedInTheSameWords() {
        try (LocalStore store = new HeapNode().open()) {
            Owner neighbour = Stream.iterate(0, n -> n + 1)
                    .map(n -> Owner.user("neighbour" + n))
                    .filter(owner -> owner.slot() % 2 == 0)
                    .findFirst()
                    .orElseThrow();
            outcome(store, write(EVEN, foreign(1)));
            assertThat(outcome(store, write(neighbour, foreign(1)))).isEqualTo(REFUSED);
        }
    }

    /// A store of an earlier version may hold one id for two owners.
    @Test
    void whoHasAnIdThatAnotherHasTooImportsItAgainAsItIs() throws Exception {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            outcome(store, write(EVEN, foreign(1)));
            ShardBatch batch = new ShardBatch(ManualClock.START, List.of(write(ODD, foreign(1))));
            Durable.append(node.log(), new ShardId(1), 1, BatchCodec.encode(batch))
                    .index();
        }
        try (LocalStore pair = node.open();
                LocalStore empty = new HeapNode().open()) {
            List<Exported> exported = new ArrayList<>();
            pair.export(null, exported::add);
            assertThat(exported).hasSize(2);
            for (Exported each : exported) {
                assertThat(outcome(pair, Fixtures.write(each.owner(), new Command.Import(each))))
                        .isEqualTo("NONE");
            }
            assertThat(exported.stream()
                            .map(each -> outcome(empty, Fixtures.write(each.owner(), new Command.Import(each)))))
                    .containsExactly("ADD", REFUSED);
        }
    }

    /// Of two ids that share a place, one write waits for itself if it takes the place twice.
    @Test
    void idsOfOnePlaceAreImportedTogether() {
        try (LocalStore store = new HeapNode().open()) {
            assertThat(outcome(store, write(EVEN, foreign(1), foreign(257)))).isEqualTo("ADD");
            assertThat(store.find(foreign(257))).isPresent();
        }
    }

    /// Its shard decides about it, so it waits for nobody: here not for one whose id falls on the same place.
    @Test
    void anIdThatNamesItsShardWantsNoPlace() throws Exception {
        MemoryId own = Fixtures.id(ODD, 1);
        MemoryId beside = Stream.iterate(0, n -> n + 1)
                .map(ImportedIdsTest::foreign)
                .filter(id -> Math.floorMod(id.hashCode() - own.hashCode(), 256) == 0)
                .findFirst()
                .orElseThrow();
        HoldingLog log = new HoldingLog(new HeapJournal(new HeapJournal.Home(HeapNode.IDS)));
        try (LocalStore store = new HeapNode().open(log);
                Release _ = log::release) { // or closing would wait for ever
            log.hold();
            FutureTask<String> first = importing(store, EVEN, beside);
            start(first);
            Awaitility.await().until(() -> log.held() == 1);
            FutureTask<String> second = importing(store, ODD, own);
            start(second);
            Awaitility.await().until(() -> log.held() == 2);
            log.release();
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("ADD");
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("ADD");
        }
    }

    /// Finds no shard: places are held before any is asked.
    private static final Router NOBODY = new Router(ShardMap.of(slot -> new ShardId(0)), shard -> {
        throw new AssertionError("no shard is asked for a place");
    });

    private static boolean refused(ImportedIds ids, MemoryId... wanted) {
        try {
            ids.hold(List.of(wanted)).run();
            return false;
        } catch (MnemeException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
            return true;
        }
    }

    @Test
    void whoWaitsInVainGivesBackWhatItHadAlready() {
        ImportedIds ids = new ImportedIds(NOBODY, Duration.ZERO);
        Runnable other = ids.hold(List.of(foreign(2)));
        assertThat(refused(ids, foreign(1), foreign(2))).isTrue();
        assertThat(refused(ids, foreign(1))).as("the first place is free").isFalse();
        other.run();
        assertThat(refused(ids, foreign(1), foreign(2))).isFalse();
    }

    /// Two that name the same ids in two orders, while one of the places is taken, so that both wait.
    @Test
    void noTwoImportsWaitForEachOther() throws Exception {
        ImportedIds ids = new ImportedIds(NOBODY, Duration.ofSeconds(20));
        List<MemoryId> byPlace = Stream.of(foreign(1), foreign(2))
                .sorted(Comparator.comparingInt(id -> Math.floorMod(id.hashCode(), 256)))
                .toList();
        Runnable other = ids.hold(List.of(byPlace.getLast()));
        FutureTask<String> first =
                new FutureTask<>(() -> String.valueOf(refused(ids, byPlace.getLast(), byPlace.getFirst())));
        awaitWaiting(start(first));
        FutureTask<String> second =
                new FutureTask<>(() -> String.valueOf(refused(ids, byPlace.getFirst(), byPlace.getLast())));
        awaitWaiting(start(second));
        other.run();
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("false");
        assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo("false");
    }

    @Test
    void whoIsInterruptedGivesBackWhatItHadAlready() throws Exception {
        ImportedIds ids = new ImportedIds(NOBODY, Duration.ofHours(1));
        Runnable other = ids.hold(List.of(foreign(2)));
        FutureTask<String> waiting = new FutureTask<>(() -> String.valueOf(refused(ids, foreign(1), foreign(2))));
        Thread thread = start(waiting);
        awaitWaiting(thread);
        thread.interrupt();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo("true");
        FutureTask<String> first = new FutureTask<>(() -> String.valueOf(refused(ids, foreign(1))));
        start(first);
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("false");
        other.run();
    }
}
