package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.Collected;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a list's items take is counted against the memory for clients as they are read.
class CollectingTest {
    private static final int ITEM = 20_000; // on the heap, and as much again for the answer
    private static final int MEMORY = 1 << 20;
    private static final Parameter COUNT =
            Parameter.integer("count", "how many are read").between(1, 10_000).otherwise(1);

    private final ManualClock clock = new ManualClock();
    private final ModelStore store = new ModelStore(clock);
    private final KeyService keys = new KeyService(store, clock, new SecureRandom());
    private final ClientMemory held = new ClientMemory(MEMORY);
    private final AtomicInteger read = new AtomicInteger();
    private HttpServer server;
    private String secret;
    private Memory memory;

    @BeforeEach
    void start() {
        secret = keys.bootstrap().secret();
        memory = Fixtures.stored(store.write(
                Fixtures.write(Fixtures.ALICE, Fixtures.add("alice", "x".repeat(ITEM / 2)))));
        List<Route> routes = List.of(
                Route.get("/list").query(COUNT).by(request -> {
                    request.expects(1);
                    collect(request.query().integer(COUNT));
                    return Answer.text(200, "text/plain", "done");
                }),
                Route.get("/scan").query(COUNT).by(request -> {
                    collect(request.query().integer(COUNT)); // none of it is answered with
                    return Answer.text(200, "text/plain", "done");
                }),
                Route.get("/pages").query(COUNT).by(request -> {
                    int pages = request.query().integer(COUNT);
                    request.expects(1);
                    return Answer.download("text/plain", out -> {
                        for (int page = 0; page < pages; page++) {
                            collect(10);
                            out.write('x');
                            for (int i = 0; i < 10; i++) {
                                Collected.left(memory);
                            }
                        }
                    });
                }));
        HttpConfig config = new HttpConfig(
                "127.0.0.1",
                0,
                null,
                MEMORY / 4,
                MEMORY,
                100,
                Set.of(),
                new ApiKey.Rate(1_000, 1_000),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
        server = HttpServer.start(
                config, keys, new RateLimiter(config.rate()), (a, b, c, d) -> {}, routes, List.of(), held);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void collect(int count) {
        for (int i = 0; i < count; i++) {
            Collected.joined(memory);
            read.incrementAndGet();
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .header("Authorization", "Bearer " + secret)
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    private void assertAllIsGivenBack() {
        Awaitility.await().untilAsserted(() -> assertThat(held.usedBytes()).isZero());
    }

    @Test
    void aListThatNeedsMoreThanThereIsEndsBeforeItIsRead() throws Exception {
        assertThat(get("/list?count=10").body()).isEqualTo("done");
        read.set(0);
        HttpResponse<String> refused = get("/list?count=10000");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("overloaded", "ask for less at a time");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(read.get()).isBetween(20, 30);
        assertAllIsGivenBack();
        assertThat(get("/list?count=10").body()).isEqualTo("done");
    }

    @Test
    void whatIsReadAndNotAnsweredWithIsNotCounted() throws Exception {
        assertThat(get("/scan?count=1000").body()).isEqualTo("done");
    }

    @Test
    void ofADownloadOnlyWhatItHoldsAtATimeIsCounted() throws Exception {
        assertThat(get("/pages?count=100").body()).hasSize(100);
        assertThat(read.get()).isEqualTo(1_000);
        assertAllIsGivenBack();
    }
}
