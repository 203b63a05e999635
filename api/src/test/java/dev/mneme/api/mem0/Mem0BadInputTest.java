package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.http.RawClient;
import dev.mneme.core.model.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sends mem0's requests broken at random. Whatever comes: never a 5xx, always mem0's shape of a failure with a known
/// code; and what belongs to somebody whom no request names is still there afterwards.
class Mem0BadInputTest {
    private static final int REQUESTS = 4_000;
    private static final Set<String> CODES =
            Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).collect(Collectors.toSet());
    private static final String ID = "0193a000-0000-8000-8000-000000000000";
    private static final String FILTERS =
            "\"filters\":{\"AND\":[{\"user_id\":\"alice\"},{\"NOT\":{\"created_at\":{\"gte\":\"2027-01-01\"}}}]}";

    /// Those that are seen to be mem0's, however broken.
    private static final Pattern PATHS =
            Pattern.compile("/+(v[123]|memories|entities|api-keys|api/v1/(orgs|webhooks))/.*", Pattern.DOTALL);

    private record Shot(String method, String target, String body) {}

    private static final List<Shot> GOOD = List.of(
            new Shot("GET", "/v1/ping/", ""),
            new Shot(
                    "POST",
                    "/v3/memories/add/",
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"user_id\":\"alice\",\"metadata\":{\"a\":1},"
                            + "\"infer\":false,\"expiration_date\":\"2030-01-01\",\"timestamp\":1700000000}"),
            new Shot("POST", "/v1/memories/", "{\"messages\":\"plain\",\"filters\":{\"user_id\":\"alice\"}}"),
            new Shot("POST", "/memories", "{\"messages\":\"plain\",\"run_id\":\"r\"}"),
            new Shot(
                    "POST",
                    "/v3/memories/search/",
                    "{\"query\":\"q\",\"top_k\":5,\"reference_date\":\"2026-01-31\",\"threshold\":0.2,\"fields\":[\"id\"],\"categories\":[\"food\"],"
                            + "\"metadata\":{\"a\":1}," + FILTERS + "}"),
            new Shot("POST", "/v1/memories/search/", "{\"query\":\"q\",\"user_id\":\"alice\",\"limit\":5}"),
            new Shot("POST", "/search", "{\"query\":\"q\",\"filters\":{\"user_id\":\"alice\",\"color\":\"red\"}}"),
            new Shot(
                    "POST",
                    "/v3/memories/?page=2&page_size=50",
                    "{\"start_date\":\"2024-01-01\",\"latest_only\":true,\"keywords\":\"k\"," + FILTERS + "}"),
            new Shot("GET", "/v1/memories/?user_id=alice&page=1&page_size=5", ""),
            new Shot("GET", "/memories?user_id=alice&top_k=3&show_expired=true", ""),
            new Shot("GET", "/v1/memories/" + ID + "/", ""),
            new Shot("PUT", "/v1/memories/" + ID + "/", "{\"text\":\"n\",\"expiration_date\":null}"),
            new Shot("DELETE", "/v1/memories/" + ID + "/?delete_linked=true", ""),
            new Shot("DELETE", "/v1/memories/?user_id=alice&metadata=%7B%22a%22%3A1%7D", ""),
            new Shot("DELETE", "/memories?run_id=r", ""),
            new Shot("GET", "/v1/memories/" + ID + "/history/", ""),
            new Shot("GET", "/v1/entities/?page=1&page_size=10", ""),
            new Shot("DELETE", "/v2/entities/user/alice/", ""),
            new Shot("DELETE", "/v2/entities/agent/bot%2F1/", ""),
            new Shot("DELETE", "/v1/entities/user/123/", ""),
            new Shot("PUT", "/v1/batch/", "{\"memories\":[{\"memory_id\":\"" + ID + "\",\"text\":\"a\"}]}"),
            new Shot("DELETE", "/v1/batch/", "{\"memories\":[{\"memory_id\":\"" + ID + "\"}]}"),
            new Shot("POST", "/v1/feedback/", "{\"memory_id\":\"" + ID + "\",\"feedback\":\"POSITIVE\"}"),
            new Shot("POST", "/v1/exports/", "{\"schema\":{\"type\":\"object\"}," + FILTERS + "}"),
            new Shot("POST", "/v1/exports/get/", "{\"memory_export_id\":\"" + ID + "\"}"),
            new Shot("POST", "/v1/summary/", "{" + FILTERS + "}"),
            new Shot("GET", "/v1/event/" + ID + "/", ""),
            new Shot("POST", "/v1/event/" + ID + "/retry/", ""),
            new Shot("DELETE", "/v1/event/" + ID + "/", ""),
            new Shot("POST", "/v1/events/retry/", ""),
            new Shot("DELETE", "/v1/events/", ""),
            new Shot("GET", "/v1/events/?page=1", ""),
            new Shot("GET", "/api/v1/orgs/organizations/default/projects/default/?fields=a&fields=b", ""),
            new Shot(
                    "PATCH",
                    "/api/v1/orgs/organizations/default/projects/default/",
                    "{\"custom_instructions\":\"ci\",\"custom_categories\":[{\"a\":\"d\"}]}"),
            new Shot(
                    "POST",
                    "/api/v1/webhooks/projects/default/",
                    "{\"name\":\"n\",\"url\":\"http://localhost/\",\"event_types\":[\"memory_add\"]}"),
            new Shot("PUT", "/api/v1/webhooks/x/", "{\"name\":\"n2\"}"),
            new Shot("GET", "/v2/entities/user/alice/profile/", ""),
            new Shot("DELETE", "/api-keys/none", ""));

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999999999",
            "1e300",
            "1" + "0".repeat(500),
            "\"\"",
            "\" \"",
            "\"*\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[null]",
            "[{}]",
            "{\"a\":1,\"a\":2}",
            "{\"AND\":[]}",
            "{\"OR\":[{}]}",
            "{\"NOT\":{}}",
            "{\"user_id\":{}}",
            "{\"user_id\":null}",
            "{\"user_id\":{\"ne\":\"x\"}}",
            "{\"created_at\":{\"gte\":\"never\"}}",
            "{\"expiration_date\":{\"lte\":\"9999-12-31\"}}",
            "{\"timestamp\":{\"gt\":1e300}}",
            "{\"metadata\":{\"~/\":{\"in\":[]}}}",
            "\"9999-12-31\"",
            "\"-999999999-01-01\"",
            "{'user_id': 'alice'}",
            "[" + "[".repeat(70) + "]".repeat(70) + "]",
            "\"" + "x".repeat(70_000) + "\"",
            "tru");
    private static final List<String> PIECES = List.of(
            "%2F",
            "..",
            "%00",
            "%zz",
            "//",
            "\\",
            "%5C",
            "%c3%28",
            "&user_id=",
            "&user_id=a&user_id=b",
            "&page=0",
            "&page=99999999999",
            "&page_size=-1",
            "&filters=%7B%27user_id%27%3A%27alice%27%7D",
            "&metadata=%7B",
            "&metadata=%7B%7D",
            "&delete_linked=perhaps",
            "&=x",
            "%F0%9F%98%80",
            "x".repeat(300));

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void neverBreaksTheServer(long seed) throws IOException {
        Random random = new Random(seed);
        try (Mem0Server mem0 = new Mem0Server();
                RawClient raw = new RawClient(mem0.server.port())) {
            String kept = mem0.add("\"user_id\":\"nobody asks for\"", "still here", "");
            for (int i = 0; i < REQUESTS; i++) {
                Shot shot = broken(GOOD.get(random.nextInt(GOOD.size())), random);
                fire(shot, mem0.admin, raw, "seed " + seed + ", request " + i + ": " + said(shot));
            }
            assertThat(mem0.get("/v1/memories/" + kept + "/").text("/memory")).isEqualTo("still here");
        }
    }

    private static String said(Shot shot) {
        String all = shot.toString();
        return all.length() > 600 ? all.substring(0, 600) + "…" : all;
    }

    private static void fire(Shot shot, String key, RawClient raw, String what) throws IOException {
        byte[] body = shot.body().getBytes(StandardCharsets.UTF_8);
        byte[] head = (shot.method() + " " + shot.target() + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token "
                        + key
                        + "\r\nContent-Type: application/json\r\n"
                        + (body.length == 0 ? "" : "Content-Length: " + body.length + "\r\n") + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        RawClient.Reply reply;
        try {
            reply = raw.send(request, false);
        } catch (IOException | RuntimeException e) {
            throw new AssertionError(what, e);
        }
        assertThat(reply.status()).as(what).isBetween(200, 499);
        JsonNode answer = Mem0Server.JSON.readTree(reply.bytes());
        assertThat(answer.isMissingNode()).as(what).isFalse();
        if (reply.status() >= 400) {
            assertThat(answer.path("detail").asText()).as(what).isNotBlank();
            if (PATHS.matcher(shot.target()).matches()) {
                assertThat(answer.path("error").asText()).as(what).isNotBlank();
            }
            assertThat(CODES).as(what).contains(answer.path("code").asText());
            assertThat(reply.body()).as(what).doesNotContain("Exception", "at dev.mneme", "io.helidon");
        }
    }

    private static Shot broken(Shot good, Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Shot(good.method(), withPiece(good.target(), random), good.body());
            case 1 ->
                new Shot(
                        List.of("GET", "POST", "PUT", "PATCH", "DELETE").get(random.nextInt(5)),
                        good.target(),
                        good.body());
            case 2 ->
                new Shot(
                        good.method(),
                        good.target(),
                        good.body().substring(0, random.nextInt(good.body().length() + 1)));
            default -> new Shot(good.method(), good.target(), revalued(good.body(), random));
        };
    }

    private static String withPiece(String target, Random random) {
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        if (piece.startsWith("&")) {
            return target + (target.contains("?") ? piece : "?" + piece.substring(1));
        }
        int at = 1 + random.nextInt(target.length());
        return target.substring(0, at) + piece + target.substring(at);
    }

    /// With the value of one member replaced by junk.
    private static String revalued(String body, Random random) {
        List<Integer> colons = new ArrayList<>();
        for (int i = body.indexOf("\":"); i >= 0; i = body.indexOf("\":", i + 1)) {
            colons.add(i + 2);
        }
        String value = VALUES.get(random.nextInt(VALUES.size()));
        if (colons.isEmpty()) {
            return value;
        }
        int at = colons.get(random.nextInt(colons.size()));
        int end = at;
        while (end < body.length() && ",}]".indexOf(body.charAt(end)) < 0) {
            end++;
        }
        return body.substring(0, at) + value + body.substring(end);
    }
}
