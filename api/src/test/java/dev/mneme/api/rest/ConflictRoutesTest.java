package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.About;
import dev.mneme.core.model.Conflict.Kind;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Conflicts over REST: both values, page by page, and what a decision does.
class ConflictRoutesTest {
    private static final String CONFLICTS = "/api/v1/conflicts";
    private static final String ALICES = "?userId=alice";

    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    /// A conflict about a memory at version 1.
    private String about(String memory) {
        return rest.conflict("alice", new About(Kind.MEMORY, memory), 1, "mine");
    }

    private RestServer.Reply resolve(String id, String decision, String... headers) {
        return rest.post(CONFLICTS + "/" + id + "/resolve" + ALICES, decision, headers);
    }

    private JsonNode memory(String id) {
        return rest.get("/api/v1/memories/" + id).body();
    }

    @Test
    void bothValuesAreShownWithWhatTheyCameFrom() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);

        RestServer.Reply shown = rest.get(CONFLICTS + "/" + id + ALICES);

        assertThat(shown.header("ETag")).isEqualTo("\"1\"");
        assertThat(shown.body().at("/subject/kind").asText()).isEqualTo("memory");
        assertThat(shown.body().at("/subject/key").asText()).isEqualTo(memory);
        assertThat(shown.body().at("/base/value/text").asText()).isEqualTo("base");
        assertThat(shown.body().at("/mine/value/text").asText()).isEqualTo("mine");
        assertThat(shown.body().at("/mine/version").isMissingNode()).isTrue();
        assertThat(shown.body().at("/theirs/value/text").asText()).isEqualTo("theirs");
        assertThat(shown.body().at("/theirs/version").asLong()).isEqualTo(1);
        assertThat(shown.body().at("/status").asText()).isEqualTo("open");
        assertThat(rest.get(CONFLICTS + "/" + id + "?userId=bob").code()).isEqualTo("not_found");
        assertThat(rest.get(CONFLICTS + "/no-id" + ALICES).code()).isEqualTo("not_found");
    }

    @Test
    void mineBecomesTheNextVersion() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);

        RestServer.Reply resolved = resolve(id, "{\"take\":\"mine\"}");

        assertThat(memory(memory).path("text").asText()).isEqualTo("mine");
        assertThat(memory(memory).path("version").asLong()).isEqualTo(2);
        assertThat(resolved.body().at("/conflict/resolution/take").asText()).isEqualTo("mine");
        assertThat(resolved.body().at("/conflict/resolution/written").asLong()).isEqualTo(2);
        assertThat(resolved.body().at("/conflict/mine/value").isMissingNode()).isTrue();
        assertThat(resolved.header("ETag")).isEqualTo("\"2\"");
        assertThat(resolved.header("Mneme-Position")).isNotEmpty();
    }

    @Test
    void theirsLeavesTheRecord() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);

        RestServer.Reply resolved = resolve(id, "{\"take\":\"theirs\"}");

        assertThat(resolved.status()).isEqualTo(200);
        assertThat(memory(memory).path("version").asLong()).isEqualTo(1);
        assertThat(resolved.body().at("/conflict/status").asText()).isEqualTo("resolved");
        assertThat(resolve(id, "{\"take\":\"mine\"}").code()).isEqualTo("version_conflict");
        assertThat(resolve(id, "{\"take\":\"mine\"}").body().at("/current/id").asText())
                .isEqualTo(id);
        assertThat(memory(memory).path("version").asLong()).isEqualTo(1);
    }

    @Test
    void aValueIsJoinedWithTheirs() {
        rest.putContext("alice", "theme", "theirs");
        String id = rest.conflict("alice", new About(Kind.CONTEXT, "theme"), 1, "mine");

        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{\"tags\":[\"ui\"]}}")
                        .status())
                .isEqualTo(200);

        JsonNode context = rest.get("/api/v1/contexts/theme" + ALICES).body();
        assertThat(context.path("data").asText()).isEqualTo("theirs");
        assertThat(context.at("/tags/0").asText()).isEqualTo("ui");
        assertThat(context.path("version").asLong()).isEqualTo(2);
    }

    @Test
    void metadataOfADecisionAreTheWhole() {
        String memory = rest.post(
                        "/api/v1/memories",
                        "{\"userId\":\"alice\",\"text\":\"theirs\",\"metadata\":{\"a\":1,\"b\":{\"c\":2,\"d\":3}}}")
                .body()
                .at("/memory/id")
                .asText();

        resolve(about(memory), "{\"take\":\"value\",\"value\":{\"metadata\":{\"b\":{\"d\":4}}}}");

        assertThat(memory(memory).path("metadata").toString()).isEqualTo("{\"b\":{\"d\":4}}");
        assertThat(memory(memory).path("text").asText()).isEqualTo("theirs");
    }

    @Test
    void aRecordThatHasGoneOnIsShownInstead() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);
        rest.patch("/api/v1/memories/" + memory, "{\"text\":\"later\"}");

        RestServer.Reply refused = resolve(id, "{\"take\":\"mine\"}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().path("currentVersion").asLong()).isEqualTo(2);
        assertThat(refused.body().at("/current/text").asText()).isEqualTo("later");
        assertThat(rest.get(CONFLICTS + "/" + id + ALICES).body().path("status").asText())
                .isEqualTo("open");
        assertThat(resolve(id, "{\"take\":\"mine\",\"expectedVersion\":2}").status())
                .isEqualTo(200);
        assertThat(memory(memory).path("version").asLong()).isEqualTo(3);
    }

    @Test
    void aMemoryThatIsGoneCanOnlyStayGone() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);
        rest.delete("/api/v1/memories/" + memory);

        assertThat(resolve(id, "{\"take\":\"mine\"}").code()).isEqualTo("version_conflict");
        assertThat(resolve(id, "{\"take\":\"theirs\"}").status()).isEqualTo(200);
    }

    @Test
    void aRepeatedDecisionIsAnsweredAlike() {
        String memory = rest.add("alice", "theirs");
        String id = about(memory);

        RestServer.Reply first = resolve(id, "{\"take\":\"mine\"}", "Idempotency-Key", "once");
        RestServer.Reply again = resolve(id, "{\"take\":\"mine\"}", "Idempotency-Key", "once");

        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(memory(memory).path("version").asLong()).isEqualTo(2);
    }

    @Test
    void theyAreListedPageByPage() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            rest.clock.advance(Duration.ofMillis(1));
            ids.add(about(rest.add("alice", "theirs " + i)));
        }
        rest.conflict("alice", new About(Kind.MODE, "desk"), 1, "mine");
        resolve(ids.get(3), "{\"take\":\"theirs\"}");

        List<String> listed = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = rest.get(CONFLICTS + ALICES + "&kind=memory&limit=5" + cursor)
                    .body();
            assertThat(page.path("items").size()).isBetween(1, 5);
            page.path("items").forEach(item -> listed.add(item.path("id").asText()));
            cursor = page.path("nextCursor").isNull()
                    ? null
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (cursor != null);

        assertThat(listed).isEqualTo(ids);
        assertThat(rest.get(CONFLICTS + ALICES + "&kind=memory").body().path("items"))
                .hasSize(12);
        JsonNode resolved =
                rest.get(CONFLICTS + ALICES + "&status=resolved").body().path("items");
        assertThat(resolved).hasSize(1);
        assertThat(resolved.at("/0/id").asText()).isEqualTo(ids.get(3));
        rest.clock.advance(Conflict.KEPT_RESOLVED);
        assertThat(rest.get(CONFLICTS + ALICES + "&status=resolved").body().path("items"))
                .isEmpty();
        assertThat(rest.get(CONFLICTS + "/" + ids.get(3) + ALICES).code()).isEqualTo("not_found");
    }

    @Test
    void whatIsWrongIsNamed() {
        String id = about(rest.add("alice", "theirs"));
        String context = rest.conflict("alice", new About(Kind.CONTEXT, "theme"), 1, "mine");

        assertThat(resolve(id, "{\"take\":\"other\"}").field()).isEqualTo("take");
        assertThat(resolve(id, "{\"take\":\"value\"}").field()).isEqualTo("value");
        assertThat(resolve(id, "{\"take\":\"mine\",\"value\":{\"text\":\"x\"}}").field())
                .isEqualTo("value");
        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{}}").field()).isEqualTo("value");
        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{\"data\":1}}").field())
                .isEqualTo("value.data");
        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{\"text\":1}}").field())
                .isEqualTo("value.text");
        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{\"categories\":[1]}}")
                        .field())
                .isEqualTo("value.categories");
        assertThat(resolve(id, "{\"take\":\"value\",\"value\":{\"expiresAt\":\"soon\"}}")
                        .field())
                .isEqualTo("value.expiresAt");
        assertThat(resolve(context, "{\"take\":\"value\",\"value\":{\"contextType\":\"x\"}}")
                        .field())
                .isEqualTo("value.contextType");
        assertThat(rest.get(CONFLICTS).field()).isEqualTo("userId");
        assertThat(rest.get(CONFLICTS + ALICES + "&cursor=x").field()).isEqualTo("cursor");
        assertThat(rest.get(CONFLICTS + ALICES + "&status=x").field()).isEqualTo("status");
        assertThat(rest.get(CONFLICTS + ALICES + "&limit=0").field()).isEqualTo("limit");
    }

    @Test
    void aKeyRestrictedBelowTheUserSeesNone() {
        String id = about(rest.add("alice", "theirs"));
        Restriction bot = new Restriction(Map.of(OwnerKind.AGENT, Set.of("bot")));
        String key = rest.key(Role.WRITE, bot, null);

        for (String target : List.of(CONFLICTS + ALICES, CONFLICTS + "/" + id + ALICES)) {
            assertThat(rest.send(key, "GET", target, null).code()).isEqualTo("not_allowed");
        }
        assertThat(rest.send(key, "POST", CONFLICTS + "/" + id + "/resolve" + ALICES, "{\"take\":\"theirs\"}")
                        .code())
                .isEqualTo("not_allowed");
        String reader = rest.key(Role.READ, Restriction.NONE, null);
        assertThat(rest.send(reader, "POST", CONFLICTS + "/" + id + "/resolve" + ALICES, "{\"take\":\"theirs\"}")
                        .code())
                .isEqualTo("not_allowed");
        assertThat(rest.get(CONFLICTS + "/" + id + ALICES).body().path("status").asText())
                .isEqualTo("open");
    }

    @Test
    void anExportCarriesThemToAnotherServer() {
        String open = about(rest.add("alice", "theirs"));
        String resolved = about(rest.add("alice", "theirs too"));
        resolve(resolved, "{\"take\":\"mine\"}");
        String exported = rest.get("/api/v1/export" + ALICES).raw().body();

        try (RestServer other = new RestServer()) {
            assertThat(other.post("/api/v1/import", exported).status()).isEqualTo(200);

            for (String id : List.of(open, resolved)) {
                assertThat(other.get(CONFLICTS + "/" + id + ALICES).body())
                        .isEqualTo(rest.get(CONFLICTS + "/" + id + ALICES).body());
            }
        }
    }
}
