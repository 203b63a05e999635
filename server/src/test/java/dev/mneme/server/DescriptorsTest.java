package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mneme.server.ChildServer.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The system has no descriptor left when a connection is to be accepted. The server keeps room for that never to
/// happen, so its limit is lowered while it runs; skipped where `prlimit` is missing.
@Timeout(300)
class DescriptorsTest {
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final String FAILING = "A connection could not be accepted";

    @TempDir
    Path home = Path.of("");

    private final List<RawHttp> clients = new ArrayList<>();

    @AfterEach
    void leave() {
        clients.forEach(RawHttp::close);
    }

    private static boolean prlimit(String... words) throws InterruptedException {
        try {
            return new ProcessBuilder(Stream.concat(Stream.of("prlimit"), Stream.of(words))
                                    .toList())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private static long descriptors(ChildServer server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }

    private static void assertNewcomersAreServed(ChildServer server, int count) {
        for (int i = 0; i < count; i++) {
            try (RawHttp newcomer = new RawHttp(server.port())) {
                assertThat(newcomer.say(LIVE).read(15)).isEqualTo("HTTP/1.1 200 OK");
            }
        }
    }

    @Test
    void acceptingGoesOnWhenThereIsNone() throws Exception {
        assumeThat(prlimit("--version")).as("prlimit is here").isTrue();
        try (ChildServer server = ChildServer.start(new Limits("256m", 1_024), home.resolve("data"))) {
            assertNewcomersAreServed(server, 20);
            long most = descriptors(server) + 20;
            assertThat(prlimit("--pid", String.valueOf(server.pid()), "--nofile=" + most + ":" + most))
                    .isTrue();
            for (int i = 0; i < 60; i++) {
                clients.add(new RawHttp(server.port()).say("GET /health/live HTTP/1.1\r\nX-Slow: "));
            }
            Socket.until(() -> server.logged().contains(FAILING));

            assertNewcomersAreServed(server, 20); // while the others stay
            clients.forEach(RawHttp::close);
            assertNewcomersAreServed(server, 20);
            assertThat(new Api(server.url(), "").get("/health/ready").status()).isEqualTo(200);
            assertThat(server.admin().add("alice", "still here").status()).isEqualTo(201);
            assertThat(server.logged().split(FAILING, -1).length - 1)
                    .as("told once a minute")
                    .isBetween(1, 5);
        }
    }
}
