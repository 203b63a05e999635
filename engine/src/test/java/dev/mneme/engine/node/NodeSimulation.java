package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Write;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.job.Jobs;
import dev.mneme.core.memory.Reembedding;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Tables;
import dev.mneme.core.webhook.WebhookDispatcher;
import dev.mneme.core.webhook.WebhookService;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.backup.StoreBackup;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogRuntime;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.replica.Replica;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HashingEmbedder;
import dev.mneme.testkit.SimulatedDisk;
import dev.mneme.testkit.SimulatedRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// A whole node in one thread, from one seed: its log on a disk that fails, fills up, is slow and loses power, shards,
/// feed and jobs, through several lives, under clients who write, read, follow, erase, take backups, make keys and set
/// the clock. It is held to what it told them.
final class NodeSimulation {
    private static final List<ShardId> IDS = List.of(new ShardId(0), new ShardId(1), ShardId.SYSTEM);
    private static final int SHARDS = IDS.size();
    private static final int LIVES = 5;
    private static final int CLIENTS = 3;
    private static final String EPOCH = "abcdefgh";
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final Duration LONG = Duration.ofHours(2);
    private static final LogConfig TINY =
            new LogConfig(128 << 10, 32 << 10, 32 << 10, 1_000, 256 << 10, 3, Duration.ofMillis(5));
    private static final Retention RETENTION = new Retention(
            100_000, Duration.ofDays(7), 10_000, Duration.ofHours(24), 0, Duration.ZERO, 100_000, 1 << 20);
    private static final StoreConfig CONFIG = new StoreConfig(RETENTION, 1_000, Duration.ofSeconds(5), 0, 1 << 20);
    private static final Owner ERASED = Owner.user("dan");
    private static final Owner EXPIRING = Owner.user("eve");
    private static final Owner MOVED = Owner.user("fay");

    /// Two owners of different shards: whoever writes for the second one wrote for the first one before.
    private static final Owner BEFORE = ofShard(0);

    private static final Owner AFTER = ofShard(1);
    private static final HashingEmbedder FORMER = new HashingEmbedder(8);
    private static final HashingEmbedder PRESENT = new HashingEmbedder(16);

    private final SplittableRandom random;
    private final SimulatedRuntime runtime;
    private final SimulatedDisk disk;
    private final List<HeapTables.Home> rows = homes();
    private final List<HeapTables.Home> words = homes();
    private final List<NavigableMap<Long, Tables.Batch>> written = Stream.<NavigableMap<Long, Tables.Batch>>generate(
                    TreeMap::new)
            .limit(SHARDS)
            .toList();
    private final List<StoreHistory> histories = Stream.of("ann", "bea", "cid")
            .map(id -> new StoreHistory(Owner.user(id)))
            .toList();
    private final Map<Owner, Long> followed = new LinkedHashMap<>();
    private final Erasures erasures = new Erasures();
    private final Told told = new Told();
    private final Map<String, Boolean> secrets = new LinkedHashMap<>(); // whether the key opens something
    private int numbers;
    private boolean tablesFull;
    private int backups;

    NodeSimulation(long seed) {
        random = new SplittableRandom(seed);
        runtime = new SimulatedRuntime(seed);
        disk = new SimulatedDisk(seed);
        disk.pauseBy(runtime::pause);
    }

    private static List<HeapTables.Home> homes() {
        return Stream.generate(HeapTables.Home::new).limit(SHARDS).toList();
    }

    private static Owner ofShard(int shard) {
        return Stream.iterate(0, n -> n + 1)
                .map(n -> Owner.user("owner" + n))
                .filter(owner -> owner.slot() % (SHARDS - 1) == shard)
                .findFirst()
                .orElseThrow();
    }

    /// How a life ends.
    private enum Fate {
        POWER_CUT,
        POWER_CUT_SOON,
        FSYNC_FAILS,
        WRITE_FAILS,
        DISK_FULL,
        KILLED,
        STOPPED
    }

    /// What happened, for whoever wants to know that it did.
    record Lived(String digest, int acknowledged, int deliveries, int followed, int backups, int keys) {}

    /// Several lives, then one in which all is well and everything comes to rest.
    Lived live() {
        for (int n = 0; n < LIVES; n++) {
            live(Fate.values()[random.nextInt(Fate.values().length)]);
            requireNoFailure();
        }
        rest();
        requireNoFailure();
        check();
        return new Lived(
                runtime.digest(),
                histories.stream().mapToInt(StoreHistory::acknowledgedCount).sum(),
                told.count(),
                followed.values().stream().mapToInt(Long::intValue).sum(),
                backups,
                secrets.size());
    }

    private void requireNoFailure() {
        runtime.failures().forEach(failure -> {
            throw new AssertionError("A step failed: " + failure, failure);
        });
    }

    private void live(Fate fate) {
        runtime.note(fate.name());
        switch (fate) {
            case POWER_CUT -> disk.cutPowerAfter(1 + random.nextInt(200));
            case POWER_CUT_SOON -> disk.cutPowerAfter(1 + random.nextInt(15));
            case FSYNC_FAILS -> disk.failSync(1 + random.nextInt(60));
            case WRITE_FAILS -> disk.failWrite(1 + random.nextInt(60));
            case DISK_FULL, KILLED, STOPPED -> {}
        }
        Life life;
        try {
            life = new Life();
        } catch (MnemeException failed) {
            boolean ordered = disk.powerIsCut()
                    || (fate != Fate.STOPPED && fate != Fate.KILLED && failed.code() == ErrorCode.LOG_FAILED);
            if (!ordered) {
                throw failed;
            }
            lose();
            return;
        }
        life.begin(fate);
        runtime.until(() -> life.over, LONG);
        assertThat(life.over).as("the life came to its end").isTrue();
        if (fate == Fate.STOPPED) {
            life.close();
            runtime.kill();
            disk.killProcess();
        } else {
            life.die();
            lose();
        }
    }

    private void lose() {
        runtime.kill();
        tablesFull = false;
        disk.capacity(Integer.MAX_VALUE);
        disk.slowSyncs(Duration.ZERO);
        if (random.nextInt(4) > 0) {
            disk.losePower();
        } else {
            disk.killProcess();
        }
    }

    /// Everything that was begun comes to its end, jobs included.
    private void rest() {
        Life life = new Life();
        histories.forEach(history -> history.retryUnknown(life.store));
        for (Instant late = runtime.now().plus(LONG);
                !life.whatIsLeft().isEmpty() && runtime.now().isBefore(late); ) {
            runtime.pause(Duration.ofMillis(500));
        }
        assertThat(life.whatIsLeft()).as("jobs come to an end").isEmpty();
        histories.forEach(history -> {
            history.follow(life.store);
            history.check(life.store);
        });
        followed.forEach((owner, sequence) -> assertThat(sequence)
                .as("the live follower of %s has seen everything", owner)
                .isEqualTo(life.store.head(owner).sequence()));
        erasures.check(life.store, runtime.now());
        told.check(life);
        life.checkKeys();
        life.close();
    }

    /// The rows are what the entries come to, one after another.
    private void check() {
        for (int shard = 0; shard < SHARDS; shard++) {
            NavigableMap<Long, Tables.Batch> entries = written.get(shard);
            assertThat(entries.keySet().stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElse(0))
                    .as("dense indexes of shard %d", shard)
                    .isEqualTo(entries.size());
            HeapTables replayed = new HeapTables(new HeapTables.Home());
            entries.values().forEach(replayed::write);
            HeapTables kept = new HeapTables(rows.get(shard));
            assertThat(kept.appliedIndex()).isEqualTo(entries.size());
            assertThat(StateDigest.of(kept.snapshot())).isEqualTo(StateDigest.of(replayed.snapshot()));
            assertThat(Replica.content(kept.snapshot())).isEqualTo(Replica.content(replayed.snapshot()));
        }
    }

    /// One process.
    private final class Life {
        private final List<SimulatedTables> tables = new ArrayList<>();
        private final LocalStore store;
        private final ChangeFeed feed;
        private final KeyService keys;
        private final WebhookService webhooks;
        private final Reembedding reembedding;
        private final Jobs jobs;
        private boolean over;

        Life() {
            List<Tables> forward = new ArrayList<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                tables.add(
                        new SimulatedTables(rows.get(shard), random.nextLong(), () -> tablesFull, written.get(shard)));
                forward.add(new SimulatedTables(words.get(shard), random.nextLong(), () -> tablesFull, null));
            }
            WriteAheadLog log = WriteAheadLog.open(
                    disk.mount(),
                    Set.copyOf(IDS),
                    TINY,
                    LogMetrics.NONE,
                    LogSeal.under(new byte[32]),
                    LogRuntime.stepped(runtime));
            runtime.drive("log", log::step);
            LocalNode node = LocalNode.open(
                    new LocalNode.Parts(
                            EPOCH,
                            SEAL,
                            true,
                            ShardMap.of(slot -> IDS.get(slot % (SHARDS - 1))),
                            log,
                            new HeapShards(
                                    new TreeSet<>(IDS),
                                    shard -> tables.get(IDS.indexOf(shard)),
                                    shard -> forward.get(IDS.indexOf(shard))),
                            () -> runtime.join(log.roll()),
                            runtime,
                            () -> true,
                            () -> !tablesFull,
                            ShardMetrics.NONE,
                            () -> {},
                            List.of(),
                            Integrity.Evidence.NONE,
                            log::close),
                    CONFIG);
            store = node.store();
            histories.forEach(history -> history.check(store));
            feed = new ChangeFeed(store, runtime, lag -> {});
            keys = new KeyService(store, runtime);
            checkKeys();
            webhooks = new WebhookService(store, runtime.clock(), runtime.random(), host -> false);
            WebhookDispatcher dispatcher =
                    new WebhookDispatcher(store, webhooks, told::send, Told::body, runtime, WebhookDispatcher.RETRIES);
            reembedding = new Reembedding(store, PRESENT, Set.of(FORMER.space()), runtime);
            jobs = new Jobs(List.of(dispatcher, reembedding), store.leadership(), runtime);
            jobs.start();
            histories.forEach(history -> follow(history.owner()));
        }

        void begin(Fate fate) {
            for (int n = 0; n < CLIENTS; n++) {
                Execution lane = runtime.execution("client-" + n);
                SplittableRandom own = random.split();
                boolean first = n == 0;
                again(lane, own, Duration.ofMillis(30), () -> act(own, first));
            }
            Execution world = runtime.execution("world");
            SplittableRandom own = random.split();
            again(world, own, Duration.ofMillis(300), () -> change(world, own, fate));
            world.after(Duration.ofMillis(500 + random.nextInt(4_000)), () -> end(fate));
        }

        private void end(Fate fate) {
            over = true;
            if (fate != Fate.STOPPED) {
                runtime.endWaits();
            }
        }

        private void again(Execution lane, SplittableRandom own, Duration most, Runnable what) {
            lane.after(Duration.ofNanos(own.nextLong(most.toNanos())), () -> {
                if (!over) {
                    what.run();
                    again(lane, own, most, what);
                }
            });
        }

        /// What the machine does to the node.
        private void change(Execution world, SplittableRandom own, Fate fate) {
            if (disk.powerIsCut()) {
                end(fate);
                return;
            }
            switch (own.nextInt(6)) {
                case 0 -> disk.slowSyncs(Duration.ofMillis(own.nextInt(3) * 20L));
                case 1 -> {
                    tablesFull = true;
                    world.after(Duration.ofMillis(own.nextInt(1_500)), () -> tablesFull = false);
                }
                case 2 -> {
                    Duration jump = Duration.ofMinutes(own.nextInt(-60, 61));
                    runtime.setClockBy(jump);
                    world.after(Duration.ofMillis(own.nextInt(200)), () -> runtime.setClockBy(jump.negated()));
                }
                case 3 -> {
                    if (fate == Fate.DISK_FULL) {
                        disk.capacity(disk.used() + own.nextInt(16_000));
                        world.after(Duration.ofMillis(own.nextInt(1_500)), () -> disk.capacity(Integer.MAX_VALUE));
                    }
                }
                default -> {}
            }
        }

        /// What a client does.
        private void act(SplittableRandom own, boolean first) {
            StoreHistory history = histories.get(own.nextInt(histories.size()));
            try {
                switch (own.nextInt(19)) {
                    case 0 -> history.delete(store, own);
                    case 1, 2 -> history.context().put(store);
                    case 3 -> history.follow(store);
                    case 4 -> history.retryUnknown(store);
                    case 5 -> search(history.owner(), own);
                    case 6 -> backUp();
                    case 7 -> expire(own);
                    case 8 -> embed();
                    case 9 -> keep(own);
                    case 10 -> tellSomebody();
                    case 11 -> {
                        if (first) { // one at a time, so that it is known what was erased
                            erasures.act(store, own);
                        }
                    }
                    case 12 -> {
                        Position here = store.head(history.owner());
                        assertThat(Fixtures.reaches(store, history.owner(), here, Duration.ZERO))
                                .isTrue();
                        assertThat(Fixtures.reaches(
                                        store,
                                        history.owner(),
                                        here.withSequence(here.sequence() + 1_000),
                                        Duration.ofMillis(10)))
                                .isFalse();
                    }
                    case 13, 14, 15 -> writeBoth();
                    default -> history.add(store, own);
                }
            } catch (MnemeException failed) {
                runtime.note(failed.code().wireName());
                assertThat(failed.code().isPassing())
                        .as("%s: %s", failed.code(), failed.getMessage())
                        .isTrue();
            }
        }

        private void search(Owner owner, SplittableRandom own) {
            String word = owner.id() + "-" + (1 + own.nextInt(30));
            store.search(Fixtures.words(owner, word, runtime.now())).hits().forEach(hit -> {
                assertThat(hit.memory().scope().owner()).isEqualTo(owner);
                runtime.note(hit.memory().id().toString());
            });
        }

        /// The second is asked for once the first was answered.
        private void writeBoth() {
            for (Owner owner : List.of(BEFORE, AFTER)) {
                String text = "text number " + ++numbers;
                store.write(Fixtures.write(
                        owner,
                        Fixtures.withoutDedupe(
                                Fixtures.withId(Fixtures.add(owner.id(), text), Fixtures.id(owner, numbers)))));
            }
        }

        /// What was answered before is in the backup, and nothing without what was answered before it was asked for.
        private void backUp() {
            Map<Owner, Long> least = new LinkedHashMap<>();
            histories.forEach(history ->
                    least.put(history.owner(), store.head(history.owner()).sequence()));
            try (Backups.Backup backup = store.take()) {
                BackupCut cut = ((StoreBackup) backup).cut();
                Map<Owner, Long> in = new LinkedHashMap<>();
                byte[] heads = Keys.table('h');
                cut.parts()
                        .forEach(part -> part.rows().scan(heads, Keys.end(heads), (key, row) -> {
                            Rows.Head head = Rows.Head.decode(row);
                            Owner owner = head.owner();
                            if (owner != null) {
                                in.put(owner, head.sequence());
                            }
                            return true;
                        }));
                least.forEach((owner, sequence) -> assertThat(in.getOrDefault(owner, 0L))
                        .as("in the backup")
                        .isGreaterThanOrEqualTo(sequence));
                assertThat(in.getOrDefault(AFTER, 0L))
                        .as("none in the backup without the one before it")
                        .isLessThanOrEqualTo(in.getOrDefault(BEFORE, 0L));
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                backup.writeTo(file);
                assertThat(file.size()).isPositive();
                backups++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void expire(SplittableRandom own) {
            store.write(Fixtures.write(
                    EXPIRING,
                    new Command.PutContext(
                            "c" + own.nextInt(5),
                            ContextType.CUSTOM,
                            null,
                            Fixtures.json("n", "" + ++numbers),
                            List.of(),
                            runtime.now().plusSeconds(1 + own.nextInt(20)),
                            Command.ANY_VERSION,
                            MergeStrategy.REPLACE)));
        }

        private void embed() {
            String text = "text number " + ++numbers;
            store.write(Fixtures.write(
                    MOVED,
                    Fixtures.withoutDedupe(Fixtures.embedded(
                            Fixtures.withId(Fixtures.add(MOVED.id(), text), Fixtures.id(MOVED, numbers)),
                            FORMER.embed(text, Demand.NONE)))));
        }

        /// Makes a key, or revokes one.
        private void keep(SplittableRandom own) {
            Caller admin = Fixtures.admin();
            List<String> open = secrets.entrySet().stream()
                    .filter(Map.Entry::getValue)
                    .map(Map.Entry::getKey)
                    .toList();
            if (open.isEmpty() || own.nextBoolean()) {
                String secret = keys.create(admin, "n", Role.READ, Restriction.NONE, null, null)
                        .secret();
                secrets.put(secret, true);
                return;
            }
            String secret = open.get(own.nextInt(open.size()));
            ApiKey key = keys.authenticate(secret);
            secrets.remove(secret); // nobody knows, until it is answered
            try {
                keys.revoke(admin, key.id());
                secrets.put(secret, false);
            } catch (MnemeException failed) {
                if (failed.code() != ErrorCode.OUTCOME_UNKNOWN && failed.code() != ErrorCode.NOT_FOUND) {
                    secrets.put(secret, true);
                }
                throw failed;
            }
        }

        void checkKeys() {
            secrets.forEach((secret, opens) -> {
                boolean known;
                try {
                    keys.authenticate(secret);
                    known = true;
                } catch (MnemeException refused) {
                    known = false;
                }
                assertThat(known).as("the key opens something").isEqualTo(opens);
            });
        }

        private void tellSomebody() {
            if (webhooks.list(Fixtures.admin()).size() < 2) {
                webhooks.create(
                        Fixtures.admin(),
                        new WebhookService.Wanted("n", "https://example.org/h", WebhookService.EVENTS, true));
            }
        }

        /// Somebody follows an owner live, from where he was.
        private void follow(Owner owner) {
            long from = followed.getOrDefault(owner, 0L);
            ChangeFeed.Reader reader = feed.follow(Fixtures.admin(), owner, new Position(EPOCH, owner.slot(), from));
            Execution lane = runtime.execution("follower-" + owner.id());
            lane.execute(() -> readOn(lane, owner, reader));
        }

        private void readOn(Execution lane, Owner owner, ChangeFeed.Reader reader) {
            try {
                ChangeFeed.Page page = reader.await(5, Duration.ofMillis(20));
                assertThat(page.reset()).as("reset of %s", owner).isFalse();
                for (ChangeFeed.Item item : page.items()) {
                    long before = followed.getOrDefault(owner, 0L);
                    assertThat(item.previous())
                            .as("no gap before %s", item.position())
                            .isEqualTo(new Position(EPOCH, owner.slot(), before).toString());
                    assertThat(item.change().position().sequence()).isEqualTo(before + 1);
                    followed.put(owner, before + 1);
                    runtime.note(item.position());
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            lane.after(Duration.ofMillis(5), () -> readOn(lane, owner, reader));
        }

        /// What jobs and followers have yet to do.
        String whatIsLeft() {
            if (expiredContexts() > 0) {
                return expiredContexts() + " expired contexts";
            }
            if (FORMER.space().equals(store.space(MOVED).now())
                    || store.space(MOVED).leftOver()) {
                return "vectors to move";
            }
            for (Map.Entry<Owner, Long> each : followed.entrySet()) {
                if (store.head(each.getKey()).sequence() > each.getValue()) {
                    return "changes for the follower of " + each.getKey();
                }
            }
            return told.whatIsLeft(this);
        }

        private int expiredContexts() {
            int[] there = new int[1];
            store.userState(EXPIRING, context -> {
                there[0]++;
                return true;
            });
            return there[0];
        }

        void die() {
            tables.forEach(SimulatedTables::die);
        }

        void close() {
            over = true;
            jobs.close();
            reembedding.close();
            tablesFull = false;
            store.close();
        }
    }

    /// What one client knows of an owner whom it erases now and then.
    private static final class Erasures {
        private final Set<MemoryId> live = new TreeSet<>();
        private boolean known = true;
        private long sequence;
        private int added;

        void act(Store store, SplittableRandom own) {
            boolean erase = own.nextInt(4) == 0;
            MemoryId id = Fixtures.id(ERASED, ++added);
            Write write = erase
                    ? Fixtures.write(ERASED, new Command.EraseOwner())
                    : Fixtures.write(
                            ERASED,
                            Fixtures.withoutDedupe(
                                    Fixtures.withId(Fixtures.add(ERASED.id(), "secret number " + added), id)));
            try {
                long position = store.write(write).position().sequence();
                assertThat(position).as("no position is used twice").isGreaterThan(sequence);
                sequence = position;
                if (erase) {
                    live.clear();
                    known = true;
                } else {
                    live.add(id);
                }
            } catch (MnemeException failed) {
                known &= failed.code() != ErrorCode.OUTCOME_UNKNOWN;
                throw failed;
            }
        }

        void check(Store store, Instant now) {
            if (known) {
                assertThat(store.list(Fixtures.everything(ERASED, now)).items())
                        .extracting(Memory::id)
                        .containsExactlyInAnyOrderElementsOf(live);
            }
        }
    }

    /// What the receivers of webhooks were told, in the order in which they first heard of it.
    private final class Told {
        private final Map<String, Set<String>> positions = new LinkedHashMap<>();
        private int failedInARow;

        private static byte[] body(Change change) {
            return (change.owner().id() + ' ' + change.position()).getBytes(StandardCharsets.UTF_8);
        }

        int send(Webhook webhook, String delivery, Instant at, byte[] body) throws IOException {
            runtime.note(delivery);
            runtime.pause(Duration.ofMillis(random.nextInt(5)));
            if (failedInARow < 3 && random.nextInt(4) == 0) {
                failedInARow++;
                if (random.nextBoolean()) {
                    throw new IOException("nobody is there");
                }
                return 500;
            }
            failedInARow = 0;
            positions
                    .computeIfAbsent(webhook.id(), id -> new LinkedHashSet<>())
                    .add(new String(body, StandardCharsets.UTF_8));
            return 200;
        }

        int count() {
            return positions.values().stream().mapToInt(Set::size).sum();
        }

        private List<String> expected(Store store, Owner owner) {
            return store.changes(owner, 0, 100_000).changes().stream()
                    .filter(change -> WebhookService.EVENTS.contains(change.type()))
                    .map(change -> new String(body(change), StandardCharsets.UTF_8))
                    .toList();
        }

        private List<String> heard(Webhook webhook, Owner owner) {
            return positions.getOrDefault(webhook.id(), Set.of()).stream()
                    .filter(each -> each.startsWith(owner.id() + ' '))
                    .toList();
        }

        String whatIsLeft(Life life) {
            for (Webhook webhook : life.webhooks.list(Fixtures.admin())) {
                for (StoreHistory history : histories) {
                    List<String> expected = expected(life.store, history.owner());
                    List<String> heard = heard(webhook, history.owner());
                    if (!heard.isEmpty() && !expected.getLast().equals(heard.getLast())) {
                        return "changes for webhook " + webhook.id();
                    }
                }
            }
            return "";
        }

        /// From the first on that a receiver heard of, all of them, in their order.
        void check(Life life) {
            for (Webhook webhook : life.webhooks.list(Fixtures.admin())) {
                for (StoreHistory history : histories) {
                    List<String> expected = expected(life.store, history.owner());
                    List<String> heard = heard(webhook, history.owner());
                    assertThat(heard)
                            .as("what webhook %s was told of %s", webhook.id(), history.owner())
                            .isEqualTo(expected.subList(expected.size() - heard.size(), expected.size()));
                }
            }
        }
    }
}
