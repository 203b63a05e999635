package dev.mneme.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.backup.Restoration.Options;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.FolderSwap;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.node.HeapNode;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.LocalNode;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a backup promises: one cut, all of it or nothing, and a life of its own for what was restored.
final class BackupTest {
    private static final Options PLAIN = new Options(false, false, IntegrityFiles.DEFAULTS);
    private static final Owner KEYS = new Owner("system", OwnerKind.APP, "keys");

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random = new SplittableRandom(7);

    private LocalStore open(Path data) {
        return LocalEngine.open(data, TestEngines.settings(StoreSettings.of("backup", clock)));
    }

    private static Path backup(LocalStore store, Path file) {
        try (Backups.Backup backup = store.take();
                OutputStream out = Files.newOutputStream(file)) {
            backup.writeTo(out);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A store with something of everything, its backup, and what the store then held.
    private Path backedUp() {
        Path file = folder.resolve("a.backup");
        try (LocalStore store = open(folder.resolve("a"))) {
            fill(store, clock.instant());
            backup(store, file);
        }
        return file;
    }

    private static void fill(Store store, Instant now) {
        for (int shard = 0; shard < 4; shard++) {
            Owner owner = ownerIn(shard);
            store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "every shard has something")));
        }
        for (int n = 0; n < 30; n++) {
            String user = "user" + n % 3;
            store.write(Fixtures.write(Owner.user(user), Fixtures.add(user, "memory number " + n)));
        }
        MemoryId updated = store.list(Fixtures.everything(Owner.user("user0"), now))
                .items()
                .getFirst()
                .id();
        store.write(Fixtures.write(
                Owner.user("user0"),
                new Command.UpdateMemory(updated, "changed", null, null, null, null, Command.ANY_VERSION)));
        store.write(Fixtures.write(
                Owner.user("user1"),
                new Command.PutContext(
                        "chat",
                        ContextType.CHAT,
                        null,
                        new JsonString("hello"),
                        List.of("tag"),
                        null,
                        0,
                        MergeStrategy.REPLACE)));
        store.writeSystem(new Write(
                KEYS, Provenance.ofKey("test"), null, List.of(new Command.PutKey(Fixtures.key("k1", Role.ADMIN)))));
    }

    private static Restoration.Report restore(Path file, Path data, Options options) {
        return Restoration.run(file, data, options, new SystemRuntime(), rows -> {});
    }

    /// Every row of every shard, but of the shards' own only what outlives a restore: not the epoch, and what covers
    /// it.
    private static Map<String, String> rows(LocalStore store) {
        Map<String, String> rows = new LinkedHashMap<>();
        try (StoreBackup backup = (StoreBackup) store.take()) {
            for (BackupCut.Part part : backup.cut().parts()) {
                part.rows().scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                    rows.put(
                            part.shard() + " " + (char) key[0] + HexFormat.of().formatHex(key),
                            key[0] == 's' ? withoutEpoch(row) : HexFormat.of().formatHex(row));
                    return true;
                });
            }
        }
        return rows;
    }

    private static String withoutEpoch(byte[] row) {
        Rows.Shard shard = Rows.Shard.withoutTotals(row);
        String rules = Objects.requireNonNull(shard.rules()).retention().toString();
        return shard.time() + " " + shard.owners() + " " + shard.memories() + " " + shard.trims() + " "
                + shard.trimmedIndex() + " " + shard.trimmedOrdinal() + " " + rules;
    }

    @Test
    void whatWasBackedUpIsThereAndGoesOn() {
        Path file = backedUp();
        Map<String, String> before;
        String epoch;
        try (LocalStore store = open(folder.resolve("a"))) {
            before = rows(store);
            epoch = store.epoch();
        }
        Path data = folder.resolve("b");
        Restoration.Report report = restore(file, data, new Options(true, false, IntegrityFiles.DEFAULTS));
        assertThat(report.rows()).isEqualTo(before.size());
        try (LocalStore store = open(data)) {
            assertThat(rows(store)).isEqualTo(before);
            assertThat(store.epoch()).isEqualTo(report.epoch()).isNotEqualTo(epoch);
            assertThat(store.status().indexBacklog())
                    .as("no start has to make an index")
                    .isZero();
            assertThat(store.search(Fixtures.words(Owner.user("user0"), "changed", clock.instant()))
                            .hits())
                    .hasSize(1);
            assertThat(store.head(Owner.user("user1")).sequence()).isEqualTo(11);
            assertThat(store.keys()).extracting(ApiKey::id).containsExactly("k1");
            store.write(Fixtures.write(Owner.user("user1"), Fixtures.add("user1", "written after the restore")));
            assertThat(store.changes(Owner.user("user1"), 11, 10).changes()).hasSize(1);
            assertThat(store.changes(store.operatorCursor(), 10).changes()).isEmpty();
        }
        try (LocalStore store = open(data)) {
            assertThat(store.head(Owner.user("user1")).sequence())
                    .as("a write after the restore survives the next start")
                    .isEqualTo(12);
            assertThat(store.search(Fixtures.words(Owner.user("user1"), "restore", clock.instant()))
                            .hits())
                    .isNotEmpty();
        }
        assertThat(Verification.run(data).problems()).isEmpty();
    }

    @Test
    void noStartHasToMakeTheSearchIndexOfWhatWasRestored() {
        Path data = folder.resolve("b");
        restore(backedUp(), data, PLAIN);
        List<String> names = DataFolder.shardNames(4);
        try (RocksFolder tables = RocksFolder.open(data.resolve("tables"), names, 1 << 20);
                RocksFolder index = RocksFolder.open(data.resolve("index"), names, 1 << 20)) {
            for (int i = 0; i < names.size(); i++) {
                assertThat(index.tables(i).appliedIndex())
                        .isEqualTo(tables.tables(i).appliedIndex())
                        .isPositive();
            }
        }
    }

    @Test
    void aBackupOfARestoreRestores() {
        Path first = folder.resolve("first");
        restore(backedUp(), first, new Options(true, false, IntegrityFiles.DEFAULTS));
        Map<String, String> rows;
        Path again;
        try (LocalStore store = open(first)) {
            rows = rows(store);
            again = backup(store, folder.resolve("again.backup"));
        }
        restore(again, folder.resolve("second"), new Options(true, false, IntegrityFiles.DEFAULTS));
        try (LocalStore store = open(folder.resolve("second"))) {
            assertThat(rows(store)).isEqualTo(rows);
        }
    }

    @Test
    void keysComeBackOnlyWhenAskedFor() {
        Path data = folder.resolve("b");
        restore(backedUp(), data, PLAIN);
        try (LocalStore store = open(data)) {
            assertThat(store.keys()).isEmpty();
            assertThat(store.list(Fixtures.everything(Owner.user("user0"), clock.instant()))
                            .items())
                    .hasSize(10);
        }
    }

    @Test
    void theHeapsRowsAreBackedUpAlike() throws IOException {
        Path file = folder.resolve("heap.backup");
        try (LocalStore store = new HeapNode().open()) {
            fill(store, clock.instant());
            backup(store, file);
        }
        try (BackupFile backup = BackupFile.open(file)) {
            assertThat(backup.manifest().rows()).isGreaterThan(100);
            assertThat(backup.manifest().slots()).hasSize(2);
            assertThat(backup.manifest().slots().values().stream().flatMap(BackupTest::slots))
                    .as("each slot is some shard's, and none is two's")
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, Owner.SLOTS).boxed().toList());
        }
    }

    private static Stream<Integer> slots(String ranges) {
        return Arrays.stream(ranges.split(",", -1)).flatMap(range -> {
            String[] ends = range.split("-", -1);
            return IntStream.rangeClosed(Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16))
                    .boxed();
        });
    }

    /// One writer writes to an owner of the first shard and then, once that is answered, to one of the
    /// last. A cut that held the second without the first would be torn.
    @Test
    void aCutIsNeverTorn() throws Exception {
        Owner first = ownerIn(0);
        Owner last = ownerIn(3);
        try (LocalStore store = open(folder.resolve("a"))) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong pairs = new AtomicLong();
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    for (int n = 0; !done.get(); n++) {
                        store.write(Fixtures.write(first, Fixtures.add(first.id(), "cause " + n)));
                        store.write(Fixtures.write(last, Fixtures.add(last.id(), "effect " + n)));
                        pairs.incrementAndGet();
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            List<String> torn = new ArrayList<>();
            for (int cut = 0; cut < 100 && failure.get() == null; cut++) {
                long answered = pairs.get();
                try (StoreBackup backup = (StoreBackup) store.take()) {
                    long causes = memories(backup.cut().parts().get(0));
                    long effects = memories(backup.cut().parts().get(3));
                    if (effects > causes || causes > effects + 1 || effects < answered) {
                        torn.add(causes + " causes, " + effects + " effects, answered " + answered);
                    }
                }
            }
            done.set(true);
            writer.join();
            assertThat(failure.get()).isNull();
            assertThat(torn).isEmpty();
            assertThat(pairs.get()).as("writes went on").isPositive();
        }
    }

    /// Between the snapshots of the first shard and the second, somebody writes to both, one after the
    /// other: neither may get in. The time is only how long a torn cut is given to show itself.
    @Test
    void nothingIsWrittenBetweenTwoShardsOfACut() throws Exception {
        Owner first = ownerOf(0);
        Owner second = ownerOf(1);
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            Thread writer = Thread.ofPlatform().unstarted(() -> {
                store.write(Fixtures.write(first, Fixtures.add(first.id(), "cause")));
                store.write(Fixtures.write(second, Fixtures.add(second.id(), "effect")));
            });
            node.afterFirstSnapshot(() -> {
                writer.start();
                try {
                    assertThat(writer.join(java.time.Duration.ofSeconds(1))).isFalse();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (StoreBackup backup = (StoreBackup) store.take()) {
                assertThat(memories(backup.cut().parts().get(0))).isZero();
                assertThat(memories(backup.cut().parts().get(1))).isZero();
            }
            writer.join();
            assertThat(store.head(second).sequence()).as("it went on").isEqualTo(1);
        }
    }

    /// A cut's index is of its rows: what the log has is applied first.
    @Test
    void aCutWaitsForWhatWasProposedBefore() throws Exception {
        Owner first = ownerOf(0);
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            node.breakTables(new MnemeException(ErrorCode.STORAGE_FULL, "full"));
            Thread writer = Thread.ofPlatform()
                    .start(() -> store.write(Fixtures.write(first, Fixtures.add(first.id(), "likes tea"))));
            Awaitility.await().until(() -> node.refusedWrites() > 0);
            AtomicReference<Backups.@Nullable Backup> taken = new AtomicReference<>();
            Thread taker = Thread.ofPlatform().start(() -> taken.set(store.take()));
            Awaitility.await().until(() -> !taker.isAlive() || taker.getState() == Thread.State.TIMED_WAITING);
            node.mendTables();
            taker.join();
            try (StoreBackup backup = (StoreBackup) Objects.requireNonNull(taken.get())) {
                assertThat(memories(backup.cut().parts().get(0))).isEqualTo(1);
            }
            writer.join();
        }
    }

    /// An owner of one of the heap node's two shards.
    private static Owner ownerOf(int shard) {
        for (int n = 0; ; n++) {
            Owner owner = Owner.user("owner" + n);
            if (owner.slot() % 2 == shard) {
                return owner;
            }
        }
    }

    private static long memories(BackupCut.Part part) {
        long[] count = new long[1];
        part.rows().scan(new byte[] {'m'}, new byte[] {'m' + 1}, (key, row) -> {
            count[0]++;
            return true;
        });
        return count[0];
    }

    /// An owner of one of the four shards.
    private static Owner ownerIn(int shard) {
        for (int n = 0; ; n++) {
            Owner owner = Owner.user("owner" + n);
            if (owner.slot() * 4 / Owner.SLOTS == shard) {
                return owner;
            }
        }
    }

    @Test
    void aBackupThatWasChangedOrCutIsRefusedAndLeavesNothing() throws IOException {
        Path file = backedUp();
        byte[] sound = Files.readAllBytes(file);
        Map<String, String> rows = restoredRows(file);
        int refused = 0;
        for (int i = 0; i < 40; i++) {
            byte[] bytes = sound.clone();
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            refused += refusedOrTheSame(bytes, rows, "byte " + at) ? 1 : 0;
        }
        assertThat(refused).as("most bytes count").isGreaterThan(25);
        for (int i = 0; i < 15; i++) {
            int length = i == 0 ? 0 : random.nextInt(sound.length);
            assertThat(refusedOrTheSame(Arrays.copyOf(sound, length), rows, "cut to " + length))
                    .as("cut to %d", length)
                    .isTrue();
        }
    }

    private Map<String, String> restoredRows(Path file) {
        Path data = folder.resolve("restored-" + random.nextInt(Integer.MAX_VALUE));
        restore(file, data, new Options(true, false, IntegrityFiles.DEFAULTS));
        try (LocalStore store = open(data)) {
            return rows(store);
        }
    }

    /// @return whether it was refused; if not, it restored what is in it (a zip's dates, say, are nobody's)
    private boolean refusedOrTheSame(byte[] bytes, Map<String, String> rows, String what) throws IOException {
        Path changed = Files.write(folder.resolve("changed.backup"), bytes);
        Path data = folder.resolve("refused");
        try {
            restore(changed, data, PLAIN);
        } catch (MnemeException e) {
            assertThat(String.valueOf(e.getMessage())).as(what).doesNotContain("\n");
            assertThat(data).as(what).doesNotExist();
            return true;
        }
        try (Stream<Path> all = Files.walk(data)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(BackupTest::delete);
        }
        assertThat(restoredRows(changed)).as(what).isEqualTo(rows);
        return false;
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The backup with another entry, or with another manifest.
    private Path rewritten(Path file, @Nullable String extraEntry, @Nullable String manifest) throws IOException {
        Path rewritten = folder.resolve("rewritten.backup");
        try (ZipFile zip = new ZipFile(file.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(rewritten))) {
            if (extraEntry != null) {
                out.putNextEntry(new ZipEntry(extraEntry));
                out.write("evil".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            for (ZipEntry entry : zip.stream().toList()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(
                        manifest != null && entry.getName().equals("manifest")
                                ? manifest.getBytes(java.nio.charset.StandardCharsets.UTF_8)
                                : zip.getInputStream(entry).readAllBytes());
            }
        }
        return rewritten;
    }

    @Test
    void pathsOutsideAndEntriesThatNoBackupHasAreRefused() throws IOException {
        Path file = backedUp();
        for (String name : List.of("../evil", "/tmp/evil", "shards/../../evil", "tables/CURRENT", "shards/17.rows")) {
            Path evil = rewritten(file, name, null);
            assertThatThrownBy(() -> restore(evil, folder.resolve("b"), PLAIN))
                    .as(name)
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
            assertThat(folder.resolve("b")).doesNotExist();
            assertThat(folder.resolve("evil")).doesNotExist();
        }
    }

    @Test
    void linksAreRefused() throws IOException {
        Path file = backedUp();
        Path link = Files.createSymbolicLink(folder.resolve("link.backup"), file);
        assertThatThrownBy(() -> restore(link, folder.resolve("b"), PLAIN)).hasMessageContaining("link");
        Files.createDirectory(folder.resolve("real"));
        Path data = Files.createSymbolicLink(folder.resolve("data"), folder.resolve("real"));
        assertThatThrownBy(() -> restore(file, data, PLAIN)).hasMessageContaining("link");
        assertThat(folder.resolve("real")).isEmptyDirectory();
    }

    /// With a row changed, packed anew: a zip reader finds nothing wrong with it.
    private Path damagedInTheMiddle(Path file) throws IOException {
        Path damaged = folder.resolve("damaged.backup");
        HostileZip.rewrite(file, damaged, "shards/1.rows", bytes -> {
            bytes[bytes.length - 1] ^= 1;
            return bytes;
        });
        return damaged;
    }

    @Test
    void everyChecksumIsVerifiedBeforeTheFolderIsTouched() throws IOException {
        Path file = backedUp();
        for (String entry : List.of("shards/1.rows", "shards/2.rows", "shards/system.rows")) {
            Path damaged = folder.resolve("damaged.backup");
            HostileZip.rewrite(file, damaged, entry, bytes -> {
                bytes[bytes.length - 1] ^= 1;
                return bytes;
            });
            List<String> steps = new ArrayList<>();
            Path data = folder.resolve("b");
            assertThatThrownBy(() -> Restoration.run(
                            damaged, data, PLAIN, new SystemRuntime(), rows -> {}, () -> steps.add("step")))
                    .as(entry)
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("does not match its checksum");
            assertThat(steps).as(entry).isEmpty();
            assertThat(data).as(entry).doesNotExist();
        }
    }

    @Test
    void anEntryThatIsThereTwiceIsRefused() throws IOException {
        Path twice = folder.resolve("twice.backup");
        HostileZip.twice(backedUp(), twice, "shards/0.rows");
        assertThatThrownBy(() -> restore(twice, folder.resolve("b"), PLAIN)).hasMessageContaining("one twice");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void anEntryThatIsMissingIsRefused() throws IOException {
        for (String entry : List.of("shards/2.rows", "shards/system.rows", "manifest")) {
            Path without = folder.resolve("without.backup");
            HostileZip.rewrite(backedUp(), without, entry, bytes -> new byte[0]);
            HostileZip.without(without, folder.resolve("less.backup"), entry);
            assertThatThrownBy(() -> restore(folder.resolve("less.backup"), folder.resolve("b"), PLAIN))
                    .as(entry)
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("cannot be used");
        }
        assertThat(folder.resolve("b")).doesNotExist();
    }

    /// What unpacks to more than its manifest says is read no further than that; what says so itself, and
    /// does not fit, is not begun.
    @Test
    void bombsAreRefused() throws IOException {
        Path file = backedUp();
        Path bomb = folder.resolve("bomb.backup");
        HostileZip.append(file, bomb, "shards/0.rows", 256L << 20);
        assertThat(Files.size(bomb)).isLessThan(2L << 20);
        assertThatThrownBy(() -> restore(bomb, folder.resolve("b"), PLAIN)).hasMessageContaining("checksum");

        Path manifest = folder.resolve("manifest.backup");
        HostileZip.append(file, manifest, "manifest", 64L << 20);
        assertThatThrownBy(() -> restore(manifest, folder.resolve("b"), PLAIN)).hasMessageContaining("too long");

        Path honest = folder.resolve("honest.backup");
        HostileZip.resealed(
                file, honest, line -> line.replaceFirst("(part\\.1=[0-9]+ [0-9]+) [0-9]+", "$1 " + (1L << 50)));
        assertThatThrownBy(() -> restore(honest, folder.resolve("b"), PLAIN))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
        assertThat(folder.resolve("b")).doesNotExist();
    }

    /// A row's length is a number that anybody can write.
    @Test
    void rowsOfImpossibleLengthsAreRefused() throws IOException {
        Path file = backedUp();
        for (int length : List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20)) {
            Path evil = folder.resolve("evil.backup");
            HostileZip.rewrite(file, evil, "shards/1.rows", bytes -> {
                ByteBuffer.wrap(bytes).putInt(length);
                return bytes;
            });
            assertThatThrownBy(() -> restore(evil, folder.resolve("b"), PLAIN))
                    .as("%d", length)
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
        }
        assertThat(folder.resolve("b")).doesNotExist();
    }

    /// Whatever its numbers say, a manifest is refused in one line or means the same.
    @Test
    void manifestsThatLieAreRefused() throws IOException {
        Path file = backedUp();
        List<UnaryOperator<String>> lies = List.of(
                line -> line.replace("shards=4", "shards=5"),
                line -> line.replace("shards=4", "shards=3"),
                line -> line.replace("shards=4", "shards=-1"),
                line -> line.replace("shards=4", "shards=2000000000"),
                line -> line.replaceFirst("slots\\.0=.*", "slots.0=000-ffff"),
                line -> line.replaceFirst("slots\\.0=.*", "slots.0=300-000"),
                line -> line.replaceFirst("slots\\.0=.*", "slots.0=x"),
                line -> line.replaceFirst("slots\\.3=.*", "slots.3=000-001"),
                line -> line.replaceFirst("part\\.1=[0-9]+", "part.1=-5"),
                line -> line.replaceFirst("(part\\.1=[0-9]+) [0-9]+", "$1 0"),
                line -> line.replaceFirst("(part\\.1=[0-9]+) [0-9]+", "$1 -1"),
                line -> line.replaceFirst("(part\\.1=[0-9]+ [0-9]+) [0-9]+", "$1 -1"),
                line -> line.replaceFirst("(part\\.1=[0-9]+ [0-9]+) [0-9]+", "$1 10"),
                line -> line.replaceFirst("part\\.1=.*", "part.1=1 2"),
                line -> line.replaceFirst("at=.*", "at=yesterday"));
        for (int i = 0; i < lies.size(); i++) {
            Path evil = folder.resolve("evil.backup");
            HostileZip.resealed(file, evil, lies.get(i));
            assertThatThrownBy(() -> restore(evil, folder.resolve("b"), PLAIN))
                    .as("lie %d", i)
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                    .message()
                    .doesNotContain("\n");
            assertThat(folder.resolve("b")).doesNotExist();
        }
    }

    /// Of a node that was given shards 1 and 6.
    @Test
    void shardsComeBackUnderTheirIds() {
        SortedMap<ShardId, String> slots = new TreeMap<>();
        slots.put(new ShardId(1), "000-7ff");
        slots.put(new ShardId(6), "800-fff");
        Path data = folder.resolve("a");
        DataFolder.join(data, "abcdefgh", slots, null, new SecureRandom());
        LocalEngine.Settings settings = TestEngines.settings(StoreSettings.of("backup", clock));
        Path file = folder.resolve("a.backup");
        try (LocalNode node = LocalEngine.node(data, settings)) {
            node.map().idsWithSystem().forEach(node.shards()::create);
            fill(node.store(), clock.instant());
            backup(node.store(), file);
        }
        restore(file, folder.resolve("b"), PLAIN);
        try (LocalNode node = LocalEngine.node(folder.resolve("b"), settings)) {
            assertThat(node.shards().open())
                    .containsExactlyElementsOf(node.map().idsWithSystem());
            assertThat(node.map().slotRanges()).isEqualTo(slots);
            assertThat(node.store()
                            .list(Fixtures.everything(Owner.user("user1"), clock.instant()))
                            .items())
                    .hasSize(10);
        }
        assertThat(Verification.run(folder.resolve("b")).problems()).isEmpty();
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        Path newer = rewritten(backedUp(), null, "format=3\nsomething new");
        assertThatThrownBy(() -> restore(newer, folder.resolve("b"), PLAIN))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("format is 3");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void aFolderWithDataIsRefusedUnlessForcedAndThenMovedAside() {
        Path file = backedUp();
        Path data = folder.resolve("b");
        try (LocalStore store = open(data)) {
            store.write(Fixtures.write(Owner.user("old"), Fixtures.add("old", "of before")));
            assertThatThrownBy(() -> restore(file, data, new Options(false, true, IntegrityFiles.DEFAULTS)))
                    .hasMessageContaining("in use");
        }
        assertThatThrownBy(() -> restore(file, data, PLAIN)).hasMessageContaining("--force");
        Restoration.Report report = restore(file, data, new Options(false, true, IntegrityFiles.DEFAULTS));
        try (LocalStore store = open(data);
                LocalStore before = open(Path.of(report.before()))) {
            assertThat(store.head(Owner.user("old")).sequence()).isZero();
            assertThat(store.head(Owner.user("user1")).sequence()).isEqualTo(11);
            assertThat(before.head(Owner.user("old")).sequence()).isEqualTo(1);
        }
    }

    @Test
    void aKeyThatIsKeptElsewhereIsNotInTheBackupAndIsNeeded() throws IOException {
        IntegrityFiles elsewhere = new IntegrityFiles(folder.resolve("keys"), folder.resolve("anchor"));
        LocalEngine.Settings settings =
                TestEngines.settings(StoreSettings.of("backup", clock)).withIntegrity(elsewhere);
        Path file = folder.resolve("a.backup");
        try (LocalStore store = LocalEngine.open(folder.resolve("a"), settings)) {
            fill(store, clock.instant());
            backup(store, file);
        }
        String key = Files.readString(folder.resolve("keys")).strip();
        assertThat(HostileZip.text(file, "manifest")).doesNotContain(key).doesNotContain("key=");
        Path data = folder.resolve("b");
        assertThatThrownBy(() -> restore(file, data, PLAIN)).hasMessageContaining("--integrity-key");
        Files.writeString(folder.resolve("another"), "00".repeat(32));
        IntegrityFiles wrong = new IntegrityFiles(folder.resolve("another"), null);
        assertThatThrownBy(() -> restore(file, data, new Options(true, false, wrong)))
                .hasMessageContaining("not the one");
        Path changed = folder.resolve("changed.backup");
        HostileZip.resealed(file, changed, line -> line.replace("epoch=", "epoch=x"));
        assertThatThrownBy(() -> restore(changed, data, new Options(true, false, elsewhere)))
                .hasMessageContaining("was changed since");
        restore(file, data, new Options(true, false, elsewhere));
        assertThat(data.resolve("integrity.key")).doesNotExist();
        try (LocalStore store = LocalEngine.open(data, settings)) {
            assertThat(store.head(Owner.user("user1")).sequence()).isEqualTo(11);
        }
        assertThatThrownBy(() -> LocalEngine.open(folder.resolve("a"), settings))
                .as("the anchor tells of the restored data")
                .hasMessageContaining("anchor");
        assertThat(Verification.run(data, elsewhere).problems()).isEmpty();
    }

    @Test
    void aFailedRestoreLeavesWhatWasThere() throws IOException {
        Path file = backedUp();
        byte[] bytes = Files.readAllBytes(file);
        Path cut = Files.write(folder.resolve("cut.backup"), Arrays.copyOf(bytes, bytes.length / 2));
        Path data = folder.resolve("b");
        try (LocalStore store = open(data)) {
            store.write(Fixtures.write(Owner.user("old"), Fixtures.add("old", "of before")));
        }
        assertThatThrownBy(() -> restore(cut, data, new Options(false, true, IntegrityFiles.DEFAULTS)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("cut.backup");
        try (LocalStore store = open(data)) {
            assertThat(store.head(Owner.user("old")).sequence()).isEqualTo(1);
        }
        assertThat(data.resolve("restoring")).doesNotExist();
    }

    /// The folder as a crash after each step of a restore would leave it.
    private List<Path> crashes(Path file, Path data, Options options) {
        List<Path> left = new ArrayList<>();
        Restoration.run(file, data, options, new SystemRuntime(), rows -> {}, () -> {
            Path copy = folder.resolve("crash-" + data.getFileName() + "-" + left.size());
            copy(data, copy);
            left.add(copy);
        });
        return left;
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCrashInARestoreLeavesNothingThatAServerStartsOnAndCanBeDoneAgain() {
        Path file = backedUp();
        List<Path> left = crashes(file, folder.resolve("b"), PLAIN);
        int refused = 0;
        for (Path data : left) {
            if (FolderSwap.isCutOff(data)) {
                refused++;
                assertThatThrownBy(() -> open(data))
                        .as("%s", data)
                        .hasMessageContaining("restore again")
                        .message()
                        .doesNotContain("\n");
                restore(file, data, PLAIN);
            }
            assertWhole(data);
        }
        assertThat(refused).as("all but what is whole already").isEqualTo(left.size() - 1);
    }

    @Test
    void aCrashInARestoreOverOldDataLosesNone() {
        Path file = backedUp();
        Path data = folder.resolve("b");
        try (LocalStore store = open(data)) {
            store.write(Fixtures.write(Owner.user("old"), Fixtures.add("old", "of before")));
        }
        int untouched = 0;
        for (Path crashed : crashes(file, data, new Options(false, true, IntegrityFiles.DEFAULTS))) {
            if (!FolderSwap.isCutOff(crashed) && Files.notExists(beforeIn(crashed))) {
                untouched++;
                assertOld(crashed);
                continue;
            }
            if (FolderSwap.isCutOff(crashed)) {
                assertThatThrownBy(() -> open(crashed)).hasMessageContaining("restore again");
                assertThat(Path.of(restore(file, crashed, PLAIN).before())).isEqualTo(beforeIn(crashed));
            }
            assertWhole(crashed);
            assertOld(beforeIn(crashed));
        }
        assertThat(untouched).as("until the new data is whole").isEqualTo(3);
    }

    /// A crash in the second restore, which takes up what a crash in the first left.
    @Test
    void aCrashWhileACrashIsTakenUpLosesNothing() {
        Path file = backedUp();
        Path data = folder.resolve("b");
        try (LocalStore store = open(data)) {
            store.write(Fixtures.write(Owner.user("old"), Fixtures.add("old", "of before")));
        }
        List<Path> first = crashes(file, data, new Options(false, true, IntegrityFiles.DEFAULTS));
        for (Path crashed : List.of(first.get(5), first.get(first.size() - 3))) {
            assertThat(FolderSwap.isCutOff(crashed)).isTrue();
            for (Path again : crashes(file, crashed, PLAIN)) {
                if (FolderSwap.isCutOff(again)) {
                    restore(file, again, PLAIN);
                }
                assertWhole(again);
                assertOld(beforeIn(again));
            }
        }
    }

    @Test
    void whatCannotBeTakenUpStaysRefused() throws IOException {
        Path file = backedUp();
        List<Path> left = crashes(file, folder.resolve("b"), PLAIN);
        Path crashed = left.get(left.size() - 2);
        Path damaged = damagedInTheMiddle(file);
        assertThatThrownBy(() -> restore(damaged, crashed, PLAIN))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                .hasMessageContaining("does not match its checksum");
        assertThatThrownBy(() -> open(crashed)).hasMessageContaining("restore again");
    }

    private void assertWhole(Path data) {
        try (LocalStore store = open(data)) {
            assertThat(store.head(Owner.user("user1")).sequence())
                    .as("%s", data)
                    .isEqualTo(11);
            assertThat(store.keys()).isEmpty();
        }
    }

    private void assertOld(Path data) {
        try (LocalStore store = open(data)) {
            assertThat(store.head(Owner.user("old")).sequence()).as("%s", data).isEqualTo(1);
        }
    }

    /// Where old data was moved to, or would be.
    private static Path beforeIn(Path data) {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("before-restore-"))
                    .findFirst()
                    .orElse(data.resolve("before-restore-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
