package dev.mneme.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
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
                .hasMessageContaining("Put the newest data folder back");
        try (Store written = open("older", IntegrityFiles.DEFAULTS)) {
            add(written, "another second");
        }
        assertThatThrownBy(() -> open("older", anchored)).hasMessageContaining("was written to");
        assertThatThrownBy(() -> open("fresh", anchored)).hasMessageContaining("anchor");
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
        Files.writeString(file, good + "abcdefgh 1:");
        open("data", anchored).close();
        Files.writeString(file, good.replaceFirst(" 1:", " 0:"));
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
        try (WriteAheadLog forged =
                WriteAheadLog.open(new FolderDisk(log), 5, LocalEngineTest.SMALL_LOG, LogMetrics.NONE, forger)) {
            CompletableFuture<Long> committed = new CompletableFuture<>();
            forged.propose(0, new byte[10], new CommitLog.Callback() {
                @Override
                public void committed(long index, long term) {
                    committed.complete(index);
                }

                @Override
                public void failed(MnemeException failure) {
                    committed.completeExceptionally(failure);
                }
            });
            assertThat(committed.join()).isEqualTo(1);
        }
        assertThatThrownBy(() -> open("data", IntegrityFiles.DEFAULTS))
                .hasMessageContaining("wrong MAC")
                .hasMessageContaining(".wal at offset");
        assertThat(Verification.run(home.resolve("data")).problems())
                .anyMatch(problem -> problem.contains("wrong MAC") && problem.contains(".wal at offset"));
    }
}
