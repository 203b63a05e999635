package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.http.RawClient;
import dev.mneme.core.model.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sends requests that were broken at random. Whatever comes: never a 5xx, always a problem with a known code, the
/// field where one is at fault, and nothing stored but what was answered as stored.
class BadInputTest {
    private static final int REQUESTS = 6_000;
    private static final Set<String> CODES =
            Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).collect(Collectors.toSet());
    private static final String ID = "0193a000-0000-8000-8000-000000000000";

    /// @param body null: none
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Shot(String method, String target, List<String> headers, byte @Nullable [] body) {
        static Shot of(String method, String target, @Nullable String body) {
            return new Shot(
                    method, target, new ArrayList<>(), body == null ? null : body.getBytes(StandardCharsets.UTF_8));
        }

        byte[] bytes(String key) throws IOException {
            StringBuilder head = new StringBuilder();
            head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
            head.append("Authorization: Bearer ").append(key).append("\r\n");
            headers.forEach(header -> head.append(header).append("\r\n"));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (body != null) {
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            bytes.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            if (body != null) {
                bytes.write(body);
            }
            return bytes.toByteArray();
        }
    }

    private static final List<Shot> GOOD = List.of(
            Shot.of(
                    "POST",
                    "/api/v1/memories",
                    "{\"userId\":\"alice\",\"text\":\"likes tea\",\"metadata\":{\"a\":[1,2]}}"),
            Shot.of(
                    "POST",
                    "/api/v1/memories",
                    "{\"userId\":\"bob\",\"items\":[{\"text\":\"one\",\"vector\":[0.1,-2e3,3]},{\"text\":\"two\","
                            + "\"timestamp\":\"2026-01-01T00:00:00Z\",\"expiresAt\":1900000000000,\"dedupe\":false}]}"),
            Shot.of("GET", "/api/v1/memories?userId=alice&limit=5&order=-createdAt&showExpired=true", null),
            Shot.of("GET", "/api/v1/memories?filter=%7B%22categories%22%3A%7B%22contains%22%3A%22x%22%7D%7D", null),
            Shot.of("DELETE", "/api/v1/memories?userId=carol", null),
            Shot.of("DELETE", "/api/v1/memories?userId=dave&erase=true", null),
            Shot.of(
                    "POST",
                    "/api/v1/memories/search",
                    "{\"query\":\"tea\",\"userId\":\"alice\",\"topK\":3,\"threshold\":0.1,\"explain\":true,"
                            + "\"referenceTime\":\"2026-01-31T09:00:00Z\","
                            + "\"filter\":{\"AND\":[{\"role\":\"user\"},{\"NOT\":{\"runId\":null}}]}}"),
            Shot.of("POST", "/api/v1/memories/search", "{\"vector\":[1,2,3],\"embedder\":\"e\"}"),
            Shot.of("GET", "/api/v1/memories/" + ID, null),
            Shot.of(
                    "PATCH",
                    "/api/v1/memories/" + ID,
                    "{\"text\":\"x\",\"metadata\":{\"a\":null},\"expectedVersion\":1}"),
            Shot.of("DELETE", "/api/v1/memories/" + ID, null),
            Shot.of("GET", "/api/v1/memories/" + ID + "/history", null),
            Shot.of(
                    "PUT",
                    "/api/v1/contexts/plan%2Fx?userId=alice",
                    "{\"data\":{\"a\":[1,2]},\"contextType\":\"chat\",\"mode\":\"parallel\",\"tags\":[\"ui\"],"
                            + "\"expiresAt\":1900000000000,\"mergeStrategy\":\"replace\"}"),
            Shot.of(
                    "PUT",
                    "/api/v1/contexts/theme",
                    "{\"userId\":\"bob\",\"data\":{\"a\":{\"b\":1}},\"expectedVersion\":1,\"mergeStrategy\":\"merge\"}"),
            Shot.of("GET", "/api/v1/contexts/theme?userId=bob", null),
            Shot.of("GET", "/api/v1/contexts?userId=bob&type=chat&tag=ui&mode=parallel&limit=2&cursor=dGhlbWU", null),
            Shot.of("GET", "/api/v1/contexts/plan%2Fx/versions?userId=alice", null),
            Shot.of("DELETE", "/api/v1/contexts/theme?userId=bob", null),
            Shot.of("GET", "/api/v1/entities?limit=2&cursor=dXNlcjphbGljZQ", null),
            Shot.of("GET", "/api/v1/changes?userId=alice&limit=2&after=abc:1a4:0", null),
            Shot.of("GET", "/api/v1/changes?scope=all&limit=2&after=x", null),
            Shot.of(
                    "POST",
                    "/api/v1/modes/switch",
                    "{\"userId\":\"alice\",\"instanceId\":\"desk\",\"toMode\":\"parallel\",\"capabilities\":{\"localAI\":true,"
                            + "\"externalAI\":true,\"multiChannel\":false,\"offlineCapable\":true,\"realTimeSync\":true},"
                            + "\"configuration\":{\"a\":1},\"contextSnapshot\":{\"b\":[]},\"transitionDuration\":5,"
                            + "\"errorMessage\":\"no\",\"expectedVersion\":1}"),
            Shot.of("GET", "/api/v1/modes?userId=alice", null),
            Shot.of("GET", "/api/v1/modes/desk?userId=alice", null),
            Shot.of(
                    "PATCH",
                    "/api/v1/modes/desk?userId=alice",
                    "{\"configuration\":{\"a\":null},\"expectedVersion\":1}"),
            Shot.of("GET", "/api/v1/modes/usage?userId=alice&since=2020-01-01&until=2026-01-01T00:00:00Z", null),
            Shot.of(
                    "GET",
                    "/api/v1/transitions?userId=alice&instanceId=desk&toMode=parallel&success=true&since=1700000000000"
                            + "&limit=2&cursor=7",
                    null),
            Shot.of(
                    "POST",
                    "/api/v1/keys",
                    "{\"name\":\"k\",\"role\":\"nobody\",\"restrict\":{\"users\":[\"a\"]},"
                            + "\"rate\":{\"perSecond\":1,\"burst\":1}}"),
            Shot.of("DELETE", "/api/v1/keys/abcdef", null),
            Shot.of("POST", "/api/v1/integrity/accept", "{\"owner\":{\"kind\":\"user\",\"id\":\"a\"},\"keys\":true}"),
            Shot.of(
                    "POST",
                    "/api/v1/responses",
                    "{\"userId\":\"alice\",\"chatId\":\"c\",\"messageId\":\"m\",\"sourceType\":\"local\",\"provider\":\"p\","
                            + "\"model\":\"m\",\"confidence\":0.5,\"responseHash\":\"h\",\"metadata\":{\"promptTokens\":1}}"),
            Shot.of("GET", "/api/v1/responses?userId=alice&limit=2&order=recorded&cursor=o1&since=2026-01-01", null),
            Shot.of("GET", "/api/v1/responses/totals?userId=alice&by=tool&mode=parallel", null),
            Shot.of("GET", "/api/v1/responses/export?userId=alice&format=csv", null),
            Shot.of(
                    "POST",
                    "/api/v1/sync-events",
                    "{\"userId\":\"alice\",\"eventType\":\"config-updated\",\"eventData\":{\"a\":1},"
                            + "\"targetInstances\":[\"phone\"],\"priority\":\"high\",\"expiresAt\":1900000000000}"),
            Shot.of("GET", "/api/v1/sync-events/pending?userId=alice&instanceId=phone&limit=3&cursor=normal-7", null),
            Shot.of("GET", "/api/v1/sync-events/" + ID + "?userId=alice", null),
            Shot.of(
                    "POST",
                    "/api/v1/sync-events/" + ID + "/processed",
                    "{\"userId\":\"alice\",\"instanceId\":\"phone\"}"),
            Shot.of("GET", "/api/v1/conflicts?userId=alice&status=open&kind=memory&limit=2&cursor=" + ID, null),
            Shot.of("GET", "/api/v1/conflicts/" + ID + "?userId=alice", null),
            Shot.of(
                    "POST",
                    "/api/v1/conflicts/" + ID + "/resolve?userId=alice",
                    "{\"take\":\"value\",\"value\":{\"text\":\"x\",\"metadata\":{},\"categories\":[\"a\"],"
                            + "\"expiresAt\":null},\"expectedVersion\":1}"),
            Shot.of("POST", "/api/v1/distributed/initialize", "{\"websocket\":{\"enabled\":true}}"),
            Shot.of("POST", "/api/v1/distributed/get-status", null),
            Shot.of(
                    "POST",
                    "/api/v1/distributed/publish-mode-change",
                    "{\"userId\":\"erin\",\"fromMode\":\"didactic\",\"toMode\":\"parallel\",\"configuration\":{\"a\":1}}"),
            Shot.of(
                    "POST",
                    "/api/v1/distributed/publish-context-update",
                    "{\"userId\":\"erin\",\"contextKey\":\"k\",\"contextType\":\"custom\",\"data\":{\"a\":[1]}}"),
            Shot.of(
                    "POST",
                    "/api/v1/distributed/store-response-source",
                    "{\"userId\":\"erin\",\"chatId\":1,\"messageId\":2,\"responseHash\":\"h\",\"source\":"
                            + "{\"sourceType\":\"local\",\"provider\":\"p\",\"model\":\"m\",\"confidence\":1}}"),
            Shot.of("GET", "/api/v1/owners/user/a%2Fb", null),
            Shot.of(
                    "POST",
                    "/api/v1/import?onError=skip",
                    "{\"export\":{\"format\":\"mneme\",\"version\":1}}\n{\"memory\":{\"id\":\"" + ID
                            + "\",\"userId\":\"frank\",\"createdAt\":\"2025-01-01\",\"versions\":[{\"version\":1,"
                            + "\"event\":\"ADD\",\"at\":\"2025-01-01\",\"key\":\"k\",\"instance\":\"i\",\"text\":\"t\","
                            + "\"metadata\":{},\"categories\":[],\"updatedAt\":\"2025-01-01\"}],"
                            + "\"embedding\":{\"embedder\":\"e\",\"vector\":[0.6,0.8]}}}\n"),
            Shot.of("GET", "/api/v1/status", null),
            Shot.of("PUT", "/api/v1/memories", "{}"),
            Shot.of("GET", "/nowhere/at/all", null));

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1e999999999",
            "-1e-999999999",
            "NaN",
            "Infinity",
            "1" + "0".repeat(500),
            "\"\"",
            "\" \"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "[]",
            "{}",
            "[[[]]]",
            "[null]",
            "[1,\"x\"]",
            "{\"a\":1,\"a\":2}",
            "\"9999-99-99\"",
            "\"+999999999-01-01T00:00:00Z\"",
            "-99999999999999999999",
            "9007199254740993",
            "1.5",
            "\"" + "x".repeat(300) + "\"",
            "[" + "[".repeat(70) + "]".repeat(70) + "]",
            "{\"OR\":[]}",
            "{\"AND\":[{}]}",
            "{\"userId\":{\"near\":1}}",
            "{\"metadata.x\":1}",
            "\"ignore\"",
            "\"merge\"",
            "{\"createdAt\":{\"gt\":\"never\"}}",
            "\"\\u202e\"",
            "tru",
            "'x'",
            "\u00e9",
            "\"\u00e9\"",
            "/*x*/1");
    private static final List<String> PIECES = List.of(
            "%2F",
            "..",
            "%2e%2e",
            "%00",
            "%zz",
            "%",
            "%c3%28",
            "//",
            ";x=1",
            "\\",
            "%20",
            "+",
            "\u00e9",
            "a b",
            "?",
            "&&",
            "=",
            "&limit=-1",
            "&limit=0",
            "&limit=99999999999",
            "&limit=",
            "&limit=x",
            "&userId=",
            "&userId=a&userId=b",
            "&nope=1",
            "&order=x",
            "&cursor=%FF",
            "&cursor=AAAA",
            "&filter=%7B",
            "&filter=[]",
            "&filter=%7B%22userId%22%3Anull%7D",
            "&showExpired=maybe",
            "&latestOnly=1",
            "&erase=perhaps",
            "&after=::",
            "&scope=all",
            "#x",
            "x".repeat(300),
            "%f0%9f%98%80",
            "\"",
            "<",
            "{}",
            "|");
    private static final List<String> HEADERS = List.of(
            "If-Match: W/\"1\"",
            "If-Match: \"x\"",
            "If-Match: \"1\"",
            "If-Match: *",
            "If-Match: ",
            "If-Match: \"99999999999999999999\"",
            "Mneme-Position: x",
            "Mneme-Position: abc:fff:1",
            "Mneme-Position: ABC:1:1",
            "Mneme-Position: ",
            "Mneme-Consistency: perhaps",
            "Mneme-Consistency: strong",
            "Mneme-Priority: high",
            "Mneme-Priority: ",
            "Mneme-Instance: a b",
            "Mneme-Instance: ",
            "Mneme-Instance: " + "x".repeat(129),
            "Idempotency-Key: ",
            "Idempotency-Key: a b",
            "Idempotency-Key: k",
            "Idempotency-Key: " + "x".repeat(201),
            "X-Request-Id: \u00e9\u00e9",
            "X-Request-Id: " + "x".repeat(500),
            "Accept: text/event-stream",
            "Accept: */*, ,,",
            "Content-Type: text/plain",
            "Content-Type: junk;;=",
            "Content-Encoding: gzip",
            "Origin: null",
            "Origin: http://localhost",
            "Origin: https://evil.example",
            "Authorization: Bearer x",
            "X-API-Key: x",
            "Bad Header: x",
            "NoColon",
            ": x",
            "X-Junk: \u0001",
            "X-Long: " + "y".repeat(20_000),
            "Last-Event-ID: 1",
            "Expect: 100-continue",
            "Upgrade: h2c",
            "Range: bytes=0-",
            "Cookie: a=b",
            "TE: trailers",
            "Accept-Encoding: gzip");

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void neverBreaksTheServer(long seed) throws IOException {
        Random random = new Random(seed);
        try (RestServer rest = new RestServer();
                RawClient raw = new RawClient(rest.server.port())) {
            long expected = 0;
            for (int i = 0; i < REQUESTS; i++) {
                Shot shot = broken(GOOD.get(random.nextInt(GOOD.size())), random);
                expected += fire(shot, rest.admin, raw, "seed " + seed + ", request " + i + ": " + said(shot));
            }
            assertThat(rest.store.status().memories()).isEqualTo(expected);
            assertThat(rest.get("/api/v1/status").status()).isEqualTo(200);
        }
    }

    private static String said(Shot shot) {
        String body = shot.body() == null ? "" : new String(shot.body(), StandardCharsets.UTF_8);
        String all = shot.method() + " " + shot.target() + " " + shot.headers() + " " + body;
        return all.length() > 600 ? all.substring(0, 600) + "…" : all;
    }

    /// @return how many memories more there are, by the answer
    private static long fire(Shot shot, String key, RawClient raw, String what) throws IOException {
        RawClient.Reply reply;
        try {
            reply = raw.send(shot.bytes(key), shot.method().equals("HEAD"));
        } catch (IOException | RuntimeException e) {
            throw new AssertionError(what, e);
        }
        assertThat(reply.status()).as(what).isLessThan(500).isGreaterThanOrEqualTo(200);
        if (reply.status() >= 400) {
            isProblem(reply, shot.method().equals("HEAD"), what);
            return 0;
        }
        boolean replayed = "true".equals(reply.header("idempotency-replayed")); // it was counted when it was done
        return replayed
                        || !"application/json".equals(reply.header("content-type"))
                        || reply.bytes().length == 0
                        || shot.method().equals("GET")
                ? 0
                : more(RestServer.JSON.readTree(reply.bytes()));
    }

    private static void isProblem(RawClient.Reply reply, boolean head, String what) throws IOException {
        assertThat(reply.header("content-type")).as(what).isEqualTo("application/problem+json");
        assertThat(reply.header("x-request-id")).as(what).isNotEmpty();
        if (head) {
            return;
        }
        JsonNode problem = RestServer.JSON.readTree(reply.bytes());
        assertThat(CODES).as(what).contains(problem.path("code").asText());
        assertThat(problem.path("detail").asText()).as(what).isNotBlank();
        assertThat(problem.path("status").asInt()).as(what).isEqualTo(reply.status());
        if (problem.path("code").asText().equals("invalid_request")) {
            assertThat(problem.path("field").asText()).as(what).isNotEmpty();
        }
        assertThat(reply.body()).as(what).doesNotContain("Exception", "at dev.mneme", "io.helidon");
    }

    private static long more(JsonNode answer) {
        long more = -answer.path("deleted").asLong();
        List<JsonNode> outcomes = new ArrayList<>();
        answer.path("items").forEach(outcomes::add);
        outcomes.add(answer);
        for (JsonNode outcome : outcomes) {
            more += switch (outcome.path("event").asText()) {
                case "ADD" -> outcome.has("memory") ? 1 : 0;
                case "DELETE" -> outcome.path("id").asText().length() == 36 ? -1 : 0;
                default -> 0;
            };
        }
        return more;
    }

    private static Shot broken(Shot good, Random random) {
        Shot shot = new Shot(good.method(), good.target(), new ArrayList<>(), good.body());
        int breaks = 1 + random.nextInt(3);
        for (int i = 0; i < breaks; i++) {
            shot = switch (random.nextInt(10)) {
                case 0, 1 -> withTarget(shot, random);
                case 2, 3 -> withHeader(shot, random);
                case 4 -> withMethod(shot, random);
                default -> withBody(shot, random);
            };
        }
        return shot;
    }

    private static Shot withTarget(Shot shot, Random random) {
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        String target = shot.target();
        if (piece.startsWith("&")) {
            return new Shot(
                    shot.method(),
                    target + (target.contains("?") ? piece : "?" + piece.substring(1)),
                    shot.headers(),
                    shot.body());
        }
        int at = 1 + random.nextInt(target.length());
        return new Shot(
                shot.method(), target.substring(0, at) + piece + target.substring(at), shot.headers(), shot.body());
    }

    private static Shot withHeader(Shot shot, Random random) {
        shot.headers().add(HEADERS.get(random.nextInt(HEADERS.size())));
        return shot;
    }

    private static Shot withMethod(Shot shot, Random random) {
        String method = List.of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "QUERY")
                .get(random.nextInt(10));
        return new Shot(method, shot.target(), shot.headers(), shot.body());
    }

    private static Shot withBody(Shot shot, Random random) {
        byte[] body = shot.body() == null ? new byte[0] : shot.body();
        byte[] changed = body.length == 0 && random.nextInt(4) > 0
                ? null
                : switch (random.nextInt(8)) {
                    case 0 -> Arrays.copyOf(body, random.nextInt(body.length + 1));
                    case 1 -> flipped(body, random);
                    case 2 -> inserted(body, new byte[] {(byte) 0xc3, (byte) 0x28}, random);
                    case 3 -> inserted(body, new byte[] {(byte) random.nextInt(256)}, random);
                    case 4 -> inserted(body, ",\"unknown\":1".getBytes(StandardCharsets.UTF_8), random);
                    case 5 -> large(random);
                    default -> revalued(body, random);
                };
        return new Shot(shot.method(), shot.target(), shot.headers(), changed == null ? shot.body() : changed);
    }

    private static byte[] flipped(byte[] body, Random random) {
        byte[] changed = body.clone();
        if (changed.length > 0) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private static byte[] inserted(byte[] body, byte[] piece, Random random) {
        int at = random.nextInt(body.length + 1);
        byte[] changed = new byte[body.length + piece.length];
        System.arraycopy(body, 0, changed, 0, at);
        System.arraycopy(piece, 0, changed, at, piece.length);
        System.arraycopy(body, at, changed, at + piece.length, body.length - at);
        return changed;
    }

    private static byte[] large(Random random) {
        String text = "x".repeat(random.nextInt(100) == 0 ? (8 << 20) : (66 << 10));
        return ("{\"userId\":\"a\",\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    /// With the value of one member replaced by junk.
    private static byte[] revalued(byte[] body, Random random) {
        String text = new String(body, StandardCharsets.UTF_8);
        List<Integer> colons = new ArrayList<>();
        for (int i = text.indexOf("\":"); i >= 0; i = text.indexOf("\":", i + 1)) {
            colons.add(i + 2);
        }
        String value = VALUES.get(random.nextInt(VALUES.size()));
        if (colons.isEmpty()) {
            return value.getBytes(StandardCharsets.UTF_8);
        }
        int at = colons.get(random.nextInt(colons.size()));
        int end = at;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return (text.substring(0, at) + value + text.substring(end)).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void expectingTwiceIsNoFaultOfTheServer() throws IOException {
        Shot twice = Shot.of("PATCH", "/api/v1/memories/" + ID, "{\"text\":\"x\"}");
        twice.headers().add("Expect: 100-continue");
        twice.headers().add("Expect: 100-continue");
        try (RestServer rest = new RestServer();
                RawClient raw = new RawClient(rest.server.port())) {
            assertThat(raw.send(twice.bytes(rest.admin), false).status()).isEqualTo(404);
        }
    }

    @Test
    void aHugeExponentCostsNothing() {
        try (RestServer rest = new RestServer()) {
            RestServer.Reply reply = rest.post(
                    "/api/v1/memories/search", "{\"query\":\"x\",\"filter\":{\"metadata./n\":{\"gt\":1e999999999}}}");
            assertThat(reply.field()).isEqualTo("filter.metadata./n.gt");
        }
    }
}
