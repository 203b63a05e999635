package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.backup.BackupWriter;
import dev.mneme.engine.backup.Restoration;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.PackedFolder;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.replica.RecordingLog;
import dev.mneme.engine.state.ShardRules;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.engine.table.Transaction;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.Histories.Step;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What shards are governed by: how the configured rules get into their rows, and what holds until then.
final class GoverningTest {
    private static final String EPOCH = "abcdefgh";
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final Retention ONE_VERSION = Retention.DEFAULTS.withVersions(1, Duration.ZERO);
    private static final Retention SHORT =
            new Retention(5, Duration.ofDays(2), 2, Duration.ofHours(9), 2, Duration.ofDays(3), 2, 1 << 10);

    @TempDir
    Path folder;

    private final HeapNode node = new HeapNode();
    private final HeapJournal.Home entries = new HeapJournal.Home(HeapNode.IDS);

    private HeapJournal log() {
        return new HeapJournal(entries);
    }

    private LocalStore open(Retention retention) {
        return node.open(log(), EPOCH, retention);
    }

    private List<@Nullable Govern> rules() {
        List<@Nullable Govern> rules = new ArrayList<>();
        for (int shard = 0; shard < HeapNode.SHARDS; shard++) {
            rules.add(ShardRules.of(node.rows(shard)));
        }
        return rules;
    }

    private long lastIndexes() {
        return HeapNode.IDS.stream().mapToLong(log()::lastIndex).sum();
    }

    @Test
    void aNewStoreIsGovernedByItsSettingsWithoutAChange() {
        try (LocalStore store = open(SHORT)) {
            assertThat(store.head(Fixtures.ALICE).sequence()).isZero();
            assertThat(store.changes(store.operatorCursor(), 10).changes()).isEmpty();
            assertThat(store.status().owners()).isZero();
        }
        assertThat(rules()).containsOnly(new Govern(EPOCH, SHORT));
        assertThat(lastIndexes()).isEqualTo(HeapNode.SHARDS);
    }

    @Test
    void onlyOtherSettingsAreWrittenAtTheNextStart() {
        open(Retention.DEFAULTS).close();
        open(Retention.DEFAULTS).close();
        assertThat(lastIndexes()).isEqualTo(HeapNode.SHARDS);
        open(SHORT).close();
        assertThat(lastIndexes()).isEqualTo(2L * HeapNode.SHARDS);
        assertThat(rules()).containsOnly(new Govern(EPOCH, SHORT));
    }

    /// A start under other settings decides nothing anew that was decided before.
    @Test
    void whatALogHoldsIsDecidedByTheRulesOfItsTime() {
        LocalStore before = open(ONE_VERSION);
        Memory memory = Fixtures.stored(before.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "one"))));
        before.write(Fixtures.write(Fixtures.ALICE, Fixtures.retext(memory.id(), "two")));
        node.kill(before);
        try (LocalStore store = open(Retention.DEFAULTS)) {
            assertThat(store.history(memory.id()).orElseThrow().value())
                    .extracting(version -> version.memory().text())
                    .containsExactly("two");
            store.write(Fixtures.write(Fixtures.ALICE, Fixtures.retext(memory.id(), "three")));
            assertThat(store.history(memory.id()).orElseThrow().value())
                    .extracting(version -> version.memory().text())
                    .containsExactly("two", "three");
        }
    }

    /// Whoever opens the folder while its disk is full must be able to read, and to make room.
    @Test
    void aLogThatTakesNothingDoesNotKeepTheStoreFromOpening() {
        open(ONE_VERSION).close();
        HeapJournal full = log();
        full.refuseWith(ErrorCode.STORAGE_FULL);
        node.open(full, EPOCH, SHORT).close();
        assertThat(rules()).containsOnly(new Govern(EPOCH, ONE_VERSION));
        open(SHORT).close();
        assertThat(rules()).containsOnly(new Govern(EPOCH, SHORT));
    }

    @Test
    void rowsOfAnotherEpochThanTheManifestsAreRefused() {
        open(Retention.DEFAULTS).close();
        assertThatThrownBy(() -> node.open(log(), "zzzzzzzz", Retention.DEFAULTS))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                .hasMessageContaining("epoch abcdefgh")
                .hasMessageContaining("epoch zzzzzzzz");
    }

    /// Also of a system shard whose keys go.
    @Test
    void aRestoredFolderHasItsEpochInEveryShard() throws IOException {
        Path file = folder.resolve("a.backup");
        LocalEngine.Settings settings = settings(3);
        try (LocalStore store = LocalEngine.open(folder.resolve("a"), settings);
                Backups.Backup backup = store.take();
                OutputStream out = Files.newOutputStream(file)) {
            backup.writeTo(out);
        }
        for (boolean keys : List.of(true, false)) {
            Path restored = folder.resolve("restored-" + keys);
            Restoration.Report report = Restoration.run(
                    file,
                    restored,
                    new Restoration.Options(keys, false, IntegrityFiles.DEFAULTS),
                    new SystemRuntime(),
                    rows -> {});
            List<String> names = DataFolder.shardNames(settings.shards());
            try (RocksFolder tables = RocksFolder.open(restored.resolve("tables"), names, 16 << 20)) {
                for (int shard = 0; shard < names.size(); shard++) {
                    assertThat(ShardRules.of(tables.tables(shard)))
                            .isEqualTo(
                                    new Govern(report.epoch(), settings.store().retention()));
                }
            }
            try (LocalStore store = LocalEngine.open(restored, settings)) {
                assertThat(store.head(Fixtures.ALICE).epoch()).isEqualTo(report.epoch());
            }
        }
    }

    /// Rows that nothing governs yet, in a backup of an earlier version.
    @Test
    void aBackupWithoutRulesGetsAnEpochToo() throws IOException {
        HeapTables tables = new HeapTables(new HeapTables.Home());
        StateMachine machine = new StateMachine(tables, new Govern(EPOCH, SHORT));
        Write write = Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "from before"));
        Transaction rows = machine.apply(1, new ShardBatch(ManualClock.START, List.of(write)))
                .rows();
        tables.write(new StoringStage(SEAL).stored(1, rows));
        assertThat(ShardRules.of(tables)).isNull();
        Tables system = new HeapTables(new HeapTables.Home());
        Path file = backup(
                new BackupCut.Part(new ShardId(0), 1, tables.snapshot()),
                new BackupCut.Part(ShardId.SYSTEM, 0, system.snapshot()));
        Path restored = folder.resolve("b");
        Restoration.Report report = restore(file, restored);
        try (RocksFolder folders = RocksFolder.open(restored.resolve("tables"), DataFolder.shardNames(1), 16 << 20)) {
            assertThat(ShardRules.of(folders.tables(0))).isEqualTo(new Govern(report.epoch(), Retention.DEFAULTS));
            assertThat(ShardRules.of(folders.tables(1))).isEqualTo(new Govern(report.epoch(), Retention.DEFAULTS));
        }
        try (LocalStore store = LocalEngine.open(restored, settings(0))) {
            assertThat(store.head(Fixtures.ALICE).sequence()).isEqualTo(1);
            assertThat(store.head(Fixtures.ALICE).epoch()).isEqualTo(report.epoch());
        }
    }

    private static LocalEngine.Settings settings(int versions) {
        return TestEngines.settings(
                StoreSettings.of("governing", new ManualClock()).withVersions(versions, Duration.ZERO));
    }

    private Path backup(BackupCut.Part... parts) throws IOException {
        Path file = folder.resolve("a.backup");
        try (OutputStream out = Files.newOutputStream(file);
                BackupCut cut = new BackupCut(
                        ManualClock.START,
                        EPOCH,
                        new TreeMap<>(Map.of(new ShardId(0), "000-fff")),
                        List.of(parts),
                        SEAL,
                        true)) {
            BackupWriter.write(cut, out);
        }
        return file;
    }

    private static Restoration.Report restore(Path file, Path into) {
        Restoration.Options options = new Restoration.Options(true, false, IntegrityFiles.DEFAULTS);
        return Restoration.run(file, into, options, new SystemRuntime(), rows -> {});
    }

    @Test
    void aVerificationSaysThatRowsAreOfAnotherEpoch() {
        Path data = folder.resolve("a");
        LocalEngine.open(data, settings(0)).close();
        try (DataFolder opened = DataFolder.open(data, 4, null, new SplittableRandom(1));
                RocksFolder folders = RocksFolder.open(data.resolve("tables"), opened.shardNames(), 16 << 20)) {
            Tables tables = folders.tables(2);
            Govern other = new Govern("zzzzzzzz", Retention.DEFAULTS);
            long index = tables.appliedIndex() + 1;
            Transaction rows = new StateMachine(tables, other)
                    .apply(index, new ShardBatch(ManualClock.START, List.of(ShardRules.write(other))))
                    .rows();
            tables.write(new StoringStage(opened.seal()).stored(index, rows));
            tables.checkpoint();
        }
        assertThat(Verification.run(data).problems()).anyMatch(problem -> problem.contains("epoch zzzzzzzz"));
    }

    /// The entry that gives the epoch must not hide that rows contain less than they claim.
    @Test
    void rowsThatClaimMoreThanTheyContainAreNotRestored() throws IOException {
        open(Retention.DEFAULTS).close();
        Path file = backup(part("0", 0, 1), part("system", 2, 0));
        assertThatThrownBy(() -> restore(file, folder.resolve("b")))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }

    private BackupCut.Part part(String name, int shard, int more) {
        Tables tables = node.rows(shard);
        return new BackupCut.Part(ShardId.named(name), tables.appliedIndex() + more, tables.snapshot());
    }

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, 15);
    }

    /// A node lives a history, restarted now and then under other settings; a follower that has settings, a key and a
    /// clock of its own applies what the node's log committed.
    @ParameterizedTest
    @MethodSource("seeds")
    void aFollowerComesToTheSameState(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ManualClock clock = new ManualClock();
        HeapNode leader = new HeapNode(clock);
        RecordingLog.Recorded committed = new RecordingLog.Recorded();
        LocalStore store = leader.open(new RecordingLog(log(), committed), EPOCH, Retention.DEFAULTS);
        for (Step step : Histories.random(seed, 150)) {
            switch (step) {
                case Step.Apply apply -> write(store, apply.write());
                case Step.Advance advance -> clock.advance(advance.by());
                case Step.Reopen reopen -> {
                    store.close();
                    Retention retention = random.nextBoolean() ? SHORT : Retention.DEFAULTS;
                    store = leader.open(new RecordingLog(log(), committed), EPOCH, retention);
                }
            }
        }
        store.close();
        for (int shard = 0; shard < HeapNode.SHARDS; shard++) {
            assertThat(followed(committed.of(HeapNode.IDS.get(shard)))).isEqualTo(digest(leader.rows(shard)));
        }
    }

    private static void write(Store store, Write write) {
        try {
            store.write(write);
        } catch (MnemeException refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED);
        }
    }

    private static StateDigest followed(List<byte[]> entries) {
        HeapTables tables = new HeapTables(new HeapTables.Home());
        byte[] key = new byte[32];
        key[31] = 1;
        StoringStage stage = new StoringStage(Seal.under(key));
        StateMachine machine = new StateMachine(tables, new Govern("followed", ONE_VERSION));
        for (byte[] entry : entries) {
            long index = tables.appliedIndex() + 1;
            tables.write(stage.stored(
                    index, machine.apply(index, BatchCodec.decode(entry)).rows()));
        }
        return digest(tables);
    }

    private static StateDigest digest(Tables tables) {
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            return StateDigest.of(snapshot);
        }
    }

    /// A folder of the version before rules were rows, as it was left when it was killed under a limit of one version:
    /// one memory, and its update, in the log alone. Nothing says any more which limit that was.
    @Test
    void whatAnEarlierVersionLeftInItsLogIsDecidedByTheSettings() throws IOException {
        Path data = folder.resolve("data");
        PackedFolder.unpack("ungoverned.zip", data);
        LocalEngine.Settings settings = TestEngines.settings(StoreSettings.of("ungoverned", new ManualClock()));
        Memory fromTheLog;
        try (LocalStore store = LocalEngine.open(data, settings)) {
            fromTheLog = store.list(Fixtures.everything(Fixtures.ALICE, ManualClock.START)).items().stream()
                    .filter(memory -> memory.text().equals("changed in the log alone"))
                    .findFirst()
                    .orElseThrow();
            assertThat(store.list(Fixtures.everything(Fixtures.ALICE, ManualClock.START))
                            .items())
                    .hasSize(6);
            assertThat(store.history(fromTheLog.id()).orElseThrow().value()).hasSize(2);
            assertThat(store.head(Fixtures.ALICE)).hasToString("iu5k6737:aec:7");
            assertThat(store.keys()).hasSize(1);
        }
        List<String> names = DataFolder.shardNames(4);
        try (RocksFolder tables = RocksFolder.open(data.resolve("tables"), names, 16 << 20)) {
            for (int shard = 0; shard < names.size(); shard++) {
                assertThat(ShardRules.of(tables.tables(shard)))
                        .isEqualTo(new Govern("iu5k6737", settings.store().retention()));
            }
        }
        assertThat(Verification.run(data).problems()).isEmpty();
        try (LocalStore store = LocalEngine.open(data, settings)) {
            assertThat(store.find(fromTheLog.id()).orElseThrow().value()).isEqualTo(fromTheLog);
        }
    }
}
