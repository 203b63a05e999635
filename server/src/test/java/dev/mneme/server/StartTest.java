package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.server.config.ServerConfig;
import dev.mneme.testkit.HashingEmbedder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an operator sees of a start that cannot work: one line that says what to do.
@Timeout(60)
class StartTest {
    @TempDir
    Path home = Path.of("");

    private record Refusal(int status, String err) {}

    private Refusal serve(String... flags) {
        List<String> all =
                new ArrayList<>(List.of("serve", "--data", home.resolve("data").toString(), "--embedder.kind", "none"));
        all.addAll(List.of(flags));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.err;
        PrintStream captured = new PrintStream(err, true, StandardCharsets.UTF_8);
        System.setErr(captured); // the log's lines too
        try {
            int status = Main.run(
                    all, Map.of("HOME", home.toString()), new PrintStream(out, true, StandardCharsets.UTF_8), captured);
            return new Refusal(status, err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    private void assertOneLine(Refusal refusal, int status, String... says) {
        assertThat(refusal.status()).as(refusal.err()).isEqualTo(status);
        List<String> lines = refusal.err()
                .lines()
                .filter(line -> !line.contains("\"level\":\"INFO\""))
                .toList();
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst()).startsWith("mneme: ").contains(says).doesNotContain("\tat ");
    }

    @Test
    void aPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertOneLine(serve("--port", port), 2, port, "--port");
            RunningServer.on(home.resolve("data")).close(); // nobody holds the folder any more
        }
    }

    private MnemeServer start(Embedder embedder, MnemeServer.Opener open, int port) {
        ServerConfig config = ServerConfig.load(
                List.of("--data", home.resolve("data").toString(), "--port", String.valueOf(port)),
                Map.of("HOME", home.toString()));
        return MnemeServer.start(config, false, open, _ -> embedder);
    }

    @Test
    void anEmbedderIsClosedWhenThePortCannotBeHad() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CountedEmbedder embedder = new CountedEmbedder();
            assertThatThrownBy(() -> start(embedder, MnemeServer::node, taken.getLocalPort()))
                    .isInstanceOf(MnemeException.class);
            assertThat(embedder.closed).hasValue(1);
        }
    }

    /// Both are opened side by side.
    @Test
    void anEmbedderIsClosedWhenTheFolderCannotBeOpened() {
        CountedEmbedder embedder = new CountedEmbedder();
        MnemeServer.Opener refuses = (_, _, _) -> {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "The folder is in use.");
        };
        assertThatThrownBy(() -> start(embedder, refuses, 0)).hasMessage("The folder is in use.");
        assertThat(embedder.closed).hasValue(1);
    }

    /// Counts how often it is closed.
    private static final class CountedEmbedder implements Embedder {
        final AtomicInteger closed = new AtomicInteger();
        private final HashingEmbedder embedder = new HashingEmbedder(8);

        @Override
        public EmbeddingSpace space() {
            return embedder.space();
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            return embedder.embed(text, demand);
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            return embedder.embedQuery(query, demand);
        }

        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            embedder.close();
        }
    }

    @Test
    void aDataFolderInUse() {
        try (RunningServer running = RunningServer.on(home.resolve("data"))) {
            Refusal refusal = serve("--port", "0");
            assertThat(refusal.status()).isIn(2, 7);
            assertOneLine(refusal, refusal.status(), home.resolve("data").toString());
            assertThat(running.admin().add("ann", "undisturbed").status()).isEqualTo(201);
        }
    }

    @Test
    void aDataFolderThatCannotBeMade() throws IOException {
        Files.writeString(home.resolve("data"), "a file");
        Refusal refusal = serve("--port", "0");
        assertOneLine(refusal, refusal.status(), home.resolve("data").toString());
    }

    @Test
    void anUnknownSetting() {
        assertOneLine(serve("--http.prot", "1"), 2, "--http.prot", "--http.port");
    }

    @Test
    void anOpenAddressWithoutTls() {
        assertOneLine(serve("--host", "0.0.0.0", "--port", "0"), 2, "0.0.0.0", "--insecure", "certificate");
        assertThat(Files.exists(home.resolve("data")))
                .as("nothing is made before")
                .isFalse();
    }

    @Test
    void anAddressThatIsNotThisMachines() {
        assertOneLine(serve("--host", "no-such-host.invalid", "--insecure", "--port", "0"), 2, "no-such-host.invalid");
    }

    @Test
    void aCertificateThatIsNone() throws IOException {
        Path certificate = Files.writeString(home.resolve("c.pem"), "not a certificate");
        Path key = Files.writeString(home.resolve("k.pem"), "not a key");
        assertOneLine(
                serve(
                        "--port",
                        "0",
                        "--http.tls.certificate",
                        certificate.toString(),
                        "--http.tls.key",
                        key.toString()),
                2,
                "http.tls.");
        assertOneLine(
                serve("--port", "0", "--http.tls.certificate", "/nowhere.pem", "--http.tls.key", key.toString()),
                2,
                "http.tls.certificate");
        assertOneLine(
                serve("--port", "0", "--http.tls.keystore", certificate.toString(), "--http.tls.keystorePassword", "x"),
                2,
                "http.tls.keystore");
    }

    @Test
    void anUnknownCommand() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                List.of("sreve"),
                Map.of(),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertOneLine(new Refusal(status, err.toString(StandardCharsets.UTF_8)), 2, "sreve");
    }
}
