package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server's process is killed, and then somebody, or an unmounted disk, takes from its folder what it had
/// acknowledged. No start passes over that.
@Timeout(300)
class KilledTailTest {
    private static final int MAGIC = 0x4D4E4254; // of a batch of the log
    private static final int ADDS = 30;

    @TempDir
    Path home = Path.of("");

    private Path killed() {
        Path data = home.resolve("data");
        try (ChildServer server = ChildServer.start(data)) {
            Api api = server.admin();
            for (int n = 0; n < ADDS; n++) {
                assertThat(api.add("alice", "memory number " + n).status()).isEqualTo(201);
            }
            server.kill();
        }
        return data;
    }

    private static Path newestSegment(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("log"))) {
            return files.filter(file -> file.toString().endsWith(".wal") && holdsBatches(file))
                    .sorted()
                    .toList()
                    .getLast();
        }
    }

    private static boolean holdsBatches(Path file) {
        try {
            return lastBatch(Files.readAllBytes(file)) >= 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int lastBatch(byte[] content) {
        for (int at = content.length - 64; at >= 0; at -= 64) {
            if (ByteBuffer.wrap(content).getInt(at) == MAGIC) {
                return at;
            }
        }
        return -1;
    }

    @Test
    void whatWasTakenFromTheTailIsMissed() throws IOException {
        Path data = killed();
        Path segment = newestSegment(data);
        byte[] whole = Files.readAllBytes(segment);
        int last = lastBatch(whole);
        byte[] zeroed = whole.clone();
        Arrays.fill(zeroed, last, zeroed.length, (byte) 0);
        byte[] flipped = whole.clone();
        flipped[last + 200] ^= 1;
        for (byte[] damaged : List.of(zeroed, flipped)) {
            Files.write(segment, damaged);
            assertThatThrownBy(() -> ChildServer.start(data))
                    .hasMessageContaining("callers were told of batches")
                    .hasMessageContaining("--accept tail");
        }
        Files.write(segment, whole);
        try (ChildServer server = ChildServer.start(data)) {
            assertThat(server.admin().get(Api.MEMORIES + "?userId=alice").texts())
                    .hasSize(ADDS);
            assertThat(lastStop(server.admin())).isEqualTo("killed");
        }
    }

    private static String lastStop(Api api) {
        return api.get("/api/v1/status")
                .json()
                .path("integrity")
                .path("lastStop")
                .asText();
    }

    @Test
    void whoAcceptsTheTailIsServedTheRest() throws IOException {
        Path data = killed();
        Path segment = newestSegment(data);
        byte[] content = Files.readAllBytes(segment);
        Arrays.fill(content, lastBatch(content), content.length, (byte) 0);
        Files.write(segment, content);
        int status = Main.run(
                List.of("verify", "--data", data.toString(), "--accept", "tail"),
                Map.of("HOME", home.toString()),
                System.out,
                System.err);
        assertThat(status).isZero();
        try (ChildServer server = ChildServer.start(data)) {
            assertThat(server.admin().get(Api.MEMORIES + "?userId=alice").texts())
                    .hasSize(ADDS - 1);
            assertThat(lastStop(server.admin())).isEqualTo("uncertain");
            assertThat(server.admin().get("/api/v1/integrity").json().path("unknown"))
                    .isNotEmpty();
            assertThat(server.admin().get("/metrics").raw().body()).contains("mneme_integrity_uncertain_stops 1");
            assertThat(server.logged()).contains("Not known");
            Socket.until(() -> server.printed().contains("  note  Not known: "));
            assertThat(server.admin().get("/health/ready").raw().body())
                    .contains("the last stop left something unknown");
        }
    }

    /// Ten times, since native code that is in the midst of loading does not always fall over.
    @Test
    void aRefusedStartEndsWithItsStatusWhateverTheEmbedderDoes() throws Exception {
        Path data = killed();
        Files.move(data.resolve("tables"), home.resolve("unmounted"));
        Files.createDirectory(data.resolve("tables"));
        for (int n = 0; n < 10; n++) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-Xmx256m",
                    Main.class.getName(),
                    "serve",
                    "--data",
                    data.toString(),
                    "--port",
                    "0"));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            builder.environment().keySet().removeIf(name -> name.startsWith("MNEME_"));
            builder.redirectOutput(home.resolve("refused.out").toFile());
            Process process = builder.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as(Files.readString(home.resolve("refused.out")))
                    .isEqualTo(7);
            assertThat(Files.readString(home.resolve("refused.out"))).contains("mounted");
        }
        assertThat(data.resolve("tables")).isEmptyDirectory();
    }
}
