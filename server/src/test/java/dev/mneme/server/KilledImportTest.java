package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server is killed in the middle of an import; the same command again brings the rest in, and nothing twice.
@Timeout(300)
class KilledImportTest {
    private static final int MEMORIES = 4_000;

    @TempDir
    Path home = Path.of("");

    private record Result(int status, String out, String err) {}

    private Result run(ChildServer server, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                args,
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(
                        "HOME",
                        home.toString(),
                        "MNEME_URL",
                        server.admin().url(),
                        "MNEME_KEY",
                        server.admin().secret()));
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static String line(int n) {
        return """
                {"memory":{"id":"%s","userId":"alice","createdAt":"2025-01-01T00:00:00.000Z","versions":[\
                {"version":1,"event":"ADD","at":"2025-01-01T00:00:00.000Z","key":"k9","instance":"desk",\
                "text":"memory number %d","metadata":{},"categories":[],"updatedAt":"2025-01-01T00:00:00.000Z"}]}}""".formatted("0193a000-0000-4000-8000-%012d".formatted(n), n);
    }

    private static long imported(ChildServer server) {
        return server.admin()
                .get("/api/v1/owners/user/alice")
                .json()
                .path("memories")
                .asLong();
    }

    @Test
    void anImportGoesOnAfterAKill() throws Exception {
        List<String> lines =
                IntStream.range(0, MEMORIES).mapToObj(KilledImportTest::line).toList();
        Path file = home.resolve("in.jsonl");
        Files.writeString(
                file,
                "{\"export\":{\"format\":\"mneme\",\"version\":1}}\n" + String.join("\n", lines) + "\n",
                StandardCharsets.UTF_8);
        Path data = home.resolve("data");
        try (ChildServer server = ChildServer.start(data)) {
            CompletableFuture<Result> importing =
                    CompletableFuture.supplyAsync(() -> run(server, "import", file.toString()));
            Socket.until(() -> imported(server) > 0);
            server.kill();
            importing.get(120, TimeUnit.SECONDS);
        }
        try (ChildServer server = ChildServer.start(data)) {
            Result result = run(server, "import", file.toString());
            assertThat(result.status()).as(result.err()).isZero();
            assertThat(imported(server)).isEqualTo(MEMORIES);
            assertThat(run(server, "export", "-").out().lines().skip(1)).containsExactlyElementsOf(lines);
            assertThat(server.admin()
                            .get("/api/v1/owners/user/alice")
                            .json()
                            .path("position")
                            .asText())
                    .as("each came in once")
                    .endsWith(":" + MEMORIES);
        }
    }
}
