package dev.mneme.engine.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.EngineFaultsTest;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerificationTest {
    @TempDir
    Path folder;

    @TempDir
    Path copies;

    private Store open() {
        return LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("verify", new ManualClock())));
    }

    @BeforeEach
    void fill() {
        try (Store store = open()) {
            for (int n = 0; n < 30; n++) {
                String user = "user" + n % 3;
                store.write(Fixtures.write(Owner.user(user), Fixtures.add(user, "memory number " + n)));
            }
        }
    }

    private List<Path> files(String in, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(in))) {
            return files.filter(file -> file.toString().endsWith(suffix) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aSoundFolderHasNoProblems() {
        Verification.Report report = Verification.run(folder);
        assertThat(report.problems()).isEmpty();
        assertThat(report.owners()).isEqualTo(3);
        assertThat(report.memories()).isEqualTo(30);
        assertThat(report.rows()).isGreaterThan(100);
        assertThat(report.logRecords()).isPositive();
        try (Store store = open()) {
            assertThat(store.head(Owner.user("user0")).sequence())
                    .as("verifying changed nothing")
                    .isEqualTo(10);
        }
    }

    @Test
    void aFolderInUseIsNotVerified() {
        try (Store store = open()) {
            assertThatThrownBy(() -> Verification.run(folder))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageContaining("in use");
            assertThat(store.head(Owner.user("user0")).sequence()).isEqualTo(10);
        }
    }

    /// Each in a copy of its own, since whoever opens tables may also write files anew.
    @Test
    void aFlippedBitInAnyTableFileIsAProblem() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        List<Path> tables = files("tables", ".sst");
        assertThat(tables).isNotEmpty();
        for (Path file : tables) {
            String name = file.getFileName().toString();
            Path copy = copies.resolve(name);
            copyTo(copy);
            Path copied = copy.resolve("tables").resolve(name);
            byte[] damaged = Files.readAllBytes(copied);
            damaged[random.nextInt(60)] ^= 1; // within the first block of rows, however small
            Files.write(copied, damaged);
            assertThat(Verification.run(copy).problems())
                    .as(name)
                    .isNotEmpty()
                    .anyMatch(problem -> problem.contains(name));
        }
        assertThat(Verification.run(folder).problems()).isEmpty();
    }

    private void copyTo(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.toList()) {
                Files.copy(each, copy.resolve(folder.relativize(each).toString()));
            }
        }
    }

    @Test
    void aTableFileThatIsGoneIsAProblem() throws IOException {
        Path file = files("tables", ".sst").getFirst();
        Files.delete(file);
        assertThat(Verification.run(folder).problems()).isNotEmpty();
    }

    @Test
    void aFlippedBitInTheLogIsAProblemThatNamesTheFile() throws IOException {
        Path segment = files("log", "").getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        byte[] text = "memory number".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[EngineFaultsTest.indexOf(bytes, text)] ^= 1;
        Files.write(segment, bytes);
        assertThat(Verification.run(folder).problems())
                .anyMatch(problem -> problem.contains(segment.getFileName().toString()) && problem.contains("offset"));
    }
}
