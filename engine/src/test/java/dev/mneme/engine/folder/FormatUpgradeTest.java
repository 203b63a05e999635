package dev.mneme.engine.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.IntegrityKey;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.offline.Verification;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data folder of the first format, as the version that wrote it left it when it was killed: alice
/// and bob with every noun, bob in his second space, carol erased, one API key, and one of alice's
/// memories in the log alone.
final class FormatUpgradeTest {
    private static final String EPOCH = "rkpeswjs";
    private static final Owner BOB = Owner.user("bob");

    @TempDir
    Path home;

    private Path folder = Path.of("");

    @BeforeEach
    void unpack() throws IOException {
        folder = home.resolve("data");
        PackedFolder.unpack("first-format.zip", folder);
    }

    private Store open() {
        return LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("first", new ManualClock())));
    }

    private static List<String> texts(Store store, Owner owner) {
        return store.list(Fixtures.everything(owner, ManualClock.START)).items().stream()
                .map(Memory::text)
                .toList();
    }

    private void hasEverything(Store store) {
        assertThat(store.epoch()).isEqualTo(EPOCH);
        assertThat(texts(store, Fixtures.ALICE))
                .containsExactlyInAnyOrder("memory number 0", "another text", "memory number 3", "only in the log");
        assertThat(texts(store, BOB)).containsExactlyInAnyOrder("memory number 0", "another text", "memory number 3");
        assertThat(store.space(BOB).now()).isEqualTo(new EmbeddingSpace("next", 2));
        assertThat(texts(store, Owner.user("carol"))).isEmpty();
        assertThat(store.contexts().find(BOB, "theme").value()).isPresent();
        assertThat(store.modes().all(BOB).value()).hasSize(1);
        assertThat(store.responses().find(BOB, "chat", "m1").value()).isPresent();
        assertThat(store.syncEvents().find(BOB, Fixtures.id(BOB, 1_001)).value())
                .isPresent();
        assertThat(store.syncEvents()
                        .pending(BOB, "phone", ManualClock.START, null, 10)
                        .value()
                        .events())
                .hasSize(2);
        assertThat(store.changes(BOB, 0, 100).changes()).hasSizeGreaterThan(10);
        assertThat(store.keys()).extracting(ApiKey::id).containsExactly("k1");
    }

    @Test
    void aFolderOfTheFirstFormatIsSealedAsItIs() {
        assertThatThrownBy(() -> Verification.run(folder)).hasMessageContaining("--accept first-format");
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        try (Store store = open()) {
            hasEverything(store);
            store.write(Fixtures.write(BOB, Fixtures.add("bob", "a new one")));
        }
        assertThat(folder.resolve("log.first")).doesNotExist();
        assertThat(folder.resolve("upgrading")).doesNotExist();
        assertThat(Verification.run(folder).problems()).isEmpty();
        try (Store store = open()) {
            assertThat(texts(store, BOB)).contains("a new one");
        }
    }

    /// Nobody can tell what was done to it before, and whoever rewrote a sealed folder as one would else have it
    /// sealed as genuine.
    @Test
    void onlyAnOperatorHasItSealed() throws IOException {
        String manifest = Files.readString(folder.resolve("manifest"));
        assertThatThrownBy(this::open)
                .hasMessageContaining("sealed nothing")
                .hasMessageContaining("--accept first-format");
        assertThat(folder.resolve("integrity.key")).doesNotExist();
        assertThat(folder.resolve("manifest")).hasContent(manifest);
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        assertThatThrownBy(() -> Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom()))
                .hasMessageContaining("nothing was done");
        open().close();
    }

    @Test
    void anUpgradeThatWasCutOffIsGoneOnWith() throws IOException {
        Seal seal = new IntegrityKey(folder.resolve("integrity.key")).openOrMake(new SecureRandom());
        List<String> names = List.of("0", "1", "2", "3", "system");
        new FormatUpgrade(folder, names, seal, EPOCH, new SecureRandom()).run(false);
        assertThatThrownBy(this::open).hasMessageContaining("--accept first-format");
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        try (Store store = open()) {
            hasEverything(store);
        }
        assertThat(Verification.run(folder).problems()).isEmpty();
    }

    @Test
    void aSealedFolderThatSaysItIsNotIsRefused() throws IOException {
        String first = Files.readString(folder.resolve("manifest"));
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        open().close();
        Files.writeString(folder.resolve("manifest"), first);
        assertThatThrownBy(this::open).hasMessageContaining("somebody changed the manifest");
        assertThatThrownBy(() -> Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom()))
                .hasMessageContaining("somebody changed the manifest");
    }

    /// The file that says that an upgrade was begun is sealed, too.
    @Test
    void aSealedFolderWithAForgedSignOfAnUpgradeIsRefused() throws IOException {
        String first = Files.readString(folder.resolve("manifest"));
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        open().close();
        Files.writeString(folder.resolve("manifest"), first);
        Files.writeString(folder.resolve("upgrading"), Seal.under(new byte[32]).textMac("upgrade", EPOCH));
        assertThatThrownBy(this::open).hasMessageContaining("--accept first-format");
        assertThatThrownBy(() -> Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom()))
                .hasMessageContaining("somebody changed the manifest");
    }

    /// Under the same key, which may be kept elsewhere for several folders.
    @Test
    void theSignOfAnotherFoldersUpgradeIsRefused() throws IOException {
        Path first = home.resolve("first");
        Path other = home.resolve("other");
        copy(folder, first);
        copy(folder, other);
        Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom());
        open().close();
        Seal seal = new IntegrityKey(folder.resolve("integrity.key")).openOrMake(new SecureRandom());
        new FormatUpgrade(other, List.of("0", "1", "2", "3", "system"), seal, "hgfedcba", new SecureRandom())
                .run(false);
        Files.copy(first.resolve("manifest"), folder.resolve("manifest"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(other.resolve("upgrading"), folder.resolve("upgrading"));
        assertThatThrownBy(() -> Verification.acceptFirstFormat(folder, IntegrityFiles.DEFAULTS, new SecureRandom()))
                .hasMessageContaining("somebody changed the manifest");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
