package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Requests of which two readers could take the end differently, each with a second request behind it that must never
/// run: a proxy in front would have taken it for a body.
@Timeout(300)
class SmugglingTest {
    private static final String ADD = "{\"userId\":\"smuggled\",\"text\":\"this was never asked for\"}";

    @TempDir
    static Path home = Path.of("");

    private static ChildServer server;

    @BeforeAll
    static void start() {
        server = ChildServer.start(home.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String key() {
        return "Authorization: Bearer " + server.adminKey() + "\r\n";
    }

    private static String second() {
        return "POST /api/v1/memories HTTP/1.1\r\nHost: x\r\n" + key() + "Content-Type: application/json\r\n"
                + "Content-Length: " + ADD.length() + "\r\n\r\n" + ADD;
    }

    /// `KEY` is the line of the key, `SECOND` the other request, `LENGTH` its length.
    static Stream<String> ambiguous() {
        String post = "POST /api/v1/memories/search HTTP/1.1\r\nHost: x\r\nKEY";
        String get = "GET /api/v1/status HTTP/1.1\r\nHost: x\r\nKEY";
        Stream<String> headers = Stream.of(
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 0",
                "Transfer-Encoding: chunked\r\nContent-Length: LENGTH",
                "Content-Length: 0\r\nContent-Length: LENGTH",
                "Content-Length: LENGTH\r\nContent-Length: 0",
                "Content-Length: 0\r\nContent-Length: 0",
                "Content-Length: 0, LENGTH",
                "Content-Length: 0,0",
                "Content-Length: +39",
                "Content-Length: +0",
                "Content-Length: -0",
                "Content-Length: 0x10",
                "Content-Length: 1e1",
                "Content-Length: 1 0",
                "Content-Length: 10;",
                "Content-Length: 0.0",
                "Content-Length:",
                "Content-Length: \u00b2",
                "Content-Length : LENGTH",
                "Content-Length\t: LENGTH",
                " Content-Length: LENGTH",
                "X: y\r\n Content-Length: LENGTH",
                "X: y\r\n\tTransfer-Encoding: chunked",
                "X: y\nContent-Length: LENGTH",
                "X: y\rContent-Length: LENGTH",
                "Content-Length: LENGTH\nX: y",
                "Content-Length:\r\n LENGTH",
                "Transfer-Encoding:\r\n chunked",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding\u0000: chunked",
                "Transfer_Encoding\u00a0: chunked",
                "Transfer-Encoding:",
                "Host: y",
                "X-Null: a\u0000b\r\nContent-Length: LENGTH",
                ": LENGTH",
                "No colon");
        return Stream.concat(
                headers.map(each -> post + each + "\r\n\r\nSECOND"),
                Stream.of(
                        "GET /api/v1/status HTTP/1.1\r\nKEY\r\nSECOND", // without a host
                        "GET /api/v1/status HTTP/1.1\nHost: x\nKEY\nSECOND",
                        "GET  /api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET /api/v1/status  HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET\t/api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET /api/v1/status HTTP/1.1 \r\nHost: x\r\nKEY\r\nSECOND",
                        "GET /api/v1/status\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET /api/v1/status HTTP/11\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET /api/v1/status http/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "\r\n\r\nSECOND",
                        "\nSECOND",
                        "GET http://x/api/v1/status HTTP/1.1\r\nKEY\r\nSECOND", // its host is no header
                        "GET http://x/api/v1/status HTTP/1.1\r\nHost: x\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET http:///api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET http://y@x/api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "GET http://x:y/api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\nSECOND",
                        "POST http://x/api/v1/memories/search HTTP/1.1\r\nHost: x\r\nKEY"
                                + "Content-Length: 0\r\nContent-Length: LENGTH\r\n\r\nSECOND",
                        get + "X: y\r\n\nSECOND",
                        get + "X: y\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n0\n\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n{}\r\n0\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n0;a=\nb\r\n\r\nSECOND",
                        post + "Transfer-Encoding: chunked\r\n\r\n0\r\nSECOND"));
    }

    @ParameterizedTest
    @MethodSource("ambiguous")
    void whatIsAmbiguousIsRefusedAndNothingBehindItRuns(String request) {
        String bytes = request.replace("LENGTH", String.valueOf(second().length()))
                .replace("SECOND", second())
                .replace("KEY", key());
        for (List<String> parts : List.of(List.of(bytes), List.of(bytes.substring(0, 40), bytes.substring(40)))) {
            try (RawHttp client = new RawHttp(server.port())) {
                parts.forEach(client::say);
                String answers = client.rest();
                assertThat(answers).startsWith("HTTP/1.1 400 ").contains("Connection: close");
                assertThat(answers.split("HTTP/1\\.1 [0-9]", -1)) // a detail may speak of HTTP/1.1, too
                        .as("one answer: %s", answers)
                        .hasSize(2);
            }
        }
        assertThat(server.admin().list("userId=smuggled").texts()).isEmpty();
    }

    static Stream<String> clear() {
        String post = "POST /api/v1/memories/search HTTP/1.1\r\nHost: x\r\nKEY";
        String body = "{\"userId\":\"u\",\"query\":\"q\",\"mode\":\"words\"}";
        return Stream.of(
                "GET /api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\n",
                "\r\nGET /api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\n",
                "GET http://x/api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\n",
                "GET HTTPS://y:8443/api/v1/status HTTP/1.1\r\nHost: x\r\nKEY\r\n",
                "GET http://x HTTP/1.1\r\nHost: x\r\nKEY\r\n",
                "POST http://x/api/v1/memories/search HTTP/1.1\r\nHost: x\r\nKEYContent-Length: 2\r\n\r\n{}",
                "GET /api/v1/status HTTP/1.1\r\nhost:x\r\nKEYContent-Length:   0  \r\n\r\n",
                post + "content-length: 2\r\n\r\n{}",
                post + "CONTENT-LENGTH: 0" + body.length() + "\r\n\r\n" + body,
                post + "Transfer-Encoding: Chunked\r\n\r\n1\r\n{\r\n1;x=\"y\"\r\n}\r\n000\r\nX-After: z\r\n\r\n",
                post + "transfer-encoding:chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
    }

    /// Strict is not stubborn: what is clear is read, and what follows it is the next request.
    @ParameterizedTest
    @MethodSource("clear")
    void whatIsClearIsReadToItsEndAndTheNextRequestRuns(String request) {
        String next = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (RawHttp client = new RawHttp(server.port())) {
            String answers = client.say(request.replace("KEY", key()) + next).rest();
            assertThat(answers.split("HTTP/1\\.1 ", -1)).as(answers).hasSize(3);
            assertThat(answers).contains("\"status\":\"");
        }
    }

    /// To the byte; and what is too long is told from what is wrong.
    @Test
    void whatIsTooLongIsSaidWithItsLimit() {
        String get = "GET /health/live?a= HTTP/1.1\r\n";
        String last = "Host: x\r\nConnection: close\r\nX-Long: \r\n\r\n";
        String line = get.replace("a=", "a=" + "b".repeat((16 << 10) - get.length()));
        String headers = last.replace("Long: ", "Long: " + "b".repeat((32 << 10) - last.length()));
        assertThat(answered(line + last)).startsWith("HTTP/1.1 200 ");
        assertThat(answered(get + headers)).startsWith("HTTP/1.1 200 ");
        assertThat(answered(line + headers)).startsWith("HTTP/1.1 200 ");
        assertThat(answered(line.replace("a=", "a=b") + last))
                .startsWith("HTTP/1.1 414 ")
                .contains("\"code\":\"too_large\"", "too long", "16384 bytes");
        assertThat(answered(get + headers.replace("X-Long: ", "X-Long: b")))
                .startsWith("HTTP/1.1 431 ")
                .contains("\"code\":\"too_large\"", "too long", "32768 bytes");
        assertThat(answered("GET /" + "b".repeat(100_000))).startsWith("HTTP/1.1 414 ");
        assertThat(answered(get + "X-Long: " + "b".repeat(100_000))).startsWith("HTTP/1.1 431 ");
    }

    private static String answered(String request) {
        try (RawHttp client = new RawHttp(server.port())) {
            return client.say(request).rest();
        }
    }

    @Test
    void anotherVersionOfHttpIsRefusedInOneCountedLine() {
        int before = server.logged().length();
        for (int i = 0; i < 50; i++) {
            try (RawHttp client = new RawHttp(server.port())) {
                String request = i % 2 == 0
                        ? "GET /health/live HTTP/1.0\r\n\r\n"
                        : "GET /health/live HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n" + second();
                assertThat(client.say(request).rest())
                        .startsWith("HTTP/1.1 505 ")
                        .contains("\"status\":505", "HTTP/1.1 is spoken")
                        .containsOnlyOnce("HTTP/1.1 505");
            }
        }
        String logged = server.logged().substring(before);
        assertThat(logged.lines().filter(line -> line.contains("505"))).hasSizeLessThanOrEqualTo(1);
        assertThat(logged).doesNotContain("exception", "SEVERE");
        assertThat(server.admin().list("userId=smuggled").texts()).isEmpty();
    }
}
