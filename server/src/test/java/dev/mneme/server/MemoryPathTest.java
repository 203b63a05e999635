package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Api.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client does with memories, over HTTP, to a whole server with its real engine.
class MemoryPathTest {
    @TempDir
    static Path home = Path.of("");

    private static RunningServer server;
    private static Api api;

    @BeforeAll
    static void start() {
        server = RunningServer.on(home.resolve("data"));
        api = server.admin();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aMemoryLivesItsWholeLife() {
        Reply added = api.add("ann", "I am allergic to peanuts");
        assertThat(added.status()).isEqualTo(201);
        assertThat(added.header("Mneme-Position")).isEqualTo(added.position()).endsWith(":1");

        assertThat(api.search("{\"query\":\"peanuts\",\"userId\":\"ann\"}", "Mneme-Position", added.position())
                        .texts())
                .containsExactly("I am allergic to peanuts");

        Reply patched = api.patch(
                added.id(), "{\"text\":\"I am allergic to hazelnuts\",\"expectedVersion\":1,\"metadata\":{\"a\":1}}");
        assertThat(patched.json().path("event").asText()).isEqualTo("UPDATE");
        assertThat(patched.header("ETag")).isEqualTo("\"2\"");
        assertThat(api.search("{\"query\":\"peanuts\",\"userId\":\"ann\"}").texts())
                .isEmpty();
        assertThat(api.search("{\"query\":\"hazelnuts\",\"userId\":\"ann\"}").texts())
                .hasSize(1);
        Reply conflict = api.patch(added.id(), "{\"text\":\"x\",\"expectedVersion\":1}");
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.json().at("/current/text").asText()).isEqualTo("I am allergic to hazelnuts");
        assertThat(conflict.json().path("currentVersion").asInt()).isEqualTo(2);
        assertThat(api.patch(added.id(), "{\"text\":\"x\"}", "If-Match", "\"1\"")
                        .status())
                .isEqualTo(412);

        Reply deleted = api.delete(Api.MEMORIES + "/" + added.id());
        assertThat(deleted.position()).endsWith(":3");
        assertThat(api.get(Api.MEMORIES + "/" + added.id()).status()).isEqualTo(404);
        assertThat(api.list("userId=ann").texts()).isEmpty();
        assertThat(api.search("{\"query\":\"hazelnuts\",\"userId\":\"ann\"}").texts())
                .isEmpty();

        Reply history = api.get(Api.MEMORIES + "/" + added.id() + "/history");
        assertThat(history.each("versions", "event")).containsExactly("ADD", "UPDATE", "DELETE");
        Reply changes = api.get("/api/v1/changes?userId=ann");
        assertThat(changes.each("changes", "type")).containsExactly("memory.added", "memory.updated", "memory.deleted");
        assertThat(changes.each("changes", "previous").subList(1, 3))
                .isEqualTo(changes.each("changes", "position").subList(0, 2));
        assertThat(api.get("/api/v1/changes?userId=ann&after=" + added.position())
                        .each("changes", "type"))
                .containsExactly("memory.updated", "memory.deleted");
    }

    @Test
    void anAgentsQueryAlsoFindsWhatItNotedAboutUsers() {
        api.post(Api.MEMORIES, "{\"text\":\"alice prefers trains\",\"userId\":\"alice\",\"agentId\":\"planner\"}");
        api.post(Api.MEMORIES, "{\"text\":\"trains leave hourly\",\"agentId\":\"planner\"}");
        api.add("alice", "trains bore me");

        Reply both = api.search("{\"query\":\"trains\",\"agentId\":\"planner\"}");
        assertThat(both.texts()).containsExactlyInAnyOrder("alice prefers trains", "trains leave hourly");
        assertThat(both.header("Mneme-Position")).isNull();
        Reply own = api.search("{\"query\":\"trains\",\"userId\":null,\"agentId\":\"planner\"}");
        assertThat(own.texts()).containsExactly("trains leave hourly");
        assertThat(own.header("Mneme-Position")).isNotNull();
        assertThat(api.list("agentId=planner").texts()).hasSize(2);
    }

    @Test
    void whatHasExpiredIsHiddenAndShownWhenAskedFor() {
        String past = Instant.now().minus(Duration.ofHours(1)).toString();
        String future = Instant.now().plus(Duration.ofHours(1)).toString();
        Reply gone = api.post(
                Api.MEMORIES, "{\"text\":\"coupon of yesterday\",\"userId\":\"exp\",\"expiresAt\":\"" + past + "\"}");
        api.post(Api.MEMORIES, "{\"text\":\"coupon of today\",\"userId\":\"exp\",\"expiresAt\":\"" + future + "\"}");

        assertThat(api.list("userId=exp").texts()).containsExactly("coupon of today");
        assertThat(api.list("userId=exp&showExpired=true").texts()).hasSize(2);
        assertThat(api.search("{\"query\":\"coupon\",\"userId\":\"exp\"}").texts())
                .containsExactly("coupon of today");
        assertThat(api.search("{\"query\":\"coupon\",\"userId\":\"exp\",\"showExpired\":true}")
                        .texts())
                .hasSize(2);
        assertThat(api.get(Api.MEMORIES + "/" + gone.id()).status()).isEqualTo(404);
        assertThat(api.patch(gone.id(), "{\"expiresAt\":null}").status()).isEqualTo(200);
        assertThat(api.list("userId=exp").texts()).hasSize(2);
    }

    @Test
    void aBatchOfSeveralOwnersIsAnsweredInOrderAndRepeatsHarmlessly() {
        String batch = "{\"metadata\":{\"source\":\"import\"},\"items\":[{\"text\":\"b1\",\"userId\":\"b-one\"},"
                + "{\"text\":\"b2\",\"userId\":\"b-two\"},{\"text\":\"\",\"userId\":\"b-one\"},"
                + "{\"text\":\"b3\",\"userId\":\"b-one\"}]}";
        Reply first = api.post(Api.MEMORIES, batch, "Idempotency-Key", "batch");
        Reply second = api.post(Api.MEMORIES, batch, "Idempotency-Key", "batch");

        assertThat(first.each("items", "memory/text")).containsExactly("b1", "b2", "", "b3");
        assertThat(first.each("items", "error/field")).containsExactly("", "", "items[2].text", "");
        assertThat(second.each("items", "memory/id")).isEqualTo(first.each("items", "memory/id"));
        assertThat(second.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(api.list("userId=b-one").texts()).containsExactlyInAnyOrder("b1", "b3");
    }

    @Test
    void deletingByScopeGoesAcrossOwners() {
        for (String user : List.of("d1", "d2", "d3")) {
            api.post(
                    Api.MEMORIES,
                    "{\"items\":[{\"text\":\"run\",\"userId\":\"" + user
                            + "\",\"runId\":\"doomed\"},{\"text\":\"stay\",\"userId\":\"" + user + "\"}]}");
        }
        Reply deleted = api.delete(Api.MEMORIES + "?runId=doomed");

        assertThat(deleted.json().path("deleted").asInt()).isEqualTo(3);
        assertThat(deleted.header("Mneme-Position")).isNull();
        assertThat(api.list("runId=doomed").texts()).isEmpty();
        assertThat(api.list("userId=d2").texts()).containsExactly("stay");
        assertThat(api.delete(Api.MEMORIES).status()).isEqualTo(400);
    }

    @Test
    void pagesAcrossOwnersMissNothingThatWasThereWhileOthersWrite() {
        Set<String> there = new LinkedHashSet<>();
        for (int i = 0; i < 30; i++) {
            String text = "page " + i;
            there.add(text);
            api.post(Api.MEMORIES, "{\"text\":\"" + text + "\",\"userId\":\"p" + i % 3 + "\",\"agentId\":\"pager\"}");
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            Reply page = api.list("agentId=pager&limit=7&order=createdAt"
                    + (cursor.isEmpty() ? "" : "&cursor=" + Api.encoded(cursor)));
            seen.addAll(page.texts());
            cursor = page.json().path("nextCursor").asText("");
            cursor = cursor.equals("null") ? "" : cursor;
            api.post(
                    Api.MEMORIES,
                    "{\"text\":\"meanwhile " + pages + "\",\"userId\":\"p" + pages % 3 + "\",\"agentId\":\"pager\"}");
            pages++;
        } while (!cursor.isEmpty() && pages < 100);

        assertThat(seen).doesNotHaveDuplicates().containsAll(there);
        assertThat(pages).isLessThan(100);
    }

    @Test
    void anErasureForgetsAllButTheSequence() {
        Reply added = api.add("era", "the password is swordfish");
        Reply last = api.add("era", "the other password is tuna");
        Reply erased = api.delete(Api.MEMORIES + "?userId=era&erase=true");
        assertThat(erased.json().path("deleted").asInt()).isEqualTo(2);

        assertThat(api.get(Api.MEMORIES + "/" + added.id() + "/history").status())
                .isEqualTo(404);
        assertThat(api.list("userId=era&showExpired=true").texts()).isEmpty();
        Reply changes = api.get("/api/v1/changes?userId=era&after=" + added.position());
        assertThat(changes.json().path("reset").asBoolean()).isTrue();
        assertThat(changes.json().toString()).doesNotContain("swordfish");
        assertThat(api.get("/api/v1/changes?userId=era&after=" + last.position())
                        .each("changes", "type"))
                .containsExactly("owner.erased");
        Reply again = api.add("era", "anew");
        assertThat(Long.parseLong(again.position().replaceFirst(".*:", "")))
                .isGreaterThan(Long.parseLong(added.position().replaceFirst(".*:", "")));
        assertThat(api.get("/api/v1/changes?userId=era&after=" + changes.position())
                        .texts())
                .containsExactly("anew");
    }

    @Test
    void whatWasAnsweredIsThereAfterARestartAndRepeatsStillReplay() {
        try (RunningServer restarted = RunningServer.on(home.resolve("restarted"))) {
            Api before = restarted.admin();
            Reply added = before.add("rae", "kept over a restart", "Idempotency-Key", "k1");
            Reply refused = before.patch(added.id(), "{\"text\":\"x\",\"expectedVersion\":7}", "Idempotency-Key", "k2");
            assertThat(refused.status()).isEqualTo(409);
            restarted.restart();
            Api after = restarted.admin();

            Reply replayed = after.add("rae", "kept over a restart", "Idempotency-Key", "k1");
            assertThat(replayed.status()).isEqualTo(201);
            assertThat(replayed.json()).isEqualTo(added.json());
            assertThat(replayed.header("Idempotency-Replayed")).isEqualTo("true");
            assertThat(after.add("rae", "something else", "Idempotency-Key", "k1")
                            .code())
                    .isEqualTo("idempotency_key_reused");
            Reply refusedAgain =
                    after.patch(added.id(), "{\"text\":\"x\",\"expectedVersion\":7}", "Idempotency-Key", "k2");
            assertThat(refusedAgain.status()).isEqualTo(409);
            assertThat(refusedAgain.header("Idempotency-Replayed")).isEqualTo("true");
            assertThat(after.list("userId=rae", "Mneme-Position", added.position())
                            .texts())
                    .containsExactly("kept over a restart");
            assertThat(after.search("{\"query\":\"restart\",\"userId\":\"rae\"}")
                            .texts())
                    .hasSize(1);
            assertThat(after.get(Api.MEMORIES + "/" + added.id() + "/history").texts())
                    .containsExactly("kept over a restart");
        }
    }

    @Test
    void aPositionOfDeletedDataHasExpired() throws IOException {
        Path folder = home.resolve("deleted");
        Reply old;
        try (RunningServer first = RunningServer.on(folder)) {
            old = first.admin().add("zoe", "of another life");
        }
        try (var files = java.nio.file.Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> assertThat(file.toFile().delete()).isTrue());
        }
        try (RunningServer second = RunningServer.on(folder)) {
            Api now = second.admin();
            now.add("zoe", "of this life");
            for (Reply reply : List.of(
                    now.list("userId=zoe", "Mneme-Position", old.position()),
                    now.search("{\"query\":\"life\",\"userId\":\"zoe\"}", "Mneme-Position", old.position()))) {
                assertThat(reply.status()).isEqualTo(410);
                assertThat(reply.code()).isEqualTo("position_expired");
            }
            Reply changes = now.get("/api/v1/changes?userId=zoe&after=" + old.position());
            assertThat(changes.json().path("reset").asBoolean()).isTrue();
        }
    }

    @Test
    void keysAreMadeListedAndRevoked() {
        Reply made = api.post("/api/v1/keys", "{\"name\":\"short-lived\",\"role\":\"write\"}");
        String secret = made.json().path("key").asText();
        Api holder = api.as(secret);
        assertThat(holder.add("kim", "with a key").status()).isEqualTo(201);
        assertThat(api.get("/api/v1/keys").raw().body()).contains("short-lived").doesNotContain("mk_");
        assertThat(api.delete("/api/v1/keys/" + made.json().path("id").asText()).status())
                .isEqualTo(200);
        assertThat(holder.add("kim", "too late").code()).isEqualTo("unauthenticated");
    }

    @Test
    void statusHealthAndEntitiesTellWhatIsThere() {
        api.post(Api.MEMORIES, "{\"text\":\"counted\",\"userId\":\"counted\",\"runId\":\"counted-run\"}");
        JsonNode status = api.get("/api/v1/status").json();
        assertThat(status.path("log").asText()).isEqualTo("ok");
        assertThat(status.path("memories").asInt()).isPositive();
        assertThat(status.path("shards")).hasSizeGreaterThan(1);
        Api nobody = api.as("");
        assertThat(nobody.get("/health/live").status()).isEqualTo(200);
        assertThat(nobody.get("/health/ready").json().toString()).contains("\"embedder\"", "\"index\"");
        assertThat(api.get("/api/v1/entities?limit=1000").each("items", "id")).contains("counted", "counted-run");
    }
}
