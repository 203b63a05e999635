package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.PackedFolder;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shards that are created, opened, closed, dropped and moved from one node into another, on real folders,
/// while others are written and read.
final class ShardMovesTest {
    private static final IntegrityFiles WITHIN = IntegrityFiles.DEFAULTS;
    private static final int SHARDS = 4;

    /// Memories of an owner, so that all that is said of them can be read at once.
    private static final int MOST = 400;

    @TempDir
    Path home;

    /// Checkpoints by themselves, so that log segments go meanwhile.
    private static LocalEngine.Settings settings() {
        LocalEngine.Settings settings = TestEngines.settings(StoreSettings.of("moves", new ManualClock()));
        StoreConfig store = settings.store();
        return settings.withStore(new StoreConfig(
                store.retention(),
                store.queue(),
                Duration.ofSeconds(1),
                store.minFreeBytes(),
                store.indexBytes(),
                false));
    }

    private static LocalNode open(Path folder) {
        return LocalEngine.node(folder, settings());
    }

    /// A node of the same epoch and map, without a shard.
    private static LocalNode join(Path folder, LocalNode other) {
        DataFolder.join(folder, other.store().epoch(), other.map().slotRanges(), null, new SecureRandom());
        return open(folder);
    }

    private static void move(ShardId shard, LocalNode from, LocalNode to) {
        try (ShardHost.Departure departure = from.shards().moveOut(shard)) {
            to.shards().moveIn(shard, departure.rows(), departure.term());
            departure.complete();
        }
        to.shards().open(shard);
    }

    private static boolean has(LocalNode node, ShardId shard) {
        return node.shards().open().contains(shard);
    }

    /// A memory in every shard, by its owner.
    private static List<Owner> ownersOfEveryShard(LocalNode node) {
        List<Owner> owners = new ArrayList<>();
        for (ShardId shard : node.map().ids()) {
            owners.add(ownerIn(node, shard));
        }
        return owners;
    }

    private static Owner ownerIn(LocalNode node, ShardId shard) {
        return ownerIn(node, shard, "owner");
    }

    private static Owner ownerIn(LocalNode node, ShardId shard, String name) {
        for (int n = 0; ; n++) {
            Owner owner = Owner.user(name + n);
            if (node.map().of(owner).equals(shard)) {
                return owner;
            }
        }
    }

    private static MemoryId add(LocalNode node, Owner owner, String text) {
        return Fixtures.stored(node.store().write(Fixtures.write(owner, Fixtures.add(owner.id(), text))))
                .id();
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_PRIMARY));
    }

    @Test
    void aShardThatIsNotHereIsRefusedByItsNameAndOthersAreServed() {
        ShardId closed = new ShardId(2);
        try (LocalNode node = open(home.resolve("a"))) {
            List<Owner> owners = ownersOfEveryShard(node);
            owners.forEach(owner -> add(node, owner, "likes tea"));
            Owner absent = ownerIn(node, closed);
            MemoryId id = add(node, absent, "likes rooibos");
            String cursor = node.store().operatorCursor();

            node.shards().close(closed);
            refused(() -> add(node, absent, "more"));
            refused(() -> node.store().find(id));
            refused(() -> node.store().search(Fixtures.words(absent, "tea", ManualClock.START)));
            refused(() -> node.store().head(absent));
            refused(() -> node.store().changes(absent, 0, 10));
            refused(() -> node.store().contexts().find(absent, "any"));
            assertThatThrownBy(() -> node.store().head(absent)).hasMessageContaining("Shard 2 is not on this node");
            refused(() -> node.store().search(Fixtures.words(null, "tea", ManualClock.START)));
            refused(() -> node.store().list(Fixtures.everything(null, ManualClock.START)));
            refused(() -> node.store().changes(cursor, 10));
            refused(() -> node.store().take());
            refused(() -> node.store().requireServed(null));
            for (Owner owner : owners) {
                if (!node.map().of(owner).equals(closed)) {
                    add(node, owner, "and coffee");
                    assertThat(node.store()
                                    .search(Fixtures.words(owner, "coffee", ManualClock.START))
                                    .hits())
                            .hasSize(1);
                }
            }
            assertThat(node.store().status().shards())
                    .extracting(shard -> shard.name())
                    .containsExactly("0", "1", "3", "system");
            assertThat(node.store().integrity().verify()).isEmpty();

            node.shards().open(closed);
            add(node, absent, "and mate");
            assertThat(node.store().find(id)).isPresent();
            assertThat(node.store()
                            .search(Fixtures.words(absent, "mate", ManualClock.START))
                            .hits())
                    .hasSize(1);
            OperatorBatch missed = node.store().changes(cursor, 100);
            assertThat(missed.reset()).isFalse();
            assertThat(missed.changes()).hasSize(SHARDS);
        }
    }

    private static long term(LocalNode node, ShardId shard) {
        return node.store().leadership().term(shard);
    }

    @Test
    void aNodeLeadsWhatItServesAndNothingElse() {
        ShardId moved = new ShardId(2);
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a)) {
            assertThat(a.map().idsWithSystem()).allMatch(shard -> term(a, shard) > 0);
            assertThat(a.map().idsWithSystem()).allMatch(shard -> term(b, shard) == 0);
            assertThat(a.store().leadership().shards())
                    .containsExactlyElementsOf(a.map().ids());
            assertThat(a.store().leadership().shardOf(ownerIn(a, moved))).isEqualTo(moved);
            List<Boolean> told = new CopyOnWriteArrayList<>();
            try (Store.Subscription _ = a.store().leadership().onChange(() -> told.add(term(a, moved) > 0))) {
                a.shards().close(moved);
                assertThat(term(a, moved)).isZero();
                a.shards().open(moved);
                assertThat(term(a, moved)).isPositive();
                move(moved, a, b);
                assertThat(term(a, moved)).isZero();
                assertThat(term(b, moved)).isPositive();
                b.shards().drop(moved);
                assertThat(term(b, moved)).isZero();
                a.shards().create(moved);
                assertThat(term(a, moved)).isPositive();
            }
            assertThat(told).containsExactly(false, true, false, true);
        }
    }

    @Test
    void aKeyThatAnotherNodeRevokedOpensNothingOnceTheSystemShardIsBack() {
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a)) {
            KeyService keys = new KeyService(a.store(), new SystemRuntime());
            KeyService.Created made = keys.create(Fixtures.admin(), "phone", Role.READ, Restriction.NONE, null, null);
            assertThat(keys.authenticate(made.secret())).isEqualTo(made.key());
            move(ShardId.SYSTEM, a, b);
            new KeyService(b.store(), new SystemRuntime())
                    .revoke(Fixtures.admin(), made.key().id());
            move(ShardId.SYSTEM, b, a);
            assertThatThrownBy(() -> keys.authenticate(made.secret()))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
        }
    }

    @Test
    void aShardIsDroppedAndCreatedAnewWithNothingOfBefore() {
        ShardId shard = new ShardId(1);
        try (LocalNode node = open(home.resolve("a"))) {
            Owner owner = ownerIn(node, shard);
            MemoryId id = add(node, owner, "likes tea");
            assertThat(node.store()
                            .search(Fixtures.words(owner, "tea", ManualClock.START))
                            .hits())
                    .hasSize(1);
            assertThatThrownBy(() -> node.shards().create(shard)).hasMessageContaining("is on this node already");
            assertThatThrownBy(() -> node.shards().create(new ShardId(9))).hasMessageContaining("no shard 9");

            node.shards().drop(shard);
            refused(() -> node.shards().open(shard));
            node.shards().create(shard);
            assertThat(node.store().find(id)).isEmpty();
            assertThat(node.store().head(owner).sequence()).isZero();
            assertThat(node.store()
                            .search(Fixtures.words(owner, "tea", ManualClock.START))
                            .hits())
                    .isEmpty();
            add(node, owner, "likes coffee");
        }
        try (LocalNode node = open(home.resolve("a"))) {
            assertThat(node.store().head(ownerIn(node, shard)).sequence()).isEqualTo(1);
        }
        assertThat(Verification.run(home.resolve("a")).problems()).isEmpty();
    }

    /// A backup holds the rows: the shard leaves all the same, and what is left of it goes once nobody reads it.
    @Test
    void aShardWhoseRowsAreStillReadLeavesAllTheSame() throws IOException {
        ShardId shard = new ShardId(1);
        Path manifest = home.resolve("a").resolve("manifest");
        try (LocalNode node = open(home.resolve("a"))) {
            node.shards().waitForReaders(Duration.ZERO);
            Owner owner = ownerIn(node, shard);
            add(node, owner, "likes tea");
            try (Backups.Backup _ = node.store().take()) {
                node.shards().drop(shard);
                refused(() -> node.store().head(owner));
                assertThat(has(node, shard)).isFalse();
                refused(() -> node.shards().open(shard));
                assertThatThrownBy(() -> node.shards().create(shard))
                        .isInstanceOfSatisfying(
                                MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
                        .hasMessageContaining("shard 1 are still being read");
                node.shards().drop(shard);
            }
            node.shards().create(shard);
            assertThat(node.store().head(owner).sequence()).isZero();
            try (Backups.Backup _ = node.store().take()) {
                node.shards().drop(shard);
            }
            assertThat(Files.readString(manifest)).contains("leaving=1");
            node.shards().drop(shard);
            assertThat(Files.readString(manifest)).doesNotContain("leaving=1");
        }
        assertThat(Verification.run(home.resolve("a")).problems()).isEmpty();
        try (LocalNode node = open(home.resolve("a"))) {
            assertThat(has(node, shard)).isFalse();
        }
    }

    @Test
    void aSearchFindsWhatAnotherNodeWroteMeanwhile() {
        ShardId shard = new ShardId(1);
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a)) {
            Owner owner = ownerIn(a, shard);
            add(a, owner, "likes tea");
            assertThat(hits(a, owner, "tea")).isEqualTo(1);
            move(shard, a, b);
            add(b, owner, "likes coffee");
            assertThat(hits(b, owner, "coffee")).isEqualTo(1);
            move(shard, b, a);
            assertThat(hits(a, owner, "coffee")).isEqualTo(1);
        }
    }

    private static int hits(LocalNode node, Owner owner, String word) {
        return node.store()
                .search(Fixtures.words(owner, word, ManualClock.START))
                .hits()
                .size();
    }

    /// Its manifest says how many shards it has, and that is all of them.
    @Test
    void aFolderOfTheFormatBeforeOpensAndBecomesThisOneWhenAShardGoes() throws IOException {
        Path folder = home.resolve("before");
        PackedFolder.unpack("ungoverned.zip", folder);
        Path manifest = folder.resolve("manifest");
        assertThat(Files.readString(manifest)).contains("format=2", "shards=4");
        try (LocalNode node = open(folder)) {
            assertThat(node.shards().open()).hasSize(SHARDS + 1);
        }
        assertThat(Files.readString(manifest)).contains("format=2", "shards=4");
        assertThat(Verification.run(folder).problems()).isEmpty();
        try (LocalNode node = open(folder)) {
            ShardId shard = node.map().of(Fixtures.ALICE);
            ShardId gone = node.map().ids().stream()
                    .filter(each -> !each.equals(shard))
                    .findFirst()
                    .orElseThrow();
            node.shards().drop(gone);
            assertThat(node.store().head(Fixtures.ALICE).sequence()).isPositive();
        }
        assertThat(Files.readString(manifest)).contains("format=3", "held=").doesNotContain("shards=");
        try (LocalNode node = open(folder)) {
            assertThat(node.shards().open()).hasSize(SHARDS);
            assertThat(node.store().head(Fixtures.ALICE).sequence()).isPositive();
        }
        assertThat(Verification.run(folder).problems()).isEmpty();
    }

    /// A manifest that is put back from before a move names shards which are gone, or lacks one that has
    /// come.
    @Test
    void aManifestOfBeforeAMoveIsRefused() throws IOException {
        Path manifest = home.resolve("a").resolve("manifest");
        byte[] before;
        try (LocalNode node = open(home.resolve("a"))) {
            before = Files.readAllBytes(manifest);
            node.shards().drop(new ShardId(1));
        }
        byte[] after = Files.readAllBytes(manifest);
        Files.write(manifest, before);
        assertThatThrownBy(() -> open(home.resolve("a")))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        Files.write(manifest, after);
        open(home.resolve("a")).close();
    }

    @Test
    void writesThatWaitedForAShardWhichLeftAreToldSo() throws Exception {
        ShardId shard = new ShardId(0);
        try (LocalNode node = open(home.resolve("a"));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Owner owner = ownerIn(node, shard);
            add(node, owner, "likes tea");
            Future<MemoryId> waiting;
            try (ShardHost.Departure departure = node.shards().moveOut(shard)) {
                waiting = threads.submit(() -> add(node, owner, "likes coffee"));
                while (node.store().status().shards().getFirst().queue() == 0) {
                    Thread.onSpinWait();
                }
                assertThat(node.store().head(owner).sequence()).isEqualTo(1);
                node.store()
                        .reading(Freshness.linearizable(Duration.ofSeconds(10)))
                        .head(owner);
                departure.complete();
            }
            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_PRIMARY));
        }
    }

    /// A backup and a move hold a shard at once: when the backup is through, the shard still stands still.
    @Test
    void whatIsWrittenIsNeverLostBetweenABackupAndAMove() throws Exception {
        ShardId shard = new ShardId(0);
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Owner owner = ownerIn(a, shard);
            add(a, owner, "likes tea");
            Future<MemoryId> waiting;
            try (ShardHost.Departure departure = a.shards().moveOut(shard)) {
                a.store().take().close();
                waiting = threads.submit(() -> add(a, owner, "likes coffee"));
                while (a.store().status().shards().getFirst().queue() == 0) {
                    assertThat(waiting.isDone())
                            .as("written to a shard that is leaving")
                            .isFalse();
                }
                b.shards().moveIn(shard, departure.rows(), departure.term());
                departure.complete();
            }
            b.shards().open(shard);
            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasMessageContaining("not on this node");
            assertThat(b.store().head(owner).sequence()).isEqualTo(1);
        }
    }

    @Test
    void rowsOfAnotherEpochAreRefusedAndNothingIsLeft() {
        ShardId shard = new ShardId(3);
        try (LocalNode a = open(home.resolve("a"));
                LocalNode stranger = open(home.resolve("stranger"))) {
            Owner owner = ownerIn(a, shard);
            add(a, owner, "likes tea");
            stranger.shards().drop(shard);
            try (ShardHost.Departure departure = a.shards().moveOut(shard)) {
                assertThatThrownBy(() -> stranger.shards().moveIn(shard, departure.rows(), departure.term()))
                        .hasMessageContaining("epoch");
            }
            add(a, owner, "goes on where it was");
            refused(() -> stranger.shards().open(shard));
            stranger.shards().create(shard);
            assertThat(stranger.store().head(owner).sequence()).isZero();
        }
    }

    /// The owners' writers and readers ask either node; each is told by an error of its own when the shard is
    /// elsewhere.
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void shardsMoveBetweenTwoNodesWhileAllAreWrittenAndRead(long seed) throws Exception {
        Path first = home.resolve("a");
        Path second = home.resolve("b");
        SplittableRandom random = new SplittableRandom(seed);
        List<StoreHistory> histories;
        List<ShardId> moving;
        try (LocalNode a = open(first);
                LocalNode b = join(second, a);
                ExecutorService threads = Executors.newCachedThreadPool()) { // virtual ones would keep the carriers
            histories = ownersOfEveryShard(a).stream().map(StoreHistory::new).toList();
            moving = List.of(new ShardId(0), new ShardId(1), new ShardId(2)); // and one that stays
            AtomicBoolean done = new AtomicBoolean();
            List<Future<?>> all = new ArrayList<>();
            for (StoreHistory history : histories) {
                SplittableRandom own = random.split();
                all.add(threads.submit(() -> write(history, a, b, own, done)));
                SplittableRandom readers = random.split();
                all.add(threads.submit(() -> read(history, a, b, readers, done)));
            }
            try {
                comeAndGo(a, b, moving, histories.getFirst(), random);
            } finally {
                done.set(true);
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
            assertThat(histories).allMatch(history -> history.acknowledgedCount() > 20);
            check(histories, a, b);
            assertThat(a.store().integrity().verify()).isEmpty();
            assertThat(b.store().integrity().verify()).isEmpty();
        }
        assertThat(Verification.run(first, WITHIN).problems()).isEmpty();
        assertThat(Verification.run(second, WITHIN).problems()).isEmpty();
        try (LocalNode a = open(first);
                LocalNode b = open(second)) {
            check(histories, a, b);
        }
    }

    private static void comeAndGo(
            LocalNode a, LocalNode b, List<ShardId> moving, StoreHistory history, SplittableRandom random) {
        for (int n = 0; n < 30 || history.acknowledgedCount() <= 20; n++) {
            ShardId shard = moving.get(random.nextInt(moving.size()));
            LocalNode from = has(a, shard) ? a : b;
            if (random.nextInt(4) == 0) {
                from.shards().close(shard);
                from.shards().open(shard);
            } else {
                move(shard, from, from == a ? b : a);
            }
        }
    }

    private static void write(
            StoreHistory history, LocalNode a, LocalNode b, SplittableRandom random, AtomicBoolean done) {
        while (!done.get() && history.acknowledgedCount() < MOST) {
            LocalNode node = asked(history, a, b, random);
            if (random.nextInt(5) == 0) {
                history.delete(node.store(), random);
            } else {
                history.add(node.store(), random);
            }
        }
    }

    /// Mostly the one that seems to have the shard.
    private static LocalNode asked(StoreHistory history, LocalNode a, LocalNode b, SplittableRandom random) {
        boolean first = has(a, a.map().of(history.owner()));
        return first ^ (random.nextInt(8) == 0) ? a : b;
    }

    private static void read(
            StoreHistory history, LocalNode a, LocalNode b, SplittableRandom random, AtomicBoolean done) {
        while (!done.get()) {
            LocalNode node = asked(history, a, b, random);
            try {
                history.follow(node.store());
                node.store().search(Fixtures.words(history.owner(), "x", ManualClock.START));
            } catch (MnemeException elsewhere) {
                assertThat(elsewhere.code()).isIn(ErrorCode.NOT_PRIMARY, ErrorCode.OVERLOADED);
            }
        }
    }

    private static void check(List<StoreHistory> histories, LocalNode a, LocalNode b) {
        for (StoreHistory history : histories) {
            ShardId shard = a.map().of(history.owner());
            assertThat(has(a, shard)).as("on one node alone").isNotEqualTo(has(b, shard));
            LocalNode node = has(a, shard) ? a : b;
            history.check(node.store());
            history.retryUnknown(node.store());
        }
    }

    /// Both nodes are killed after each step of a move: their folders are copied there, as they would be
    /// found.
    @Test
    void aKillAnywhereInAMoveLeavesTheShardWholeOnOneNodeOrOnBothAndServedByOne() throws Exception {
        ShardId shard = new ShardId(2);
        List<String> killed = new ArrayList<>();
        StoreHistory moved;
        StoreHistory other;
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a)) {
            moved = new StoreHistory(ownerIn(a, shard));
            other = new StoreHistory(ownerIn(a, new ShardId(3)));
            SplittableRandom random = new SplittableRandom(3);
            for (int n = 0; n < 40; n++) {
                moved.add(a.store(), random);
                other.add(a.store(), random);
            }
            Runnable strike = () -> {
                String name = String.valueOf(killed.size());
                copy(home.resolve("a"), home.resolve("a" + name));
                copy(home.resolve("b"), home.resolve("b" + name));
                killed.add(name);
            };
            a.shards().afterEachStep(strike);
            b.shards().afterEachStep(strike);
            move(shard, a, b);
            a.shards().afterEachStep(() -> {});
            b.shards().afterEachStep(() -> {});
        }
        assertThat(killed).as("steps of a move").hasSizeGreaterThan(7);
        int onBoth = 0;
        for (String name : killed) {
            onBoth += afterAKill(shard, home.resolve("a" + name), home.resolve("b" + name), moved, other) ? 1 : 0;
        }
        assertThat(onBoth).as("kills after which both had it").isPositive();
    }

    /// Whoever moves the shard begins anew where the one node still holds it, and else opens it on the other.
    ///
    /// @return whether both had it
    private static boolean afterAKill(ShardId shard, Path first, Path second, StoreHistory moved, StoreHistory other) {
        boolean both;
        try (LocalNode a = open(first);
                LocalNode b = open(second)) {
            boolean received = b.shards().received().contains(shard);
            both = has(a, shard) && received;
            assertThat(has(a, shard) && has(b, shard)).as("served by both").isFalse();
            assertThat(has(a, shard) || has(b, shard) || received)
                    .as("kept by one at least")
                    .isTrue();
            other.check(a.store());
            if (has(a, shard)) {
                moved.check(a.store());
                Owner late = ownerIn(a, shard, "late");
                MemoryId since = add(a, late, "likes tea"); // what was received before lacks it
                if (received) {
                    b.shards().drop(shard);
                }
                move(shard, a, b);
                assertThat(b.store().find(since)).isPresent();
            } else if (received) {
                b.shards().open(shard);
            }
            moved.check(b.store());
            String word = moved.owner().id() + "-1";
            assertThat(b.store()
                            .search(Fixtures.words(moved.owner(), word, ManualClock.START))
                            .hits())
                    .isNotEmpty();
        }
        assertThat(Verification.run(first, WITHIN).problems()).isEmpty();
        assertThat(Verification.run(second, WITHIN).problems()).isEmpty();
        return both;
    }

    /// A move that nobody ends must not keep the node from stopping: what waits is refused, since nothing of it was
    /// written.
    @Test
    void aShardThatStandsStillIsClosedAndWhatWaitsIsRefused() throws Exception {
        ShardId shard = new ShardId(0);
        try (LocalNode node = open(home.resolve("a"));
                ExecutorService threads = Executors.newCachedThreadPool()) {
            Owner owner = ownerIn(node, shard);
            add(node, owner, "likes tea");
            try (ShardHost.Departure departure = node.shards().moveOut(shard)) {
                Future<MemoryId> waiting = threads.submit(() -> add(node, owner, "likes coffee"));
                while (node.store().status().shards().getFirst().queue() == 0) {
                    Thread.onSpinWait();
                }
                Future<?> closed = threads.submit(() -> node.shards().close(shard));
                closed.get(10, TimeUnit.SECONDS);
                assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
                assertThat(departure.rows().index()).isPositive();
            }
            node.shards().open(shard);
            assertThat(node.store().head(owner).sequence()).isEqualTo(1);
        }
    }

    /// Whoever opened it again meanwhile has it take writes that the other node does not have.
    @Test
    void aDepartureWhoseShardWasOpenedAnewDropsNothing() {
        ShardId shard = new ShardId(0);
        try (LocalNode node = open(home.resolve("a"))) {
            Owner owner = ownerIn(node, shard);
            add(node, owner, "likes tea");
            try (ShardHost.Departure departure = node.shards().moveOut(shard)) {
                node.shards().close(shard);
                node.shards().open(shard);
                add(node, owner, "likes coffee");
                refused(departure::complete);
            }
            assertThat(node.store().head(owner).sequence()).isEqualTo(2);
        }
    }

    /// Two nodes would else both receive it, and both open it.
    @Test
    void aShardIsOnItsWayToOneNodeAtATime() {
        ShardId shard = new ShardId(0);
        try (LocalNode node = open(home.resolve("a"))) {
            try (ShardHost.Departure departure = node.shards().moveOut(shard)) {
                assertThat(departure.rows().index()).isPositive();
                assertThatThrownBy(() -> node.shards().moveOut(shard)).hasMessageContaining("on its way");
            }
            node.shards().moveOut(shard).close();
        }
    }

    /// Who follows an owner here hears of what was written while the shard was elsewhere.
    @Test
    void whoFollowsIsWokenWhenTheShardIsBack() {
        ShardId shard = new ShardId(0);
        try (LocalNode a = open(home.resolve("a"));
                LocalNode b = join(home.resolve("b"), a)) {
            Owner owner = ownerIn(a, shard);
            add(a, owner, "likes tea");
            List<Long> seen = new CopyOnWriteArrayList<>();
            List<Long> operators = new CopyOnWriteArrayList<>();
            try (Store.Subscription _ = a.store()
                            .subscribe(
                                    owner, () -> seen.add(a.store().head(owner).sequence()));
                    Store.Subscription _ = a.store().subscribe(null, () -> operators.add(1L))) {
                move(shard, a, b);
                add(b, owner, "likes coffee");
                move(shard, b, a);
                assertThat(seen).contains(2L);
                assertThat(operators).isNotEmpty();
            }
        }
    }

    /// What could not be dropped can be dropped later, without a restart.
    @Test
    void whatIsLeftOfAMoveThatFailedCanBeDropped() {
        ShardId shard = new ShardId(0);
        try (LocalNode node = open(home.resolve("a"))) {
            node.shards().drop(shard);
            int[] steps = new int[1];
            node.shards().afterEachStep(() -> {
                if (++steps[0] == 1) {
                    throw new IllegalStateException("the disk");
                }
            });
            assertThatThrownBy(() -> node.shards().create(shard)).hasMessageContaining("the disk");
            node.shards().drop(shard);
            node.shards().create(shard);
            assertThat(has(node, shard)).isTrue();
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                try {
                    Files.copy(each, to.resolve(from.relativize(each)));
                } catch (NoSuchFileException gone) {
                    assertThat(each).as("a file that went meanwhile").doesNotExist();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
