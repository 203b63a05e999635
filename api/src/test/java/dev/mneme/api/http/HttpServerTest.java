package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final int LIMIT = 64 << 10;
    private static final HttpConfig CONFIG = new HttpConfig(
            "127.0.0.1",
            0,
            null,
            LIMIT,
            4 * LIMIT,
            100,
            Set.of("https://app.example"),
            new ApiKey.Rate(1_000, 1_000),
            Duration.ofSeconds(60),
            Duration.ofMillis(400),
            Duration.ofSeconds(10));

    private final CountDownLatch slowBegan = new CountDownLatch(1);
    private final CountDownLatch slowMayEnd = new CountDownLatch(1);
    private final CompletableFuture<EventStream> opened = new CompletableFuture<>();
    private final AtomicBoolean floodEnded = new AtomicBoolean();
    private final AtomicInteger downloadsClosed = new AtomicInteger();
    private final List<String> counted = new ArrayList<>();
    private HttpServer server;
    private RawClient raw;
    private HttpClient client;
    private KeyService keys;
    private String secret;

    @BeforeEach
    void start() {
        ManualClock clock = new ManualClock();
        keys = new KeyService(new ModelStore(clock), clock, new SecureRandom());
        secret = keys.bootstrap().secret();
        List<Route> routes = List.of(
                Route.get("/open").access(Access.OPEN).by(request -> Answer.text(200, "text/plain", "hello")),
                Route.get("/things/{name}")
                        .path(Parameter.string("name", "its name"))
                        .by(request -> Answer.text(200, "text/plain", request.path("name"))),
                Route.get("/priority")
                        .by(request -> Answer.text(
                                200,
                                "text/plain",
                                String.valueOf(request.caller().bulk()))),
                Route.get("/things/known").by(request -> Answer.text(200, "text/plain", "literal")),
                Route.post("/things")
                        .takes(Thing.class)
                        .by(request -> Answer.text(200, "text/plain", String.valueOf(request.body().length))),
                Route.get("/broken").by(request -> {
                    throw new IllegalStateException("SECRET TEXT");
                }),
                Route.get("/slow").access(Access.OPEN).by(this::slow),
                Route.get("/events").access(Access.OPEN).by(request -> Answer.events(this::events)),
                Route.get("/flood").access(Access.OPEN).by(request -> Answer.events(this::flood)),
                Route.get("/whole")
                        .access(Access.OPEN)
                        .by(request -> Answer.download("text/plain", new Counted(out -> out.write('x')))),
                Route.get("/endless")
                        .access(Access.OPEN)
                        .by(request -> Answer.download("text/plain", new Counted(HttpServerTest::endless))),
                Route.get("/elsewhere")
                        .access(Access.OPEN)
                        .by(request -> Answer.download("text/plain", new Counted(HttpServerTest::elsewhere))));
        HttpMetrics metrics = (method, template, status, nanos) -> counted.add(method + " " + template + " " + status);
        server = HttpServer.start(CONFIG, keys, new RateLimiter(CONFIG.rate()), metrics, routes, List.of());
        raw = new RawClient(server.port());
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    record Thing(String name) {}

    private Answer slow(Request request) throws InterruptedException {
        slowBegan.countDown();
        assertThat(slowMayEnd.await(20, TimeUnit.SECONDS)).isTrue();
        return Answer.text(200, "text/plain", "done");
    }

    private void events(EventStream stream) throws InterruptedException {
        stream.send("1", "greeting", "two\nlines");
        CountDownLatch closed = new CountDownLatch(1);
        stream.onClose(closed::countDown);
        opened.complete(stream);
        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private void flood(EventStream stream) {
        String data = "x".repeat(64 << 10);
        try {
            while (true) {
                stream.send(null, "flood", data);
            }
        } finally {
            floodEnded.set(true);
        }
    }

    /// A download that counts how often it was closed.
    private final class Counted implements BodySource {
        private final BodySource source;

        Counted(BodySource source) {
            this.source = source;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            source.writeTo(out);
        }

        @Override
        public void close() {
            downloadsClosed.incrementAndGet();
        }
    }

    private static void endless(OutputStream out) throws IOException {
        byte[] block = new byte[64 << 10];
        while (true) {
            out.write(block);
        }
    }

    /// As an export does: another thread writes, no virtual one, and the connection's waits for it.
    private static void elsewhere(OutputStream out) throws IOException {
        CompletableFuture<Void> written = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                endless(out);
            } catch (IOException | RuntimeException e) {
                written.completeExceptionally(e);
            }
        });
        try {
            written.join(); // interrupted or not
        } catch (CompletionException e) {
            throw new IOException(e);
        }
    }

    @AfterEach
    void stop() throws IOException {
        raw.close();
        slowMayEnd.countDown();
        server.close();
        client.close();
    }

    @Test
    void aPortInUseIsAFailureAndNotAServerWithoutAPort() {
        HttpConfig taken = CONFIG.withPort(server.port());

        assertThatThrownBy(() -> HttpServer.start(
                        taken, keys, new RateLimiter(CONFIG.rate()), HttpMetrics.NONE, List.of(), List.of()))
                .hasRootCauseInstanceOf(java.net.BindException.class);
    }

    /// A thread that has not come out of its `accept` holds the port: many times, since that is a matter of
    /// microseconds.
    @Test
    void aClosedServerHasGivenItsPortBack() {
        HttpConfig same = CONFIG.withPort(server.port());
        for (int i = 0; i < 200; i++) {
            server.close();
            server = HttpServer.start(
                    same, keys, new RateLimiter(CONFIG.rate()), HttpMetrics.NONE, List.of(), List.of());
        }
        assertThat(server.port()).isEqualTo(same.port());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(java.net.URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Authorization", "Bearer " + secret);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String raw(String method, String target, String... headers) {
        return method + " " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret + "\r\n"
                + String.join("", Arrays.stream(headers).map(h -> h + "\r\n").toList()) + "\r\n";
    }

    @Test
    void findsTheRouteAndPutsALiteralBeforeAName() throws Exception {
        assertThat(send(to("/things/tea%20pot")).body()).isEqualTo("tea pot");
        assertThat(send(to("/things/known")).body()).isEqualTo("literal");
    }

    @Test
    void everyAnswerCarriesSecurityHeadersAndTheRequestId() throws Exception {
        HttpResponse<String> answer = send(to("/open").header("X-Request-Id", "abc-1"));
        assertThat(answer.headers().firstValue("X-Request-Id")).contains("abc-1");
        assertThat(answer.headers().map())
                .containsKeys("X-Content-Type-Options", "Content-Security-Policy", "Cache-Control");
        RawClient.Reply cleaned = raw.send(raw("GET", "/open", "X-Request-Id: a b\tc" + "d".repeat(200)));
        assertThat(cleaned.header("x-request-id")).startsWith("abcd").hasSize(128);
    }

    @Test
    void anUnknownPathIsAProblem() throws Exception {
        HttpResponse<String> answer = send(to("/nothing"));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"not_found\"").contains("\"requestId\":");
    }

    @Test
    void anotherMethodIsAnsweredWithTheOnesThereAre() throws Exception {
        HttpResponse<String> answer = send(to("/things").DELETE());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("OPTIONS, POST");
        assertThat(answer.body()).contains("\"code\":\"invalid_request\"").contains("\"status\":405");
        HttpResponse<String> options = send(to("/open").method("OPTIONS", BodyPublishers.noBody()));
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
    }

    @Test
    void headHasTheLengthAndNoBody() throws Exception {
        RawClient.Reply head = raw.send(raw("HEAD", "/open"));
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("5");
        assertThat(raw.send(raw("GET", "/open")).body()).isEqualTo("hello");
        RawClient.Reply events = raw.send(raw("HEAD", "/events"));
        assertThat(events.header("content-type")).isEqualTo("text/event-stream");
        assertThat(raw.send(raw("GET", "/open")).body()).as("nothing followed").isEqualTo("hello");
    }

    @Test
    void theKeyMayComeInEachOfThreeSpellings() throws Exception {
        for (String header :
                List.of("Authorization: Bearer " + secret, "Authorization: token " + secret, "X-API-Key: " + secret)) {
            assertThat(raw.send("GET /things/x HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void withoutAKnownKeyNothingIsSaid() throws Exception {
        for (String header : List.of("X: y", "Authorization: Bearer mk_wrong", "Authorization: Basic " + secret)) {
            RawClient.Reply reply = raw.send("GET /things/x HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.header("www-authenticate")).startsWith("Bearer");
            assertThat(reply.body()).contains("\"code\":\"unauthenticated\"");
        }
    }

    @Test
    void aKeyThatAsksTooOftenIsToldHowLongToWait() throws Exception {
        Caller admin = Caller.of(keys.authenticate(secret), null);
        secret = keys.create(admin, "slow", Role.READ, Restriction.NONE, null, new ApiKey.Rate(1, 2))
                .secret();
        assertThat(send(to("/things/x")).statusCode()).isEqualTo(200);
        assertThat(send(to("/things/x")).statusCode()).isEqualTo(200);
        HttpResponse<String> answer = send(to("/things/x"));
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body())
                .contains("\"code\":\"rate_limited\"")
                .containsPattern("\"retryAfterMillis\":[1-9][0-9]*");
    }

    @Test
    void aRequestSaysThatItIsBulkWork() throws Exception {
        assertThat(send(to("/priority")).body()).isEqualTo("false");
        assertThat(send(to("/priority").header("Mneme-Priority", "normal")).body())
                .isEqualTo("false");
        assertThat(send(to("/priority").header("Mneme-Priority", "bulk")).body())
                .isEqualTo("true");
        HttpResponse<String> refused = send(to("/priority").header("Mneme-Priority", "high"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("Mneme-Priority");
    }

    @Test
    void aRoleThatIsLessIsNotAllowed() throws Exception {
        Caller admin = Caller.of(keys.authenticate(secret), null);
        secret = keys.create(admin, "reader", Role.READ, Restriction.NONE, null, null)
                .secret();
        HttpResponse<String> answer = send(to("/things").POST(BodyPublishers.ofString("{}")));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("\"code\":\"not_allowed\"");
    }

    @Test
    void aFaultOfOursSaysNothingOfItself() throws Exception {
        HttpResponse<String> answer = send(to("/broken"));
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("\"code\":\"internal\"").doesNotContain("SECRET", "Exception");
    }

    @Test
    void aBodyOverTheLimitIsTooLargeWhetherItsLengthIsSaidOrNot() throws Exception {
        byte[] large = new byte[LIMIT + 1];
        HttpResponse<String> announced = send(to("/things").POST(BodyPublishers.ofByteArray(large)));
        assertThat(announced.statusCode()).isEqualTo(413);
        assertThat(announced.body()).contains("\"code\":\"too_large\"");
        HttpRequest.BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large));
        assertThat(send(to("/things").POST(chunked)).statusCode()).isEqualTo(413);
        byte[] most = new byte[LIMIT];
        assertThat(send(to("/things").POST(BodyPublishers.ofByteArray(most))).body())
                .isEqualTo(String.valueOf(LIMIT));
        String endless = raw("POST", "/things", "Content-Length: 99999999999");
        assertThat(raw.send(endless).status()).isEqualTo(413);
        String chunk = raw("POST", "/things", "Transfer-Encoding: chunked") + "7fffffff\r\n";
        assertThat(raw.send(chunk).status()).isEqualTo(413);
    }

    @Test
    void aBodyWhereNoneIsTakenIsRefused() throws Exception {
        HttpResponse<String> answer = send(to("/things/x").method("GET", BodyPublishers.ofString("{\"a\":1}")));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"field\":\"body\"");
    }

    @Test
    void pathsThatHideSomethingAreRefused() throws Exception {
        for (String path : List.of(
                "/things/a%2Fb",
                "/things/..",
                "/things/%2e%2e",
                "/things/%5c",
                "/things/%00",
                "/things/%zz",
                "/things/%",
                "/things/%c3%28")) {
            RawClient.Reply reply = raw.send(raw("GET", path));
            assertThat(reply.status()).as(path).isEqualTo(400);
            assertThat(reply.body()).as(path).contains("\"code\":\"invalid_request\"");
        }
    }

    @Test
    void queriesAreReadStrictly() throws Exception {
        for (Map.Entry<String, String> each : Map.of(
                        "?unknown=1", "unknown", "?a=%zz", "a", "?a=1&a=2", "a", "?%ff=1", "query", "?=1", "query")
                .entrySet()) {
            RawClient.Reply reply = raw.send(raw("GET", "/things/x" + each.getKey()));
            assertThat(reply.status()).as(each.getKey()).isEqualTo(400);
            assertThat(reply.body())
                    .as(each.getKey())
                    .contains("\"code\":\"invalid_request\"", "\"field\":\"" + each.getValue() + "\"");
        }
    }

    @Test
    void whatIsNoHttpIsAProblemToo() throws Exception {
        for (String request : List.of(
                "GET /open HTTP/1.1\r\n\r\n",
                "GET /open HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
                "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /open HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(40_000) + "\r\n\r\n",
                "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n")) {
            RawClient.Reply reply;
            try {
                reply = raw.send(request);
            } catch (IOException e) {
                throw new AssertionError("no answer to " + request.substring(0, Math.min(60, request.length())), e);
            }
            assertThat(reply.status()).as(request).isBetween(400, 499);
            assertThat(reply.header("content-type")).as(request).isEqualTo("application/problem+json");
            assertThat(reply.body()).contains("\"code\":");
            raw.close();
        }
    }

    @Test
    void onlyPagesOfAllowedOriginsMayCall() throws Exception {
        RawClient.Reply foreign = raw.send(raw("GET", "/things/x", "Origin: https://evil.example"));
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.body()).contains("\"code\":\"not_allowed\"");
        assertThat(raw.send(raw("GET", "/things/x", "Origin: null")).status()).isEqualTo(403);
        assertThat(raw.send(raw("GET", "/things/x", "Origin: http://x")).status())
                .isEqualTo(200);
        RawClient.Reply allowed = raw.send(raw("GET", "/things/x", "Origin: https://app.example"));
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("access-control-allow-origin")).isEqualTo("https://app.example");
        assertThat(allowed.header("vary")).isEqualTo("Origin");
        RawClient.Reply problem = raw.send(raw("GET", "/nothing", "Origin: https://app.example"));
        assertThat(problem.header("access-control-allow-origin")).isEqualTo("https://app.example");
    }

    @Test
    void anAllowedOriginsPreflightIsAnsweredWithoutAKey() throws Exception {
        String preflight = "OPTIONS /things HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\nOrigin: ";
        RawClient.Reply allowed = raw.send(preflight + "https://app.example\r\n\r\n");
        assertThat(allowed.status()).isEqualTo(204);
        assertThat(allowed.header("access-control-allow-methods")).contains("POST");
        assertThat(allowed.header("access-control-allow-headers")).contains("Authorization", "If-Match");
        assertThat(raw.send(preflight + "https://evil.example\r\n\r\n").status())
                .isEqualTo(403);
    }

    @Test
    void metricsAreToldTheTemplateNotThePath() throws Exception {
        send(to("/things/x"));
        send(to("/nothing/at/all"));
        Awaitility.await().until(() -> counted.size() == 2);
        assertThat(counted).containsExactly("GET /things/{name} 200", "GET unmatched 404");
    }

    @Test
    void anEventStreamGivesEventsAsTheyAreSent() throws Exception {
        HttpResponse<InputStream> answer = client.send(to("/events").build(), BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        byte[] begin =
                answer.body().readNBytes(": open\n\nid: 1\nevent: greeting\ndata: two\ndata: lines\n\n".length());
        assertThat(new String(begin, StandardCharsets.UTF_8))
                .isEqualTo(": open\n\nid: 1\nevent: greeting\ndata: two\ndata: lines\n\n");
        opened.get(20, TimeUnit.SECONDS).close();
        assertThat(answer.body().readAllBytes()).isEmpty();
    }

    @Test
    void aStreamWhoseClientHasGoneIsClosed() throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.getOutputStream().write(raw("GET", "/flood").getBytes(StandardCharsets.UTF_8));
        assertThat(socket.getInputStream().readNBytes(1_000)).hasSize(1_000);
        socket.close();
        Awaitility.await().untilTrue(floodEnded);
    }

    @Test
    void aClientThatDoesNotReadIsGivenUp() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(raw("GET", "/flood").getBytes(StandardCharsets.UTF_8));
            Awaitility.await().untilTrue(floodEnded);
        }
    }

    @Test
    void aDownloadIsClosedOnceHoweverItEnds() throws Exception {
        HttpResponse<String> whole = client.send(to("/whole").build(), BodyHandlers.ofString());
        assertThat(whole.body()).isEqualTo("x");
        awaitClosed(1);
        HttpRequest head =
                to("/whole").method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
        assertThat(client.send(head, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        awaitClosed(2);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(raw("GET", "/endless").getBytes(StandardCharsets.UTF_8));
            awaitClosed(3); // who does not read is given up
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(raw("GET", "/endless").getBytes(StandardCharsets.UTF_8));
            assertThat(socket.getInputStream().readNBytes(1_000)).hasSize(1_000);
        }
        awaitClosed(4);
    }

    @Test
    void aDownloadThatAnotherThreadWritesIsGivenUpToo() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream().write(raw("GET", "/elsewhere").getBytes(StandardCharsets.UTF_8));
            awaitClosed(1);
        }
    }

    /// It would hold the server up for as long as it may take; its client sees that it is not whole.
    @Test
    void stoppingEndsADownloadShort() throws Exception {
        HttpResponse<InputStream> endless = client.send(to("/endless").build(), BodyHandlers.ofInputStream());
        Thread stopping = Thread.ofVirtual().start(server::close);
        assertThatThrownBy(() -> endless.body().transferTo(OutputStream.nullOutputStream()))
                .isInstanceOf(IOException.class);
        awaitClosed(1);
        stopping.join();
    }

    private void awaitClosed(int times) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(downloadsClosed).hasValue(times));
    }

    @Test
    void stoppingLetsWhatRunsFinishAndEndsStreams() throws Exception {
        HttpResponse<InputStream> events = client.send(to("/events").build(), BodyHandlers.ofInputStream());
        CompletableFuture<HttpResponse<String>> running =
                client.sendAsync(to("/slow").build(), BodyHandlers.ofString());
        assertThat(slowBegan.await(20, TimeUnit.SECONDS)).isTrue();
        Thread stopping = Thread.ofVirtual().start(server::close);
        assertThat(new String(events.body().readAllBytes(), StandardCharsets.UTF_8))
                .contains("greeting");
        Awaitility.await()
                .untilAsserted(() -> assertThatThrownBy(
                                () -> new Socket(InetAddress.getLoopbackAddress(), server.port()).close())
                        .isInstanceOf(IOException.class));
        slowMayEnd.countDown();
        assertThat(running.get(20, TimeUnit.SECONDS).body()).isEqualTo("done");
        stopping.join();
    }
}
