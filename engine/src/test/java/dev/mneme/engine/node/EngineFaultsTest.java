package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.engine.replica.HoldingLog;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the engine does when something under it is broken.
public final class EngineFaultsTest {
    private static final Owner ALICE = Fixtures.ALICE;

    @TempDir
    Path folder;

    private LocalEngine.Settings settings() {
        return TestEngines.settings(StoreSettings.of("faults", new ManualClock()));
    }

    private Store open() {
        return LocalEngine.open(folder, settings());
    }

    private static MnemeException refusal(Runnable action) {
        MnemeException refusal = catchThrowableOfType(MnemeException.class, action::run);
        assertThat(refusal).as("a refusal").isNotNull();
        return refusal;
    }

    private static Memory add(Store store, String text) {
        return Fixtures.stored(store.write(Fixtures.write(ALICE, Fixtures.add("alice", text))));
    }

    private static List<String> found(Store store, String words) {
        SearchResult result = store.search(Fixtures.words(ALICE, words, ManualClock.START));
        return result.hits().stream().map(hit -> hit.memory().text()).toList();
    }

    @Test
    void aSecondOpeningIsRefusedAndHarmsNothing() {
        try (Store first = open()) {
            MnemeException refusal = refusal(this::open);
            assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(refusal).hasMessageContaining("in use").hasMessageContaining("--data");
            add(first, "still works");
        }
        try (Store again = open()) {
            assertThat(found(again, "works")).containsExactly("still works");
        }
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        open().close();
        Path manifest = folder.resolve("manifest");
        Files.writeString(manifest, Files.readString(manifest).replace("format=3", "format=4"));
        MnemeException refusal = refusal(this::open);
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal).hasMessageContaining("format is 4").hasMessageContaining("newer version");
    }

    @Test
    void aDamagedManifestIsAViolationWhateverIsWrongWithIt() throws IOException {
        open().close();
        Path manifest = folder.resolve("manifest");
        String good = Files.readString(manifest);
        for (String bad : List.of(
                good.replace("format=3", "format=one"),
                good.replaceAll("held=.*", "held=many"),
                good.replaceAll("held=.*", "held=0,1,2,3"),
                good.replaceAll("slots.2=", "slots.-2="),
                good.replaceAll("epoch=.*\n", ""),
                good.replaceAll("slots.2=.*", "slots.2=zz"),
                good.replaceAll("slots.2=.*", "slots.2=fff-1000"),
                good.replaceAll("slots.2=.*", "slots.2=000-001"),
                "nonsense")) {
            Files.writeString(manifest, bad);
            assertThat(refusal(this::open).code()).as(bad).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
        }
        Files.writeString(manifest, good);
        open().close();
    }

    @Test
    void aNearlyFullDiskRefusesWritesAndServesReads() {
        try (Store store = open()) {
            add(store, "written in time");
        }
        LocalEngine.Settings full = settings()
                .withStore(
                        new StoreConfig(Retention.DEFAULTS, 10_000, Duration.ofSeconds(60), Long.MAX_VALUE, 64 << 20));
        try (Store store = LocalEngine.open(folder, full)) {
            assertThat(refusal(() -> add(store, "too late")).code()).isEqualTo(ErrorCode.STORAGE_FULL);
            assertThat(store.status().log()).isEqualTo(Journal.State.STORAGE_FULL);
            assertThat(found(store, "written late")).containsExactly("written in time");
        }
        try (Store store = open()) {
            add(store, "there is room again");
            assertThat(found(store, "late room")).containsExactly("there is room again");
        }
    }

    @Test
    void withoutItsFolderTheIndexIsRebuiltWhileSearchesAreRight() throws IOException {
        try (Store store = open()) {
            for (int n = 0; n < 50; n++) {
                String user = "user" + n;
                store.write(Fixtures.write(Owner.user(user), Fixtures.add(user, "tea number " + n)));
            }
            add(store, "likes green tea");
        }
        deleteAll(folder.resolve("index"));
        try (Store store = open()) {
            assertThat(found(store, "tea")).containsExactly("likes green tea");
            add(store, "drinks tea at five");
            assertThat(found(store, "tea")).containsExactlyInAnyOrder("likes green tea", "drinks tea at five");
            Awaitility.await().until(() -> store.status().indexBacklog() == 0);
            assertThat(found(store, "tea")).containsExactlyInAnyOrder("likes green tea", "drinks tea at five");
            SearchResult other = store.search(Fixtures.words(Owner.user("user7"), "tea", ManualClock.START));
            assertThat(other.hits()).hasSize(1);
        }
    }

    private static void deleteAll(Path of) throws IOException {
        try (Stream<Path> files = Files.walk(of)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aLogDamagedBelowItsDurableEndKeepsTheStoreShut() throws IOException {
        open().close();
        Path tables = folder.resolve("tables");
        Path before = folder.resolve("tables.before");
        Files.createDirectory(before);
        try (Stream<Path> files = Files.list(tables)) {
            for (Path file : files.toList()) {
                Files.copy(file, before.resolve(tables.relativize(file)));
            }
        }
        try (Store store = open()) {
            for (int n = 0; n < 20; n++) {
                add(store, "entry " + n);
            }
        }
        deleteAll(tables);
        Files.move(before, tables); // so that the log is needed
        Path segment;
        try (Stream<Path> files = Files.list(folder.resolve("log"))) {
            segment = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        byte[] text = "entry 7".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[indexOf(bytes, text)] ^= 1;
        Files.write(segment, bytes);
        MnemeException refusal = refusal(this::open);
        assertThat(refusal.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
        assertThat(refusal).hasMessageContaining(segment.getFileName().toString());
        bytes[indexOf(bytes, "ntry 7".getBytes(java.nio.charset.StandardCharsets.UTF_8)) - 1] ^= 1;
        Files.write(segment, bytes);
        try (Store store = open()) {
            assertThat(store.head(ALICE).sequence()).isEqualTo(20);
        }
    }

    public static int indexOf(byte[] in, byte[] what) {
        for (int at = 0; at + what.length <= in.length; at++) {
            if (java.util.Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }

    @Test
    void afterAFailedLogReadsGoOnAndARestartLosesNothing() {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            add(store, "before the failure");
            node.log().refuseWith(ErrorCode.LOG_FAILED);
            assertThat(refusal(() -> add(store, "after it")).code()).isEqualTo(ErrorCode.LOG_FAILED);
            assertThat(store.status().log()).isEqualTo(Journal.State.LOG_FAILED);
            assertThat(found(store, "failure")).containsExactly("before the failure");
            assertThat(store.head(ALICE).sequence()).isEqualTo(1);
        }
        try (LocalStore store = node.open()) {
            assertThat(found(store, "failure")).containsExactly("before the failure");
            add(store, "after the restart");
            assertThat(store.head(ALICE).sequence()).isEqualTo(2);
        }
    }

    @Test
    void aShardThatCannotApplyStopsLoudlyAndTellsItsCallers() throws Exception {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            add(store, "before");
            node.breakTables(new IllegalStateException("the rows are broken"));
            CompletableFuture<MnemeException> waiting =
                    CompletableFuture.supplyAsync(() -> refusal(() -> add(store, "under way")));
            assertThat(waiting.get(20, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            MnemeException later = refusal(() -> add(store, "later"));
            assertThat(later.code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(later).hasMessageContaining("Restart");
            assertThat(store.status().shards()).extracting(ShardStatus::error).contains("the rows are broken");
            assertThat(found(store, "before")).containsExactly("before");
        }
        node.mendTables();
        try (LocalStore store = node.open()) {
            assertThat(store.head(ALICE).sequence())
                    .as("what was committed is applied now")
                    .isEqualTo(2);
        }
    }

    @Test
    void aFullDiskUnderTheTablesIsWaitedFor() throws Exception {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            node.breakTables(new MnemeException(ErrorCode.STORAGE_FULL, "full"));
            CompletableFuture<Memory> waiting = CompletableFuture.supplyAsync(() -> add(store, "patient"));
            Awaitility.await().until(() -> node.refusedWrites() > 0);
            assertThat(waiting).isNotDone();
            node.mendTables();
            assertThat(waiting.get(20, TimeUnit.SECONDS).text()).isEqualTo("patient");
            assertThat(found(store, "patient")).containsExactly("patient");
        }
    }

    /// The log has it, so somebody may have been told.
    @Test
    void aStrongReadWaitsForWhatTheRowsHaveNotTaken() throws Exception {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            node.breakTables(new MnemeException(ErrorCode.STORAGE_FULL, "full"));
            CompletableFuture<Memory> waiting = CompletableFuture.supplyAsync(() -> add(store, "patient"));
            Awaitility.await().until(() -> node.refusedWrites() > 0);
            assertThat(store.head(ALICE).sequence()).isZero();
            Freshness strong = Freshness.linearizable(Duration.ofMillis(50));
            assertThat(refusal(() -> store.reading(strong).head(ALICE)).code()).isEqualTo(ErrorCode.POSITION_AHEAD);

            node.mendTables();
            Freshness patient = Freshness.linearizable(Duration.ofSeconds(20));
            assertThat(store.reading(patient).head(ALICE).sequence()).isEqualTo(1);
            assertThat(waiting.get(20, TimeUnit.SECONDS).text()).isEqualTo("patient");
        }
    }

    @Test
    void aFullDiskUnderTheIndexIsWaitedFor() throws Exception {
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open()) {
            add(store, "earlier");
            found(store, "earlier"); // the memories of an owner whom nobody searched have no rows
            node.breakIndex(new MnemeException(ErrorCode.STORAGE_FULL, "full"));
            CompletableFuture<Memory> waiting = CompletableFuture.supplyAsync(() -> add(store, "patient"));
            Awaitility.await().until(() -> node.refusedWrites() > 0);
            node.mendTables();
            assertThat(waiting.get(20, TimeUnit.SECONDS).text()).isEqualTo("patient");
            assertThat(found(store, "patient")).containsExactly("patient");
            assertThat(store.changes(ALICE, 0, 10).changes()).hasSize(2);
        }
    }

    /// The log's queue can refuse an entry at once while earlier ones still wait for the disk.
    @Test
    void aRefusalThatOvertakesAnEntryUnderWayIsHeardByItsOwnCallers() throws Exception {
        HoldingLog log = new HoldingLog(new HeapJournal(new HeapJournal.Home(HeapNode.IDS)));
        HeapNode node = new HeapNode();
        try (LocalStore store = node.open(log)) {
            log.hold();
            CompletableFuture<Memory> first = CompletableFuture.supplyAsync(() -> add(store, "first"));
            Awaitility.await().until(() -> log.held() == 1);
            log.refuse();
            assertThat(refusal(() -> add(store, "second")).code()).isEqualTo(ErrorCode.OVERLOADED);
            log.release();
            assertThat(first.get(20, TimeUnit.SECONDS).text()).isEqualTo("first");
            assertThat(store.list(Fixtures.everything(ALICE, ManualClock.START)).items())
                    .extracting(Memory::text)
                    .containsExactly("first");
        }
    }

    @Test
    void whatComesAfterClosingIsRefusedAndDoesNotHang() throws Exception {
        HeapNode node = new HeapNode();
        LocalStore store = node.open();
        add(store, "in time");
        store.close();
        CompletableFuture<MnemeException> late =
                CompletableFuture.supplyAsync(() -> refusal(() -> add(store, "too late")));
        assertThat(late.get(20, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.OVERLOADED);
    }

    @Test
    void readsThatRaceWithClosingAnswerOrAreRefused() throws Exception {
        for (int round = 0; round < 5; round++) {
            Store store = open();
            Memory memory = add(store, "raced " + round);
            List<CompletableFuture<Void>> readers = new ArrayList<>();
            for (int reader = 0; reader < 4; reader++) {
                readers.add(CompletableFuture.runAsync(() -> readUntilRefused(store, memory)));
            }
            store.close();
            for (CompletableFuture<Void> reader : readers) {
                reader.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void readUntilRefused(Store store, Memory memory) {
        assertThatThrownBy(() -> {
                    while (true) {
                        assertThat(store.find(memory.id())).isPresent();
                        assertThat(found(store, "raced")).contains(memory.text());
                        store.list(Fixtures.everything(ALICE, ManualClock.START));
                        store.status();
                    }
                })
                .isInstanceOfSatisfying(
                        MnemeException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED));
    }

    @Test
    void anErasedOwnersWordsAreNowhereInTheFolder() throws IOException {
        String secret = "zqxjkvbw8f3a91c7e5d2";
        try (Store store = open()) {
            Memory memory = add(store, "the word is " + secret);
            assertThat(found(store, secret))
                    .as("from here on the index keeps words")
                    .hasSize(1);
            store.write(Fixtures.write(ALICE, Fixtures.retext(memory.id(), "and now " + secret + " twice")));
            add(store, "another " + secret);
            store.write(Fixtures.write(Owner.user("bob"), Fixtures.add("bob", "stays here")));
            assertThat(filesWith(secret)).as("the log at least has it").isNotEmpty();
        }
        try (Store store = open()) {
            assertThat(filesWith(secret))
                    .as("the tables and the index have it too")
                    .anyMatch(file -> file.contains("tables"))
                    .anyMatch(file -> file.contains("index"));
            store.write(Fixtures.write(ALICE, new dev.mneme.core.command.Command.EraseOwner()));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(filesWith(secret)).isEmpty());
            assertThat(found(store, secret)).isEmpty();
        }
        assertThat(filesWith(secret)).isEmpty();
        try (Store store = open()) {
            assertThat(store.search(Fixtures.words(Owner.user("bob"), "stays", Instant.now()))
                            .hits())
                    .hasSize(1);
        }
    }

    /// Files come and go while they are looked through.
    private List<String> filesWith(String word) throws IOException {
        byte[] bytes = word.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        List<String> found = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (contains(file, bytes)) {
                    found.add(file.toString());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static boolean contains(Path file, byte[] word) {
        try {
            String content = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
            return content.contains(new String(word, java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (java.nio.file.NoSuchFileException gone) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
