package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A backup taken with the command line from a running server, restored, and started on.
@Timeout(180)
final class BackupPathTest {
    @TempDir
    Path home = Path.of("");

    private record Ran(int status, String out, String err) {}

    private static Ran backup(RunningServer server, String... words) {
        List<String> all = new ArrayList<>(List.of("backup"));
        all.addAll(List.of(words));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = dev.mneme.cli.Main.run(
                all.toArray(String[]::new),
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("MNEME_URL", server.url(), "MNEME_KEY", server.adminKey()));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Ran restore(Path file, Path data, String... flags) {
        List<String> all = new ArrayList<>(List.of("restore", file.toString(), "--data", data.toString()));
        all.addAll(List.of(flags));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                all,
                Map.of("HOME", home.toString()),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aBackupIsTakenRestoredAndServed() throws IOException {
        Path file = home.resolve("monday.backup");
        String oldKey;
        String oldPosition;
        try (RunningServer server = RunningServer.on(home.resolve("a"))) {
            oldKey = server.adminKey();
            Api.Reply added = server.admin().add("alice", "likes tea");
            assertThat(added.status()).isEqualTo(201);
            oldPosition = added.position();
            assertThat(backup(server, file.toString()).status()).isZero();
            assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(server.admin().add("alice", "likes milk since").status()).isEqualTo(201);

            assertThat(backup(server, file.toString()).err()).contains("--force");
            assertThat(backup(server, file.toString(), "--force", "--json").status())
                    .isZero();
            assertThat(backup(server, home.toString(), "--quiet").out()).contains(home + "/mneme-", ".backup");
            assertThat(server.key("admin", "{\"users\":[\"alice\"]}")
                            .call("POST", "/api/v1/backups", null)
                            .status())
                    .as("an admin with a restriction")
                    .isEqualTo(403);
        }

        Ran restored = restore(file, home.resolve("b"), "--json");
        assertThat(restored.status()).as(restored.err()).isZero();
        JsonNode report = Api.JSON.readTree(restored.out());
        assertThat(report.path("rows").asLong()).isPositive();
        try (RunningServer server = RunningServer.on(home.resolve("b"))) {
            assertThat(server.adminKey()).isNotEqualTo(oldKey);
            assertThat(new Api(server.url(), oldKey).get("/api/v1/status").status())
                    .isEqualTo(401);
            assertThat(server.admin()
                            .get("/api/v1/memories?userId=alice")
                            .json()
                            .path("items"))
                    .hasSize(2);
            JsonNode followed = server.admin()
                    .get("/api/v1/changes?userId=alice&after=" + oldPosition)
                    .json();
            assertThat(followed.path("reset").asBoolean())
                    .as("a position of the old life")
                    .isTrue();
            assertThat(followed.path("position").asText())
                    .startsWith(report.path("epoch").asText());
            assertThat(server.admin().get("/api/v1/status").json().path("epoch").asText())
                    .isEqualTo(report.path("epoch").asText());
        }

        assertThat(restore(file, home.resolve("c"), "--restore-keys").out()).contains("keys of then");
        try (RunningServer server = RunningServer.on(home.resolve("c"))) {
            assertThat(home.resolve("c").resolve("admin.key")).doesNotExist();
            assertThat(new Api(server.url(), oldKey).get("/api/v1/status").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void whatCannotBeRestoredIsToldInOneLine() throws IOException {
        Path file = home.resolve("monday.backup");
        Path data = home.resolve("a");
        try (RunningServer server = RunningServer.on(data)) {
            assertThat(backup(server, file.toString()).status()).isZero();
            assertRefused(restore(file, data, "--force"), 2, "in use");
        }
        assertRefused(restore(file, data), 2, "--force");
        assertRefused(restore(home.resolve("none"), home.resolve("b")), 2, "none");
        byte[] bytes = Files.readAllBytes(file);
        Path cut = Files.write(home.resolve("cut.backup"), Arrays.copyOf(bytes, bytes.length - 100));
        assertRefused(restore(cut, home.resolve("b")), 7, "cut.backup");
        assertThat(home.resolve("b")).doesNotExist();
    }

    private static void assertRefused(Ran ran, int status, String says) {
        assertThat(ran.status()).as(ran.err()).isEqualTo(status);
        assertThat(ran.err().lines()).hasSize(1);
        assertThat(ran.err()).startsWith("mneme: ").contains(says);
    }
}
