package dev.mneme.engine.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.node.EngineFaultsTest;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreSurveyTest {
    @TempDir
    Path home;

    private Store open(Path folder) {
        return LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("survey", new ManualClock())));
    }

    private static void fill(Store store, int memories) {
        for (int n = 0; n < memories; n++) {
            String user = "user" + n % 3;
            store.write(Fixtures.write(Owner.user(user), Fixtures.add(user, "memory number " + n)));
        }
    }

    /// Every file, its bytes' hash and when it was last changed.
    private static Map<String, String> files(Path folder) throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                FileTime changed = Files.getLastModifiedTime(file);
                files.put(folder.relativize(file).toString(), HexFormat.of().formatHex(hash) + " " + changed);
            }
        }
        return files;
    }

    @Test
    void aStoppedStoreIsToldAndNothingInItChanges() throws Exception {
        try (Store store = open(home)) {
            fill(store, 30);
        }
        Map<String, String> before = files(home);
        StoreSurvey survey = StoreSurvey.of(home, IntegrityFiles.DEFAULTS);
        assertThat(files(home)).isEqualTo(before);

        assertThat(survey.owners()).isEqualTo(3);
        assertThat(survey.memories()).isEqualTo(30);
        assertThat(survey.problems()).isEmpty();
        assertThat(survey.shards().getLast().name()).isEqualTo("system");
        assertThat(survey.shards())
                .allSatisfy(shard -> assertThat(shard.toReplay()).isZero());
        assertThat(survey.shards().stream()
                        .mapToLong(StoreSurvey.Shard::logIndex)
                        .sum())
                .as("with the rules of each shard")
                .isEqualTo(30 + survey.shards().size());
        assertThat(survey.segments())
                .isNotEmpty()
                .allSatisfy(segment -> assertThat(segment.bytes()).isPositive());
        assertThat(survey.storage().log().count()).isEqualTo(survey.segments().size());
        assertThat(survey.storage().tables().bytes()).isPositive();
        try (Store store = open(home)) {
            assertThat(survey.epoch()).isEqualTo(store.epoch());
            assertThat(store.head(Owner.user("user0")).sequence()).isEqualTo(10);
        }
    }

    /// What a killed process leaves: the files as they are while it runs.
    @Test
    void aStoreThatWasKilledSaysWhatAStartAppliesAgain() throws Exception {
        Path killed = home.resolve("killed");
        try (Store store = open(home.resolve("running"))) {
            fill(store, 12);
            copy(home.resolve("running"), killed);
        }
        Map<String, String> before = files(killed);
        StoreSurvey survey = StoreSurvey.of(killed, IntegrityFiles.DEFAULTS);
        assertThat(files(killed)).isEqualTo(before);
        assertThat(survey.shards().stream()
                        .mapToLong(StoreSurvey.Shard::toReplay)
                        .sum())
                .as("with the rules of each shard")
                .isEqualTo(12 + survey.shards().size());
        assertThat(survey.memories()).as("as of the checkpoint").isZero();
        try (Store store = open(killed)) {
            assertThat(store.status().memories()).isEqualTo(12);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        }
    }

    @Test
    void aFolderInUseOfANewerFormatOrWithoutAStoreIsRefused() throws IOException {
        try (Store store = open(home.resolve("used"))) {
            assertRefused(home.resolve("used"), "in use");
            assertThat(store.epoch()).isNotEmpty();
        }
        Path none = home.resolve("none");
        assertRefused(none, "no data folder");
        assertThat(none).doesNotExist();

        Path manifest = home.resolve("used/manifest");
        List<String> lines = Files.readAllLines(manifest).stream()
                .map(line -> line.startsWith("format=") ? "format=99" : line)
                .toList();
        Files.write(manifest, lines);
        assertRefused(home.resolve("used"), "newer");
    }

    private static void assertRefused(Path folder, String because) {
        assertThatThrownBy(() -> StoreSurvey.of(folder, IntegrityFiles.DEFAULTS))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e.field()).isEqualTo("data");
                    assertThat(e).hasMessageContaining(because);
                });
    }

    @Test
    void damageOfTheLogIsNamed() throws IOException {
        try (Store store = open(home)) {
            fill(store, 9);
        }
        Path segment = home.resolve("log")
                .resolve(StoreSurvey.of(home, IntegrityFiles.DEFAULTS)
                        .segments()
                        .getFirst()
                        .file());
        byte[] bytes = Files.readAllBytes(segment);
        bytes[EngineFaultsTest.indexOf(bytes, "memory number".getBytes(java.nio.charset.StandardCharsets.UTF_8))] ^= 1;
        Files.write(segment, bytes);
        assertThat(StoreSurvey.of(home, IntegrityFiles.DEFAULTS).problems())
                .anyMatch(problem -> problem.contains(segment.getFileName().toString()));
    }
}
