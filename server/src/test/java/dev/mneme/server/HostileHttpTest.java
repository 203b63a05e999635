package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.Api.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that are slow, broken or hostile, against one server in a process of its own with a small heap. None may
/// hurt the others, none may see a fault of the server, and after each the server is as well as before.
@Timeout(300)
class HostileHttpTest {
    private static final int BODY_LIMIT = 8 << 20;

    @TempDir
    static Path home = Path.of("");

    private static ChildServer server;
    private static Api api;

    @BeforeAll
    static void start() {
        server = ChildServer.start(home.resolve("data"));
        api = server.admin();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private int loggedBefore;

    @BeforeEach
    void remember() {
        loggedBefore = server.logged().length();
    }

    @AfterEach
    void theServerIsWell() {
        assertThat(server.isAlive()).isTrue();
        assertThat(api.get("/health/ready").status()).isEqualTo(200);
        assertThat(api.add("well", "still here " + System.nanoTime()).status()).isEqualTo(201);
        assertThat(api.get("/metrics").raw().body()).doesNotContain("status=\"500");
        assertThat(server.logged().substring(loggedBefore))
                .doesNotContain("OutOfMemoryError", "\"SEVERE\"", "\"exception\"");
    }

    private static String head(String line, String... headers) {
        return line + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + server.adminKey() + "\r\n"
                + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList());
    }

    @Test
    void whoDribblesARequestIsCutAndHoldsUpNobody() {
        try (RunningServer impatient = RunningServer.on(home.resolve("impatient"), "--http.requestTimeout", "1s")) {
            Api other = impatient.admin();
            String key = "Authorization: Bearer " + impatient.adminKey() + "\r\n";
            String post = "POST /api/v1/memories HTTP/1.1\r\nHost: x\r\n" + key;
            List<RawHttp> slow = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                slow.add(new RawHttp(impatient.port()).say("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "));
                slow.add(new RawHttp(impatient.port()).say(post + "Content-Length: 1000000\r\n\r\n{"));
                slow.add(new RawHttp(impatient.port()).say(post + "Transfer-Encoding: chunked\r\n\r\n4\r\n"));
            }
            Socket.until(() -> {
                assertThat(other.get("/api/v1/status").status()).isEqualTo(200);
                slow.removeIf(RawHttp::dribble);
                return slow.isEmpty();
            });
            assertThat(other.get("/metrics").raw().body()).doesNotContain("status=\"5");
        }
    }

    @Test
    void thousandsOfIdleConnectionsHoldUpNobody() {
        List<RawHttp> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 2_000; i++) {
                idle.add(new RawHttp(server.port()));
            }
            assertThat(api.add("idle", "while others idle").status()).isEqualTo(201);
            for (RawHttp one : List.of(idle.getFirst(), idle.get(1_000), idle.getLast())) {
                assertThat(one.say(head("GET /health/live") + "\r\n").read(12)).isEqualTo("HTTP/1.1 200");
            }
        } finally {
            idle.forEach(RawHttp::close);
        }
    }

    @Test
    void whatIsNoHttpIsRefused() {
        Random random = new Random(20_260_101);
        List<byte[]> garbage = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(bytes);
            garbage.add(bytes);
        }
        for (String text : List.of(
                "\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001", // TLS knocks on the plain door
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET\r\n\r\n",
                "GET /\r\n\r\n",
                "GET / HTTP/0.9\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                "G\u0000T / HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n",
                head("POST /api/v1/memories", "Content-Length: -1") + "\r\n",
                head("POST /api/v1/memories", "Content-Length: 5", "Content-Length: 6") + "\r\nhello",
                head("POST /api/v1/memories", "Content-Length: 5", "Transfer-Encoding: chunked") + "\r\nzz\r\n",
                head("POST /api/v1/memories", "Transfer-Encoding: chunked") + "\r\nnot a size\r\n",
                head("POST /api/v1/memories", "Transfer-Encoding: gzip") + "\r\nhello")) {
            garbage.add(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        for (byte[] bytes : garbage) {
            try (RawHttp client = new RawHttp(server.port())) {
                String answer = client.say(bytes).endOutput().rest();
                assertThat(answer)
                        .as(new String(bytes, StandardCharsets.ISO_8859_1))
                        .doesNotStartWith("HTTP/1.1 500")
                        .doesNotStartWith("HTTP/1.1 2");
            } catch (java.io.UncheckedIOException refusedWhileSaying) {
                // as good an answer
                assertThat(refusedWhileSaying.getCause()).isInstanceOf(java.net.SocketException.class);
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        int requests = 100;
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            String path = i % 3 == 0
                    ? "GET /api/v1/memories?userId=nobody"
                    : i % 3 == 1 ? "GET /no/where" : "GET /health/live";
            all.append(head(path, "X-Request-Id: r" + i, i == requests - 1 ? "Connection: close" : "X-More: yes"))
                    .append("\r\n");
        }
        try (RawHttp client = new RawHttp(server.port())) {
            Matcher ids = Pattern.compile("(?i)\r\nX-Request-Id: (\\S+)")
                    .matcher(client.say(all.toString()).rest());
            assertThat(ids.results().map(match -> match.group(1)).toList())
                    .isEqualTo(
                            IntStream.range(0, requests).mapToObj(i -> "r" + i).toList());
        }
    }

    @Test
    void manyLargeBodiesAtOnceFitInASmallHeap() throws Exception {
        byte[] body = Api.memory("a".repeat(BODY_LIMIT - 100))
                .put("userId", "large")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        String head = head("POST /api/v1/memories", "Connection: close", "Content-Length: " + body.length) + "\r\n";
        List<Future<String>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 48; i++) {
                answers.add(clients.submit(() -> {
                    try (RawHttp client = new RawHttp(server.port())) {
                        return client.say(head).say(body).rest();
                    }
                }));
            }
        }
        for (Future<String> answer : answers) {
            assertThat(answer.get())
                    .as("the text is too long, or on a busy machine: too many at once")
                    .matches("(?s)HTTP/1.1 (413 .*\"field\":\"text\".*|503 .*\"overloaded\".*)");
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedWithTheLimit() {
        for (int size : List.of(BODY_LIMIT + 1, 2 * BODY_LIMIT + 1)) {
            byte[] body = new byte[size];
            for (Reply reply : List.of(
                    api.send("POST", Api.MEMORIES, BodyPublishers.ofByteArray(body)),
                    api.send(
                            "POST",
                            Api.MEMORIES,
                            BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body))))) {
                assertThat(reply.status()).isEqualTo(413);
                assertThat(reply.json().path("detail").asText()).contains(String.valueOf(BODY_LIMIT));
            }
        }
        for (String length : List.of("99999999999", String.valueOf(Long.MAX_VALUE))) {
            try (RawHttp client = new RawHttp(server.port())) {
                String answer = client.say(head("POST /api/v1/memories", "Content-Length: " + length) + "\r\nhello")
                        .endOutput()
                        .rest();
                assertThat(answer).startsWith("HTTP/1.1 413").contains(String.valueOf(BODY_LIMIT));
            }
        }
    }

    @Test
    void whoSaysNoMoreIsStillAnswered() {
        try (RawHttp client = new RawHttp(server.port())) {
            assertThat(client.say(head("GET /health/live") + "\r\n").endOutput().rest())
                    .startsWith("HTTP/1.1 200")
                    .contains("\"status\"");
        }
        try (RawHttp client = new RawHttp(server.port())) {
            assertThat(client.say(head("GET /health/live")).endOutput().rest()).doesNotStartWith("HTTP/1.1 5");
        }
        try (RawHttp client = new RawHttp(server.port())) {
            assertThat(client.say(head("POST /api/v1/memories", "Content-Length: 100") + "\r\n{\"text\":")
                            .endOutput()
                            .rest())
                    .doesNotStartWith("HTTP/1.1 5");
        }
        assertThat(api.list("userId=half").texts()).isEmpty();
    }

    @Test
    void whoDropsTheConnectionInTheMiddleOfAnAnswerHarmsNobody() {
        String text = "reset ".repeat(1_000);
        String items = String.join(
                ",",
                IntStream.range(0, 500)
                        .mapToObj(i -> Api.memory(text + i).toString())
                        .toList());
        assertThat(api.post(Api.MEMORIES, "{\"userId\":\"reset\",\"items\":[" + items + "]}")
                        .status())
                .isLessThan(300);
        for (int i = 0; i < 30; i++) {
            RawHttp client = new RawHttp(server.port());
            client.say(head("GET /api/v1/memories?userId=reset&limit=1000") + "\r\n");
            assertThat(client.read(1 + i * 100)).startsWith("H");
            client.reset();
        }
        RawHttp mute = new RawHttp(server.port());
        mute.say(head("POST /api/v1/memories", "Content-Length: 100000") + "\r\n{")
                .reset();
        assertThat(api.list("userId=reset&limit=1000").texts()).hasSize(500);
    }
}
