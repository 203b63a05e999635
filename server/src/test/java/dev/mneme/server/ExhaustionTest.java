package dev.mneme.server;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mneme.server.ChildServer.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that take all they can of a server with 1,024 descriptors and a heap of 256 MiB. It must answer others
/// meanwhile, be as well afterwards, and never be out of memory.
@Timeout(600)
class ExhaustionTest {
    private static final int DESCRIPTORS = 1_024;

    @TempDir
    static Path home = Path.of("");

    private static ChildServer server;
    private static Api admin;
    private final List<RawHttp> clients = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = ChildServer.start(new Limits("256m", DESCRIPTORS), home.resolve("data"));
        admin = server.admin();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void theServerIsWell() {
        assertOthersAreServed();
        clients.forEach(RawHttp::close);
        assertOthersAreServed();
        assertThat(server.logged()).doesNotContain("OutOfMemoryError", "\"SEVERE\"");
    }

    private static void assertOthersAreServed() {
        assertThat(server.isAlive()).isTrue();
        assertThat(new Api(server.url(), "").get("/health/ready").status()).isEqualTo(200);
        assertThat(new Api(server.url(), server.adminKey())
                        .add("well", "still here " + System.nanoTime())
                        .status())
                .isEqualTo(201);
    }

    private static String key(String role) {
        Api.Reply made = admin.post("/api/v1/keys", "{\"name\":\"greedy\",\"role\":\"" + role + "\"}");
        assertThat(made.status()).isEqualTo(201);
        String secret = made.json().path("key").asText();
        assertThat(new Api(server.url(), secret)
                        .get(Api.MEMORIES + "?userId=nobody")
                        .status())
                .isEqualTo(200);
        return secret;
    }

    /// Connects and says something; a client that is sent away at once is as good.
    private void client(String say) {
        try {
            RawHttp client = new RawHttp(server.port());
            clients.add(client);
            client.say(say);
        } catch (java.io.UncheckedIOException sentAway) {
            assertThat(sentAway.getCause()).isInstanceOf(java.io.IOException.class);
        }
    }

    @Test
    void theEffectiveLimitIsToldAtTheStart() {
        assertThat(server.logged()).contains("Limits: 640 connections", "descriptors 1024");
    }

    @Test
    void moreConnectionsThanDescriptorsKeepNobodyOut() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            client(i % 2 == 0 ? "" : "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ");
            if (i % 100 == 99) {
                assertOthersAreServed();
            }
        }
        try (var open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            assertThat(open.count()).isLessThan(DESCRIPTORS);
        }
    }

    @Test
    void unfinishedHeadersOfManyFitInASmallHeap() {
        String head = "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(15_000);
        for (int i = 0; i < 3_000; i++) {
            client(head);
            if (i % 500 == 499) {
                assertOthersAreServed();
            }
        }
    }

    /// Requests of 8 MiB, or as many small values as a document may have, each of which would take a hundred times
    /// that.
    static Stream<Arguments> jsonThatGrows() {
        String most = "[" + "{},".repeat(2_600_000) + "{}]";
        String allowed = "[" + "{},".repeat(99_980) + "{}]";
        String nested = "[" + "{\"a\":{}},".repeat(49_980) + "{}]";
        String names =
                IntStream.range(0, 49_980).mapToObj(i -> "\"n" + i + "\":{}").collect(joining(",", "{", "}"));
        return Stream.of(most, allowed, nested, names)
                .flatMap(json -> Stream.of(
                        arguments(
                                "read",
                                "/api/v1/memories/search",
                                "{\"userId\":\"alice\",\"query\":\"x\",\"filter\":{\"metadata./a\":{\"eq\":" + json
                                        + "}}}"),
                        arguments(
                                "read",
                                "/v2/memories/search/",
                                "{\"query\":\"x\",\"filters\":{\"user_id\":\"alice\"},\"zzz\":" + json + "}"),
                        arguments(
                                "read",
                                "/v2/memories/search/",
                                "{\"query\":\"x\",\"filters\":{\"user_id\":\"alice\",\"metadata\":{\"a\":" + json
                                        + "}}}"),
                        arguments(
                                "write",
                                "/api/v1/memories",
                                "{\"userId\":\"alice\",\"text\":\"x\",\"metadata\":{\"a\":" + json + "}}"),
                        arguments("write", "/api/v1/memories", "{\"userId\":\"alice\",\"items\":" + json + "}"),
                        arguments(
                                "write",
                                "/v1/memories/",
                                "{\"user_id\":\"alice\",\"messages\":" + json + ",\"metadata\":{\"a\":1}}"),
                        arguments("admin", "/api/v1/import", header() + "{\"memory\":{\"metadata\":" + json + "}}")));
    }

    private static String header() {
        return "{\"export\":{\"format\":\"mneme\",\"version\":1}}\n";
    }

    @ParameterizedTest
    @MethodSource("jsonThatGrows")
    void jsonThatGrowsFitsInASmallHeap(String role, String path, String body) throws Exception {
        String secret = role.equals("admin") ? server.adminKey() : key(role);
        String type = path.endsWith("/import") ? "application/x-ndjson" : "application/json";
        byte[] request = ("POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret
                        + "\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length()
                        + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(answer(request)).isIn("200", "201", "207", "400", "413", "503");
        int times = body.length() > 2_000_000 ? 14 : 60;
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                answers.add(each.submit(() -> answer(request)));
            }
            assertOthersAreServed();
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isIn("200", "201", "207", "400", "413", "503");
            }
        }
    }

    /// The status of what is answered.
    private static String answer(byte[] request) {
        try (RawHttp client = new RawHttp(server.port())) {
            return client.say(request).read(12).substring(9);
        }
    }

    @Test
    void messagesThatGrowFitInASmallHeap() {
        String secret = key("write");
        String upgrade = "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer "
                + secret + "\r\n\r\n";
        String many = "[" + "{},".repeat(99_000) + "{}]";
        String ping = "{\"type\":\"ping\",\"payload\":{\"a\":[" + "{},".repeat(1_300) + "{}]}}";
        List<String> messages = List.of(
                "{\"type\":\"ping\",\"zzz\":[" + "{},".repeat(600_000) + "{}]}",
                "{\"type\":\"ping\",\"payload\":{\"a\":[" + "{},".repeat(600_000) + "{}]}}",
                "{\"type\":\"context-sync\",\"userId\":\"alice\",\"payload\":{\"contextKey\":\"k\",\"data\":" + many
                        + "}}");
        for (int i = 0; i < 90; i++) {
            String message = messages.get(i % messages.size());
            client(upgrade + frame(message) + frame(ping).repeat(10));
            if (i % 30 == 29) {
                assertOthersAreServed();
            }
        }
    }

    /// A text, with a mask of zeros.
    private static String frame(String text) {
        ByteBuffer head = ByteBuffer.allocate(14);
        head.put((byte) 0x81).put((byte) (0x80 | 127)).putLong(text.length()).putInt(0);
        return new String(head.array(), StandardCharsets.ISO_8859_1) + text;
    }

    @Test
    void unreadAnswersOfOneKeyFitInASmallHeap() {
        String text = "answer ".repeat(1_300);
        for (int i = 0; i < 2; i++) {
            String items = String.join(
                    ",",
                    IntStream.range(0, 500)
                            .mapToObj(n -> Api.memory(text + n).toString())
                            .toList());
            assertThat(admin.post(Api.MEMORIES, "{\"userId\":\"large\",\"items\":[" + items + "]}")
                            .status())
                    .isLessThan(300);
        }
        String get = "GET /api/v1/memories?userId=large&limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + key("read") + "\r\n\r\n";
        for (int i = 0; i < 400; i++) {
            client(get);
            if (i % 100 == 99) {
                assertOthersAreServed();
            }
        }
    }

    /// Of each the text is 60 KB, and the heap takes 1.7 MB.
    @Test
    void listsOfNestedMetadataFitInASmallHeap() throws Exception {
        Api writer = new Api(server.url(), key("write"));
        String nested = "[" + "{},".repeat(14_999) + "{}]";
        for (int i = 0; i < 200; i++) {
            assertThat(writer.post(
                                    Api.MEMORIES,
                                    "{\"userId\":\"nested\",\"text\":\"note " + i + "\",\"metadata\":{\"a\":" + nested
                                            + "}}")
                            .status())
                    .isEqualTo(201);
        }
        String secret = key("read");
        String end = " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret + "\r\nConnection: close\r\n\r\n";
        byte[] few = ("GET /api/v1/memories?userId=nested&limit=3" + end).getBytes(StandardCharsets.US_ASCII);
        byte[] all = ("GET /api/v1/memories?userId=nested&limit=1000" + end).getBytes(StandardCharsets.US_ASCII);
        assertThat(answer(few)).isEqualTo("200");
        try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 14; i++) {
                answers.add(each.submit(() -> answer(all)));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo("503");
            }
        }
        assertThat(answer(few)).isEqualTo("200");
    }

    @Test
    void bodiesBelowEveryLimitFitInASmallHeap() {
        String secret = key("write");
        String post = "POST /api/v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret
                + "\r\nContent-Length: 65000\r\n\r\n" + "a".repeat(64_000);
        for (int i = 0; i < 600; i++) {
            client(post);
        }
        assertOthersAreServed();
    }

    @Test
    void aClaimedLengthHoldsUpNobody() {
        String secret = key("write");
        for (int i = 0; i < 60; i++) {
            client("POST /api/v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret
                    + "\r\nContent-Length: 8000000\r\n\r\n" + "a".repeat(1_000));
        }
        String large = Api.memory("b".repeat(60_000)).put("userId", "other").toString();
        assertThat(admin.post(Api.MEMORIES, large).status()).isEqualTo(201); // its length is counted too
    }

    @Test
    void unfinishedMessagesOfOneKeyFitInASmallHeap() {
        String secret = key("read");
        String upgrade = "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer "
                + secret + "\r\n\r\n";
        String frame = new String(
                new byte[] {1, (byte) (0x80 | 127), 0, 0, 0, 0, 0, 0x1f, 0, 0, 0, 0, 0, 0},
                StandardCharsets.ISO_8859_1);
        String most = frame + "a".repeat(2_000_000);
        for (int i = 0; i < 200; i++) {
            try {
                RawHttp client = new RawHttp(server.port());
                clients.add(client);
                client.say(upgrade).read(12);
                Thread.ofVirtual().start(() -> {
                    try {
                        client.say(most);
                    } catch (java.io.UncheckedIOException closed) {
                        // refused with 1013, or cut
                    }
                });
            } catch (java.io.UncheckedIOException sentAway) {
                assertThat(sentAway.getCause()).isInstanceOf(java.io.IOException.class);
            }
        }
        assertOthersAreServed();
    }

    @Test
    void webSocketsWithoutAKeyKeepNobodyOut() {
        String upgrade = "GET /sync HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
        for (int i = 0; i < 1_200; i++) {
            client(upgrade);
        }
        try (Socket socket = Socket.open(admin)) {
            assertThat(socket.follow("alice")
                            .path("payload")
                            .path("serverVersion")
                            .isMissingNode())
                    .isFalse();
        }
    }

    @Test
    void whoIsOutOfMemoryAllTheSameEndsWithItsStatus() throws Exception {
        Path data = home.resolve("tiny").resolve("data");
        Files.createDirectories(data.getParent());
        // a budget larger than the heap: the operator's own mistake
        try (ChildServer tiny = ChildServer.start(
                new Limits("64m", 0), data, "--http.clientMemoryBytes", "1GiB", "--http.maxRequestBytes", "64MiB")) {
            String secret = tiny.adminKey();
            for (int i = 0; i < 8 && tiny.isAlive(); i++) {
                try {
                    RawHttp client = new RawHttp(tiny.port());
                    clients.add(client);
                    client.say("POST /api/v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret
                                    + "\r\nContent-Length: 60000000\r\n\r\n")
                            .say(new byte[50_000_000]);
                } catch (java.io.UncheckedIOException gone) {
                    assertThat(gone.getCause()).isInstanceOf(java.io.IOException.class);
                }
            }
            assertThat(tiny.ended()).isEqualTo(3);
            Socket.until(
                    () -> (tiny.printed() + tiny.logged()).contains("Terminating due to java.lang.OutOfMemoryError"));
        }
    }
}
