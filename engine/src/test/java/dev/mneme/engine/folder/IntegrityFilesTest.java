package dev.mneme.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.IntegrityKey;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.LocalEngineTest;
import dev.mneme.engine.node.LocalNode;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.offline.StoreSurvey;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.testkit.Durable;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The key, the anchor and the log beside the tables.
final class IntegrityFilesTest {
    @TempDir
    Path home;

    private Store open(String folder, IntegrityFiles files) {
        return LocalEngine.open(
                home.resolve(folder),
                TestEngines.settings(StoreSettings.of("files", new ManualClock()))
                        .withIntegrity(files));
    }

    private static void add(Store store, String text) {
        store.write(Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", text)));
    }

    private void copy(String from, String to) throws IOException {
        Path source = home.resolve(from);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve(to).resolve(source.relativize(file)));
            }
        }
    }

    @Test
    void anOlderCopyIsRefusedByTheAnchor() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        copy("data", "older");
        try (Store store = open("data", anchored)) {
            add(store, "the second");
        }
        open("data", anchored).close();
        assertThatThrownBy(() -> open("older", anchored))
                .hasMessageContaining("older copy")
                .hasMessageContaining("Put the newest data folder");
        assertThatThrownBy(() -> open("older", IntegrityFiles.DEFAULTS)).hasMessageContaining("none is named");
        Verification.acceptAnchor(home.resolve("older"), IntegrityFiles.DEFAULTS);
        try (Store written = open("older", IntegrityFiles.DEFAULTS)) {
            add(written, "another second");
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("was written to");
        assertThatThrownBy(() -> open("fresh", anchored)).hasMessageContaining("anchor");
    }

    /// Lines of the version before named shards by their places, the system's last.
    @Test
    void anAnchorOfTheVersionBeforeGoesOn() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        copy("data", "older");
        try (Store store = open("data", anchored)) {
            add(store, "the second");
        }
        Seal seal = new IntegrityKey(home.resolve("data").resolve("integrity.key")).openOrMake(new SecureRandom());
        Path file = home.resolve("anchor");
        List<String> lines = Files.readAllLines(file).stream()
                .map(line -> byPlaces(line.substring(0, line.lastIndexOf(' '))))
                .toList();
        Files.write(
                file,
                lines.stream()
                        .map(line -> line + " " + seal.textMac("anchor", line))
                        .toList());
        Files.writeString(
                home.resolve("data").resolve("anchored"),
                lines.getLast() + " " + seal.textMac("anchored", lines.getLast()) + "\n");

        try (Store store = open("data", anchored)) {
            add(store, "the third");
        }
        assertThat(Files.readAllLines(file))
                .hasSizeGreaterThan(lines.size())
                .last()
                .asString()
                .contains(" system/");
        assertThat(Verification.run(home.resolve("data"), anchored).problems()).isEmpty();
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("older copy");
    }

    private static String byPlaces(String line) {
        return line.replaceAll(" ([0-9]+|system)/", " ");
    }

    /// A shard that leaves is left out of the anchor before it goes; one that came later is missed in an older copy.
    @Test
    void theAnchorKnowsWhichShardsTheFolderHas() throws IOException {
        ShardId last = new ShardId(3);
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("of the killed"));
        Path anchor = home.resolve("anchor");
        try (LocalNode node = node("data", new IntegrityFiles(null, anchor))) {
            add(node.store(), "the first");
            node.shards().drop(last);
            copy("data", "killed");
            Files.copy(anchor, home.resolve("of the killed")); // a stop writes it anew
        }
        open("killed", anchored).close();
        copy("killed", "older");
        try (LocalNode node = node("killed", anchored)) {
            node.shards().create(last);
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("had shard 3, which it does not have");
        open("killed", anchored).close();
    }

    private LocalNode node(String folder, IntegrityFiles files) {
        return LocalEngine.node(
                home.resolve(folder),
                TestEngines.settings(StoreSettings.of("files", new ManualClock()))
                        .withIntegrity(files));
    }

    /// As far as the anchor in its number of entries, or further.
    @Test
    void anOlderCopyThatWentOnElsewhereIsRefused() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        copy("data", "older");
        Path early = Files.copy(file, home.resolve("early"));
        for (int n = 0; n < 2; n++) {
            try (Store store = open("data", anchored)) {
                add(store, "more " + n);
            }
        }
        try (Store written = open("older", new IntegrityFiles(null, early))) {
            for (int n = 0; n < 9; n++) {
                add(written, "another " + n);
            }
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("anchor");
        assertThat(Verification.run(home.resolve("older"), anchored).problems())
                .anyMatch(problem -> problem.startsWith("anchor: "));
    }

    @Test
    void allLinesOfAnAnchorCount() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        copy("data", "older");
        try (Store store = open("data", anchored)) {
            add(store, "the second");
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSizeGreaterThanOrEqualTo(3);
        Files.writeString(file, String.join("\n", lines) + "\n" + lines.get(1) + "\n");
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("an old line was appended again");
        Files.writeString(file, lines.getFirst() + "\n" + lines.get(1) + "\n");
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("lacks lines at its end");
        Files.writeString(file, lines.getLast() + "\n");
        open("data", anchored).close(); // its beginning may be cut off
    }

    @Test
    void anAnchorThatWasThereIsMissed() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        Files.delete(file);
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("is missing or empty");
        Verification.acceptAnchor(home.resolve("data"), IntegrityFiles.DEFAULTS);
        assertThat(home.resolve("data/anchored")).doesNotExist();
        open("data", anchored).close();
        assertThat(file).isNotEmptyFile();
        Files.delete(home.resolve("data/anchored"));
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("its file anchored is missing");
    }

    /// Here the place of the anchor was out of reach when the store closed: its line is not remembered before it is
    /// there.
    @Test
    void aLineThatCouldNotBeWrittenIsNotMissed() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "one");
        }
        Store store = open("data", anchored);
        add(store, "two");
        Path aside = Files.move(file, home.resolve("aside"));
        Files.createDirectory(file);
        assertThatThrownBy(store::close).hasMessageContaining("anchor");
        Files.delete(file);
        Files.move(aside, file);
        open("data", anchored).close();
        assertThat(Verification.run(home.resolve("data"), anchored).problems()).isEmpty();
    }

    /// The process died after the anchor's line and before the folder remembered it.
    @Test
    void aCrashBetweenTheLineAndTheMemoryOfItIsNoViolation() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        Path before = Files.copy(home.resolve("data/anchored"), home.resolve("before"));
        try (Store store = open("data", anchored)) {
            add(store, "the second");
        }
        Files.copy(before, home.resolve("data/anchored"), StandardCopyOption.REPLACE_EXISTING);
        open("data", anchored).close();
        open("data", anchored).close();
        try (Store store = open("data", anchored)) {
            add(store, "the third");
        }
        Files.copy(before, home.resolve("data/anchored"), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("went on without this data folder");
        List<String> lines = Files.readAllLines(home.resolve("anchor"));
        Files.write(home.resolve("anchor"), lines.subList(lines.size() - 2, lines.size()));
        assertThatThrownBy(() -> open("data", anchored))
                .as("the line that the folder remembers is cut off, and two are new to it")
                .hasMessageContaining("went on without this data folder");
    }

    /// Of the first, the line end was lost alone; of the second, the memory of the next line.
    @Test
    void twoCrashesAreNoViolationEither() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        Path memory = home.resolve("data/anchored");
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        Path before = Files.copy(memory, home.resolve("before"));
        try (Store store = open("data", anchored)) {
            add(store, "the second");
        }
        Files.copy(before, memory, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(
                home.resolve("anchor"), Files.readString(home.resolve("anchor")).stripTrailing());
        try (Store store = open("data", anchored)) {
            Files.copy(memory, before, StandardCopyOption.REPLACE_EXISTING);
            add(store, "the third");
        }
        Files.copy(before, memory, StandardCopyOption.REPLACE_EXISTING);
        open("data", anchored).close();
    }

    /// The same key, kept elsewhere, and another life: a folder that was begun anew, or restored.
    @Test
    void anAnchorOfAnotherEpochIsRefusedUnlessItWentOnWithThisOne() throws IOException {
        Path key = home.resolve("elsewhere.key");
        Path file = home.resolve("anchor");
        Path other = home.resolve("other");
        IntegrityFiles anchored = new IntegrityFiles(key, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        assertThatThrownBy(() -> open("anew", anchored)).hasMessageContaining("with the epoch");
        try (Store store = open("another", new IntegrityFiles(key, other))) {
            add(store, "the first");
        }
        String own = Files.readString(file);
        Files.writeString(file, own + Files.readString(other));
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("goes on with a data folder");
        Files.writeString(file, Files.readString(other) + own);
        open("data", anchored).close();
    }

    @Test
    void theSystemShardIsHeldToTheAnchorToo() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        copy("data", "older");
        try (Store store = open("data", anchored)) {
            Command revoked = new Command.PutKey(Fixtures.key("k1", Role.READ));
            store.writeSystem(new Write(Owner.user("operator"), Fixtures.BY, null, List.of(revoked)));
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("older copy");
    }

    /// Who replaces the key can seal all anew, but not the anchor's lines.
    @Test
    void aReplacedKeyIsToldByTheAnchor() throws IOException {
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        String epoch = Files.readAllLines(home.resolve("data/manifest")).stream()
                .filter(line -> line.startsWith("epoch="))
                .findFirst()
                .orElseThrow();
        try (Store store = open("forged", IntegrityFiles.DEFAULTS)) {
            add(store, "forged");
        }
        assertThat(epoch).isNotEmpty();
        assertThatThrownBy(() -> open("forged", anchored)).hasMessageContaining("its key was replaced");
    }

    @Test
    void aFolderWithoutItsLogOrTablesDoesNotStartEmpty() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        for (String part : List.of("log", "tables")) {
            for (boolean empty : List.of(true, false)) {
                String damaged = part + empty;
                copy("data", damaged);
                FolderSwap.delete(home.resolve(damaged).resolve(part));
                if (empty) {
                    Files.createDirectory(home.resolve(damaged).resolve(part));
                }
                assertThatThrownBy(() -> open(damaged, IntegrityFiles.DEFAULTS))
                        .isInstanceOfSatisfying(
                                MnemeException.class,
                                refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION))
                        .hasMessageContaining(part)
                        .hasMessageContaining("mounted");
                assertThatThrownBy(() -> StoreSurvey.of(home.resolve(damaged), IntegrityFiles.DEFAULTS))
                        .hasMessageContaining("mounted");
            }
        }
    }

    /// As an earlier version left it, without what says that its parts are kept.
    @Test
    void aFolderOfAnEarlierVersionOpensUnlessAPartIsMissing() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        Path data = home.resolve("data");
        Files.delete(data.resolve("log/acknowledged"));
        Files.delete(data.resolve("tables/belongs"));
        Seal seal = new IntegrityKey(data.resolve("integrity.key")).openOrMake(new SecureRandom());
        String kept = Files.readAllLines(data.resolve("manifest")).stream()
                .filter(line -> !line.startsWith("parts=") && !line.startsWith("mac="))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        Files.writeString(data.resolve("manifest"), kept + "mac=" + seal.textMac("manifest", kept) + "\n");
        copy("data", "unmounted");
        FolderSwap.delete(home.resolve("unmounted/tables"));
        FolderSwap.delete(home.resolve("unmounted/log"));
        assertThatThrownBy(() -> open("unmounted", IntegrityFiles.DEFAULTS)).hasMessageContaining("mounted");
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            assertThat(store.list(Fixtures.everything(Fixtures.ALICE, ManualClock.START))
                            .items())
                    .hasSize(1);
            assertThat(store.integrity().report().evidence().lastStop()).isEqualTo(Integrity.LastStop.CLOSED);
        }
        Files.delete(data.resolve("log/acknowledged"));
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS)).hasMessageContaining("its mark");
    }

    /// Another folder's disk is mounted in the place of this one's tables.
    @Test
    void theTablesOfAnotherFolderAreRefused() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        Path belongs = home.resolve("data/tables/belongs");
        String own = Files.readString(belongs);
        Files.writeString(belongs, "abcdefgh\n");
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS)).hasMessageContaining("data folder abcdefgh");
        Files.delete(belongs);
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS)).hasMessageContaining("its file belongs");
        Files.writeString(belongs, own);
        open("data", IntegrityFiles.DEFAULTS).close();
    }

    /// The first start dies between its steps: the manifest asks for no more than is there.
    @Test
    void aFirstStartThatWasCutOffLeavesAFolderThatOpens() throws IOException {
        Path inTheWay = home.resolve("data/tables/belongs.new");
        Files.createDirectories(inTheWay);
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS)).hasMessageContaining("cannot be written");
        Files.delete(inTheWay);
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        open("data", IntegrityFiles.DEFAULTS).close();
    }

    @Test
    void aManifestIsMissedByEitherPartAlone() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        for (String part : List.of("log", "tables")) {
            String without = "without-" + part;
            copy("data", without);
            Files.delete(home.resolve(without).resolve("manifest"));
            FolderSwap.delete(home.resolve(without).resolve(part));
            assertThatThrownBy(() -> open(without, IntegrityFiles.DEFAULTS))
                    .hasMessageContaining("manifest is missing");
        }
    }

    /// Who rewrites what the folder remembers, to fit a shorter anchor, has not the key.
    @Test
    void whatTheFolderRemembersOfItsAnchorIsSealed() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        for (int n = 0; n < 2; n++) {
            try (Store store = open("data", anchored)) {
                add(store, "more " + n);
            }
        }
        Path memory = home.resolve("data/anchored");
        String remembered = Files.readString(memory);
        String first = Files.readAllLines(file).getFirst();
        Files.writeString(
                memory, first.substring(0, first.lastIndexOf(' ')) + remembered.substring(remembered.lastIndexOf(' ')));
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("was changed");
        Files.writeString(memory, first + "\n"); // a MAC of the right key, of another kind of text
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("was changed");
        Files.writeString(memory, remembered);
        open("data", anchored).close();
    }

    /// A crash in the midst of a line, and more lines after it.
    @Test
    void anAnchorGoesOnAfterAPartOfALine() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        String good = Files.readString(file);
        Files.writeString(file, good + "abcdefgh 0/1:");
        for (int n = 0; n < 3; n++) {
            try (Store store = open("data", anchored)) {
                add(store, "more " + n);
            }
        }
        assertThat(Files.readAllLines(file))
                .hasSizeGreaterThan(good.lines().toList().size() + 2);
        copy("data", "older");
        try (Store store = open("data", anchored)) {
            add(store, "the last");
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("older copy");
    }

    @Test
    void anAnchorIsWrittenAsOftenAsIsSaid() throws IOException {
        Path data = home.resolve("data");
        Path file = home.resolve("anchor");
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        Seal seal = new IntegrityKey(data.resolve("integrity.key")).openOrMake(new SecureRandom());
        try (RocksFolder tables =
                RocksFolder.open(data.resolve("tables"), List.of("0", "1", "2", "3", "system"), 16 << 20)) {
            SortedMap<ShardId, Tables> shards = new TreeMap<>();
            for (String name : List.of("0", "1", "2", "3", "system")) {
                shards.put(ShardId.named(name), tables.tables(name));
            }
            new Anchor(file, data, "abcdefgh", seal, Duration.ofHours(1), System::nanoTime).appendWhenDue(shards);
            assertThat(file).doesNotExist();
            new Anchor(file, data, "abcdefgh", seal, Duration.ZERO, System::nanoTime).appendWhenDue(shards);
            assertThat(Files.readAllLines(file)).hasSize(1);
            Path other = home.resolve("other");
            opened(data, new IntegrityFiles(null, other, Duration.ofHours(1)), shards)
                    .appendWhenDue(shards);
            assertThat(other).doesNotExist();
            opened(data, new IntegrityFiles(null, other, Duration.ZERO), shards).appendWhenDue(shards);
            assertThat(Files.readAllLines(other)).hasSize(1);
        }
    }

    private static Anchor opened(Path data, IntegrityFiles files, SortedMap<ShardId, Tables> shards) {
        try (DataFolder folder = DataFolder.open(data, 4, null, new SecureRandom())) {
            return Anchors.check(folder, files, shards, shard -> Long.MAX_VALUE, System::nanoTime)
                    .orElseThrow();
        }
    }

    @Test
    void aRefusedStartLeavesNoFileOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeThat(descriptors).as("open files are told here").isDirectory();
        IntegrityFiles anchored = new IntegrityFiles(null, home.resolve("anchor"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
            assertThat(openIn("data", descriptors)).isNotEmpty();
        }
        Files.delete(home.resolve("anchor"));
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("is missing or empty");
        assertThat(openIn("data", descriptors)).isEmpty();
    }

    private List<Path> openIn(String folder, Path descriptors) throws IOException {
        List<Path> open = new ArrayList<>();
        try (Stream<Path> links = Files.list(descriptors)) {
            for (Path link : links.toList()) {
                if (Files.isSymbolicLink(link) && Files.exists(link)) {
                    open.add(Files.readSymbolicLink(link));
                }
            }
        }
        Path within = home.resolve(folder).toRealPath();
        return open.stream().filter(file -> file.startsWith(within)).toList();
    }

    /// What failed before its first line is no anchor yet, and one that has nothing to add is left alone.
    @Test
    void anAnchorBeginsWithItsFirstLine() throws IOException {
        Path file = home.resolve("disk/anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("cannot be used");
        Files.createDirectory(home.resolve("disk"));
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        List<String> said = Files.readAllLines(file);
        open("data", anchored).close();
        assertThat(Files.readAllLines(file)).isEqualTo(said);
    }

    @Test
    void anAnchorIsWrittenWhileTheStoreIsOpen() throws IOException {
        Path file = home.resolve("anchor");
        try (Store store = open("data", new IntegrityFiles(null, file, Duration.ZERO))) {
            int begun = Files.readAllLines(file).size();
            add(store, "the first");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readAllLines(file).size() > begun);
        }
    }

    @Test
    void whatIsMeasuredByIsToldAsItIs() throws IOException {
        Path key = home.resolve("elsewhere.key");
        try (Store store = open("data", new IntegrityFiles(key, home.resolve("anchor")))) {
            assertThat(store.integrity().report().evidence().keyWithData()).isFalse();
            assertThat(store.integrity().report().evidence().anchored()).isTrue();
        }
        try (Store store = open("other", IntegrityFiles.DEFAULTS)) {
            assertThat(store.integrity().report().evidence().keyWithData()).isTrue();
            assertThat(store.integrity().report().evidence().anchored()).isFalse();
        }
    }

    @Test
    void aMissingManifestIsSaidAndNoneIsWritten() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        Path manifest = home.resolve("data/manifest");
        String content = Files.readString(manifest);
        Files.delete(manifest);
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS)).hasMessageContaining("manifest is missing");
        assertThat(manifest).doesNotExist();
        Files.writeString(manifest, content);
        open("data", IntegrityFiles.DEFAULTS).close();
    }

    @Test
    void aDamagedIndexIsMadeAnew() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first of all");
        }
        Path index = home.resolve("data/index");
        for (String damaged : List.of("CURRENT", ".sst", "MANIFEST")) {
            Path file;
            try (Stream<Path> files = Files.list(index)) {
                file = files.filter(each -> String.valueOf(each.getFileName()).contains(damaged))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(file);
            Arrays.fill(bytes, (byte) 'x');
            Files.write(file, bytes);
            try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
                assertThat(store.search(Fixtures.words(Fixtures.ALICE, "first", ManualClock.START))
                                .hits())
                        .as("with a damaged %s", damaged)
                        .hasSize(1);
                add(store, "another after " + damaged);
            }
        }
    }

    /// As a restore leaves it aside: the same key, another epoch.
    @Test
    void theLogOfAnotherLifeIsNotApplied() {
        Seal seal = Seal.under(new byte[32]);
        assertThat(seal.logKey("abcdefgh")).isNotEqualTo(seal.logKey("hgfedcba"));
        assertThat(seal.logKey("abcdefgh")).isEqualTo(seal.logKey("abcdefgh"));
    }

    @Test
    void anAnchorThatWasChangedIsRefusedAndAPartOfALineIsNot() throws IOException {
        Path file = home.resolve("anchor");
        IntegrityFiles anchored = new IntegrityFiles(null, file);
        try (Store store = open("data", anchored)) {
            add(store, "the first");
        }
        String good = Files.readString(file);
        Files.writeString(file, good + "abcdefgh 0/1:");
        open("data", anchored).close();
        Files.writeString(file, good.replaceFirst("/1:", "/0:"));
        assertThatThrownBy(() -> open("data", anchored)).hasMessageContaining("was changed");
    }

    @Test
    void withoutItsKeyOrWithAnotherAFolderIsNotOpened() throws IOException {
        Path key = home.resolve("kept/elsewhere.key");
        Files.createDirectories(key.getParent());
        IntegrityFiles files = new IntegrityFiles(key, null);
        open("data", files).close();
        assertThat(home.resolve("data/integrity.key")).doesNotExist();
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        String right = Files.readString(key);
        Files.writeString(key, "00".repeat(32) + "\n");
        assertThatThrownBy(() -> open("data", files)).hasMessageContaining("not the one");
        Files.delete(key);
        assertThatThrownBy(() -> open("data", files)).hasMessageContaining("is missing");
        Files.writeString(key, right);
        open("data", files).close();
        Path manifest = home.resolve("data/manifest");
        Files.writeString(manifest, Files.readString(manifest).replace("epoch=", "epoch=a"));
        assertThatThrownBy(() -> open("data", files)).hasMessageContaining("its MAC is wrong");
    }

    @Test
    void aLogThatSomebodyElseWroteOnIsRefused() throws IOException {
        try (Store store = open("data", IntegrityFiles.DEFAULTS)) {
            add(store, "the first");
        }
        Path log = home.resolve("data/log");
        try (Stream<Path> segments = Files.list(log)) {
            for (Path segment : segments.toList()) {
                Files.delete(segment);
            }
        }
        LogSeal forger = LogSeal.under(new byte[32]);
        Set<ShardId> shards = Set.of(new ShardId(0), new ShardId(1), new ShardId(2), new ShardId(3), ShardId.SYSTEM);
        try (WriteAheadLog forged =
                WriteAheadLog.openOf(new FolderDisk(log), shards, LocalEngineTest.SMALL_LOG, LogMetrics.NONE, forger)) {
            assertThat(Durable.append(forged, new ShardId(0), 1, new byte[10]).index())
                    .isEqualTo(1);
        }
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS))
                .hasMessageContaining("wrong MAC")
                .hasMessageContaining(".wal at offset");
        assertThat(Verification.run(home.resolve("data")).problems())
                .anyMatch(problem -> problem.contains("wrong MAC") && problem.contains(".wal at offset"));
    }
}
