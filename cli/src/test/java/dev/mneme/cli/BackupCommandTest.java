package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.mneme.cli.terminal.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a backup leaves when it is killed, or its server breaks off.
@Timeout(120)
class BackupCommandTest extends CliHarness {
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void endAnswers() {
        end.countDown();
    }

    private static byte[] whole() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("manifest"));
            zip.write(new byte[100]);
        }
        return bytes.toByteArray();
    }

    private void answersWhole() {
        server().then(exchange -> {
            exchange.getResponseHeaders().add("Mneme-Backup-Bytes", "100");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(whole());
        });
    }

    /// The beginning of a whole backup, and then nothing.
    private void answersHalf() {
        server().then(exchange -> {
            begin(exchange);
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void begin(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().add("Mneme-Backup-Bytes", "100");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(whole(), 0, 40);
        exchange.getResponseBody().flush();
    }

    private Process inItsOwnProcess(String... words) throws IOException {
        ProcessBuilder child = new ProcessBuilder(Stream.concat(
                        Stream.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()),
                        Stream.of(words))
                .toList());
        child.environment().putAll(env);
        return child.redirectErrorStream(true)
                .redirectOutput(home.resolve("child.log").toFile())
                .start();
    }

    private static List<Path> drafts(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".part")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path awaitHalf(Path folder) {
        Awaitility.await()
                .until(() ->
                        drafts(folder).stream().anyMatch(draft -> draft.toFile().length() == 40));
        return drafts(folder).getFirst();
    }

    @Test
    void whatAKilledBackupLeftInAFolderIsClearedByTheNext() throws Exception {
        Path folder = Files.createDirectory(home.resolve("backups"));
        answersHalf();
        Process child = inItsOwnProcess("backup", folder.toString());
        Path draft = awaitHalf(folder);

        answersWhole();
        Result beside = run("backup", folder.toString());
        assertThat(beside.status()).as(beside.err()).isZero();
        assertThat(drafts(folder)).as("one that is being written stays").containsExactly(draft);
        assertThat(beside.err()).doesNotContain("removed");

        child.destroyForcibly().waitFor();
        assertThat(drafts(folder)).containsExactly(draft);
        answersWhole();
        Result next = run("backup", folder.toString(), "--force");
        assertThat(next.status()).as(next.err()).isZero();
        assertThat(next.err()).isEqualTo("mneme: removed " + draft + ": it was never finished.\n");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly("mneme-20261122-100000.backup");
        }
    }

    @Test
    void whatAKilledBackupLeftUnderANameIsClearedByTheNextOfThatName() throws Exception {
        Path file = home.resolve("monday.backup");
        answersHalf();
        Process child = inItsOwnProcess("backup", file.toString());
        Path draft = awaitHalf(home);

        Result beside = run("backup", file.toString());
        assertThat(beside.status()).isEqualTo(ExitStatus.FAILED.code());
        assertThat(beside.err()).contains("is being written by another mneme");
        assertThat(draft).as("another's").hasSize(40);

        child.destroyForcibly().waitFor();
        answersWhole();
        Result next = run("backup", file.toString());
        assertThat(next.status()).as(next.err()).isZero();
        assertThat(next.err()).contains("removed " + draft);
        assertThat(Files.readAllBytes(file)).isEqualTo(whole());
        assertThat(draft).doesNotExist();
    }

    @Test
    void whatComesHalfIsNoBackup() {
        server().then(exchange -> {
            begin(exchange);
            exchange.close();
        });
        Path file = home.resolve("monday.backup");
        Result cut = run("backup", file.toString());
        assertThat(cut.status()).isEqualTo(ExitStatus.FAILED.code());
        assertThat(cut.err()).contains("No backup was made");
        assertThat(file).doesNotExist();
        assertThat(drafts(home)).isEmpty();
    }

    @Test
    void aLinkUnderTheDraftsNameIsNotFollowed() throws IOException {
        Path other = Files.writeString(home.resolve("other"), "mine");
        Path file = home.resolve("monday.backup");
        Files.createSymbolicLink(home.resolve("monday.backup.part"), other);
        answersWhole();
        assertThat(run("backup", file.toString()).status()).isZero();
        assertThat(other).hasContent("mine");

        Files.delete(other);
        Files.createSymbolicLink(home.resolve("monday.backup.part"), other); // leads nowhere now
        answersWhole();
        assertThat(run("backup", file.toString(), "--force").status()).isZero();
        assertThat(other).doesNotExist();
    }
}
