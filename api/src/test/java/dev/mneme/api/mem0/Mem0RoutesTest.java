package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.http.RawClient;
import dev.mneme.api.mem0.Mem0Server.Reply;
import dev.mneme.core.access.Caller;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The mem0 door, by requests as mem0's clients send them.
class Mem0RoutesTest {
    private static final String MISSING = "0193a000-0000-8000-8000-000000000000";

    private final Mem0Server mem0 = new Mem0Server();

    @AfterEach
    void stop() {
        mem0.close();
    }

    @Test
    void pingSaysWhatTheKeyBelongsToAndNoAddress() {
        Reply reply = mem0.get("/v1/ping/");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text("/status")).isEqualTo("ok");
        assertThat(reply.text("/org_id")).isEqualTo("default");
        assertThat(reply.text("/project_id")).isEqualTo("default");
        assertThat(reply.text("/user_email")).isNotEmpty().doesNotContain("@");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/ping/", "/v1/ping", "//v1/ping/", "///v1/ping"})
    void slashesAreForgiven(String path) {
        assertThat(mem0.get(path).status()).isEqualTo(200);
    }

    @Test
    void theKeyMayComeAsMem0sOwnServerTakesIt() {
        assertThat(mem0.send(null, "GET", "/v1/ping/", null, "X-API-Key", mem0.admin)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aFailureCarriesDetailAndError() {
        Reply reply = mem0.send("mk_unknown", "GET", "/v1/ping/", null);

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.detail()).isNotEmpty();
        assertThat(reply.text("/error")).isEqualTo(reply.detail());
        assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void anUnknownPathOfThePlatformFailsInItsShape() {
        assertThat(mem0.get("/v3/nothing/here/").status()).isEqualTo(404);
        assertThat(mem0.get("/v3/nothing/here/").text("/error")).isNotEmpty();
        assertThat(mem0.get("/v1/memories/search/").status()).isEqualTo(405);
    }

    @Test
    void anAddKeepsEachMessageButInstructions() {
        Reply reply = mem0.post("/v3/memories/add/", """
            {"messages":[{"role":"system","content":"you are a bot"},
              {"role":"user","content":"I like tea","name":"Alice"},
              {"role":"assistant","content":[{"type":"text","text":"noted"},{"type":"image_url"}]}],
             "user_id":"alice","agent_id":"bot","app_id":"app","run_id":"r1","metadata":{"a":{"B":1}},
             "infer":false,"timestamp":1700000000,"expiration_date":"2030-01-01","custom_categories":[{"X":"y"}],
             "enable_graph":true,"org_id":"o"}\
            """);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text("/status")).isEqualTo("SUCCEEDED");
        assertThat(reply.at("/results")).hasSize(2);
        assertThat(reply.text("/results/1/data/memory")).isEqualTo("noted");
        Reply got = mem0.get("/v1/memories/" + reply.text("/results/0/id") + "/");
        assertThat(got.text("/memory")).isEqualTo("I like tea");
        assertThat(got.text("/user_id")).isEqualTo("alice");
        assertThat(got.text("/agent_id")).isEqualTo("bot");
        assertThat(got.text("/app_id")).isEqualTo("app");
        assertThat(got.text("/run_id")).isEqualTo("r1");
        assertThat(got.text("/session_id")).isEqualTo("r1");
        assertThat(got.text("/actor_id")).isEqualTo("Alice");
        assertThat(got.text("/role")).isEqualTo("user");
        assertThat(got.at("/metadata/a/B").asInt()).isEqualTo(1);
        assertThat(got.text("/timestamp")).isEqualTo("2023-11-14T22:13:20.000Z");
        assertThat(got.text("/expiration_date")).isEqualTo("2030-01-01");
        assertThat(got.text("/lifecycle_state")).isEqualTo("active");
        assertThat(got.text("/hash")).isEqualTo("5dba890347a8644a0a37f670d5afb6fa");
    }

    @Test
    void withoutAModelInferringStoresVerbatimAndSaysSo() {
        Reply reply =
                mem0.post("/v3/memories/add/", "{\"messages\":\"I like tea\",\"filters\":{\"userId\":\"alice\"}}");

        assertThat(reply.text("/status")).isEqualTo("SUCCEEDED");
        assertThat(reply.text("/message")).contains("no language model");
        assertThat(reply.text("/results/0/memory")).isEqualTo("I like tea");
        assertThat(reply.text("/results/0/event")).isEqualTo("ADD");
    }

    @Test
    void whatIsThereAlreadyIsNotAddedTwice() {
        String id = mem0.add("alice", "I like tea");

        assertThat(mem0.add("alice", "I like tea")).isEqualTo(id);
        assertThat(mem0.store.status().memories()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":\"x\"}",
                "{\"messages\":\"x\",\"filters\":{}}",
                "{\"messages\":\"x\",\"user_id\":\"\"}",
                "{\"messages\":\"x\",\"user_id\":\"*\"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"filters\":{\"user_id\":\"b\"}}",
                "{\"messages\":\"x\",\"filters\":{\"OR\":[{\"user_id\":\"a\"},{\"user_id\":\"b\"}]}}",
                "{\"messages\":\"\",\"user_id\":\"a\"}",
                "{\"messages\":[],\"user_id\":\"a\"}",
                "{\"messages\":7,\"user_id\":\"a\"}",
                "{\"messages\":[7],\"user_id\":\"a\"}",
                "{\"messages\":[{\"role\":\"user\",\"content\":7}],\"user_id\":\"a\"}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\" \"}],\"user_id\":\"a\"}",
                "{\"messages\":\"x\",\"user_id\":\"  \"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"agent_id\":\"\"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"immutable\":\"yes\"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"metadata\":[]}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"infer\":\"no\"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"timestamp\":\"never\"}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"timestamp\":1e300}",
                "{\"messages\":\"x\",\"user_id\":\"a\",\"expiration_date\":\"9999-12-31\"}",
                "{\"messages\":[\"fine\",\"\\u0000\",{\"role\":\"user\",\"content\":\"x\",\"name\":\"" + LONG
                        + "\"}],\"user_id\":\"a\"}",
                "[]",
                "\"x\"",
                ""
            })
    void anAddThatIsWrongStoresNothing(String body) {
        assertThat(mem0.post("/v3/memories/add/", body).status()).isEqualTo(400);
        assertThat(mem0.post("/v1/memories/", body).status()).isEqualTo(400);
        assertThat(mem0.post("/memories", body).status()).isEqualTo(400);
        assertThat(mem0.store.status().memories()).isZero();
    }

    private static final String LONG =
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                    + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    @Test
    void aMemoryIsShownOnItsLastDayAndHiddenAfterIt() {
        String last = mem0.clock.instant().toString().substring(0, 10);
        mem0.add("\"user_id\":\"alice\"", "short lived", ",\"expiration_date\":\"" + last + "\"");
        String filters = "{\"filters\":{\"user_id\":\"alice\"}}";
        String showExpired = "{\"filters\":{\"user_id\":\"alice\"},\"show_expired\":true}";
        assertThat(mem0.post("/v3/memories/", filters).at("/count").asInt()).isEqualTo(1);

        mem0.clock.advance(Duration.ofDays(1));

        assertThat(mem0.post("/v3/memories/", filters).at("/count").asInt()).isZero();
        assertThat(mem0.post("/v3/memories/", showExpired).text("/results/0/lifecycle_state"))
                .isEqualTo("expired");
    }

    @Test
    void aSearchNeedsToSayWhose() {
        mem0.add("alice", "likes green tea");
        for (String filters : List.of(
                "",
                ",\"filters\":{}",
                ",\"filters\":null",
                ",\"filters\":{\"AND\":[]}",
                ",\"filters\":{\"NOT\":{\"user_id\":\"bob\"}}",
                ",\"filters\":{\"categories\":\"x\"}",
                ",\"user_id\":\"alice\"")) {
            Reply reply = mem0.post("/v3/memories/search/", "{\"query\":\"tea\"" + filters + "}");
            assertThat(reply.status()).as(filters).isEqualTo(400);
            assertThat(reply.detail()).as(filters).isNotEmpty();
        }
        assertThat(mem0.post("/v3/memories/search/", "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\"}}")
                        .at("/results"))
                .hasSize(1);
        assertThat(mem0.post("/v3/memories/search/", "{\"filters\":{\"user_id\":\"alice\"}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aMessageThatCannotBeSeenIsLeftOut() {
        String messages = "{\"messages\":[{\"role\":\"user\",\"content\":\"\u200b\"},"
                + "{\"role\":\"user\",\"content\":\"likes tea\"}],\"user_id\":\"alice\",\"infer\":false}";
        assertThat(mem0.post("/v1/memories/", messages).status()).isEqualTo(200);
        assertThat(mem0.store.status().memories()).isEqualTo(1);
    }

    @Test
    void aQueryMayBeAsLongAsItsRequestAndMustBeSeen() {
        mem0.add("\"user_id\":\"alice\"", "likes tea", "");
        String alice = ",\"filters\":{\"user_id\":\"alice\"}}";
        String query = "x ".repeat(100_000) + "tea";
        assertThat(mem0.post("/v3/memories/search/", "{\"query\":\"" + query + "\"" + alice)
                        .at("/results"))
                .hasSize(1);
        assertThat(mem0.post("/v3/memories/search/", "{\"query\":\"\u200b\"" + alice)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aSearchTakesItsOptions() {
        mem0.add("\"user_id\":\"alice\"", "likes green tea", ",\"metadata\":{\"a\":1}");
        mem0.add("\"user_id\":\"alice\"", "likes black tea", ",\"metadata\":{\"a\":2}");

        Reply reply = mem0.post(
                "/v3/memories/search/",
                "{\"query\":\"tea\",\"output_format\":\"v1.1\",\"filters\":{\"user_id\":\"alice\"},\"metadata\":{\"a\":2},"
                        + "\"fields\":[\"memory\",\"score\"],\"rerank\":true,\"top_k\":5}");

        assertThat(reply.at("/results")).hasSize(1);
        assertThat(reply.at("/results/0")).hasSize(3);
        assertThat(reply.text("/results/0/memory")).isEqualTo("likes black tea");
        assertThat(mem0.post(
                                "/v3/memories/search/",
                                "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\"},\"top_k\":1}")
                        .at("/results"))
                .hasSize(1);
        for (String wrong :
                List.of("\"top_k\":0", "\"top_k\":1001", "\"threshold\":2", "\"fields\":7", "\"top_k\":1.5")) {
            assertThat(mem0.post(
                                    "/v3/memories/search/",
                                    "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\"}," + wrong + "}")
                            .status())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void relativeDatesAreSeenFromTheReferenceDate() {
        for (int day = 1; day <= 9; day++) {
            mem0.add("\"user_id\":\"alice\"", "tea no " + day, ",\"timestamp\":\"2026-01-0" + day + "\"");
        }
        assertThat(firstOfYesterday("/v3/memories/search/", ",\"reference_date\":\"2026-01-05\""))
                .isEqualTo("tea no 4");
        assertThat(firstOfYesterday("/search", ",\"referenceDate\":\"2026-01-09T10:00:00+02:00\""))
                .isEqualTo("tea no 8");
        assertThat(firstOfYesterday("/v3/memories/search/", ",\"reference_date\":1767571200"))
                .isEqualTo("tea no 4");
        assertThat(firstOfYesterday("/v3/memories/search/", ",\"reference_date\":\"1767571200\""))
                .isEqualTo("tea no 4");
        mem0.clock.set(Instant.parse("2026-01-07T08:00:00Z"));
        assertThat(firstOfYesterday("/v3/memories/search/", ",\"reference_date\":null"))
                .isEqualTo("tea no 6");

        for (String wrong : List.of("\"last week\"", "\"\"", "true", "[]", "{}", "1e300", "\"2026-02-30\"")) {
            Reply reply = mem0.post(
                    "/v3/memories/search/",
                    "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\"},\"reference_date\":" + wrong + "}");
            assertThat(reply.status()).as(wrong).isEqualTo(400);
            assertThat(reply.detail()).as(wrong).contains("reference_date");
        }
    }

    @Test
    void aDayIsTheAskers() {
        mem0.add("\"user_id\":\"alice\"", "tea at home", ",\"timestamp\":\"2026-01-05T03:00:00Z\"");
        mem0.add("\"user_id\":\"alice\"", "tea abroad", ",\"timestamp\":\"2026-01-07T01:00:00+09:00\"");
        for (String path : List.of("/v3/memories/search/", "/search")) {
            assertThat(firstOfYesterday(path, ",\"reference_date\":\"2026-01-05T09:00:00-08:00\""))
                    .isEqualTo("tea at home");
            assertThat(firstOfYesterday(
                            path, ",\"reference_date\":\"2026-01-05\",\"timezone\":\"America/Los_Angeles\""))
                    .isEqualTo("tea at home");
            assertThat(firstOfYesterday(path, ",\"reference_date\":\"2026-01-08T09:00:00Z\""))
                    .isEqualTo("tea abroad");
        }
        mem0.add("\"user_id\":\"alice\"", "tea before", ",\"timestamp\":\"2026-01-04T12:00:00Z\"");
        mem0.clock.set(Instant.parse("2026-01-05T20:00:00Z"));
        for (String path : List.of("/v3/memories/search/", "/search")) {
            assertThat(firstOfYesterday(path, "")).isEqualTo("tea before");
            assertThat(firstOfYesterday(path, ",\"timezone\":\"Asia/Tokyo\"")).isEqualTo("tea at home");
            assertThat(firstOfYesterday(
                            path, ",\"reference_date\":\"2026-01-05T20:00:00Z\",\"timezone\":\"Asia/Tokyo\""))
                    .isEqualTo("tea at home");
            assertThat(firstOfYesterday(path, ",\"reference_date\":\"2026-01-06T05:00:00+09:00\""))
                    .isEqualTo("tea at home");
        }

        Reply wrong = mem0.post(
                "/v3/memories/search/",
                "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\"},\"timezone\":\"Mars/Base\"}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.detail()).contains("timezone");
    }

    private String firstOfYesterday(String path, String more) {
        return mem0.post(
                        path,
                        "{\"query\":\"tea yesterday\",\"filters\":{\"user_id\":\"alice\"},\"top_k\":1" + more + "}")
                .text("/results/0/memory");
    }

    @Test
    void olderVersionsAnswerBareListsUnlessAskedOtherwise() {
        mem0.add("alice", "likes green tea");

        assertThat(mem0.post("/v1/memories/search/", "{\"query\":\"tea\",\"user_id\":\"alice\",\"limit\":5}")
                        .text("/0/memory"))
                .isEqualTo("likes green tea");
        assertThat(mem0.post(
                                "/v2/memories/search/",
                                "{\"query\":\"tea\",\"filters\":{\"AND\":[{\"user_id\":\"alice\"}]}}")
                        .text("/0/memory"))
                .isEqualTo("likes green tea");
        assertThat(mem0.post(
                                "/v1/memories/search/",
                                "{\"query\":\"tea\",\"user_id\":\"alice\",\"output_format\":\"v1.1\"}")
                        .text("/results/0/memory"))
                .isEqualTo("likes green tea");
        assertThat(mem0.get("/v1/memories/?user_id=alice&org_id=default&project_id=default")
                        .text("/0/memory"))
                .isEqualTo("likes green tea");
        assertThat(mem0.get("/v1/memories/?user_id=alice&page=1&page_size=5")
                        .at("/count")
                        .asInt())
                .isEqualTo(1);
        assertThat(mem0.get("/v1/memories/").status()).isEqualTo(400);
        assertThat(mem0.post("/v1/memories/search/", "{\"query\":\"tea\"}").status())
                .isEqualTo(400);
    }

    @Test
    void pagesHoldEverythingOnceNewestFirst() {
        for (int i = 0; i < 7; i++) {
            mem0.clock.advance(Duration.ofSeconds(1));
            mem0.add("alice", "number " + i);
        }
        List<String> seen = new ArrayList<>();
        for (int page = 1; page <= 3; page++) {
            Reply reply =
                    mem0.post("/v3/memories/?page=" + page + "&page_size=3", "{\"filters\":{\"user_id\":\"alice\"}}");
            assertThat(reply.at("/count").asInt()).isEqualTo(7);
            assertThat(reply.at("/next").isNull()).isEqualTo(page == 3);
            assertThat(reply.at("/previous").isNull()).isEqualTo(page == 1);
            reply.at("/results").forEach(item -> seen.add(item.path("memory").asText()));
        }
        assertThat(seen)
                .containsExactly("number 6", "number 5", "number 4", "number 3", "number 2", "number 1", "number 0");
        assertThat(mem0.post("/v3/memories/?page=0", "{\"filters\":{\"user_id\":\"alice\"}}")
                        .status())
                .isEqualTo(400);
        assertThat(mem0.post("/v3/memories/?page_size=201", "{\"filters\":{\"user_id\":\"alice\"}}")
                        .status())
                .isEqualTo(400);
        assertThat(mem0.post("/v3/memories/", "{}").status()).isEqualTo(400);
    }

    @Test
    void pagesOverManyUsersAreOneListNewestFirst() {
        List<String> added = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            mem0.clock.advance(Duration.ofSeconds(1));
            added.addFirst("number " + i);
            mem0.add("user-" + i % 7, "number " + i);
        }
        List<String> seen = new ArrayList<>();
        for (int page = 1; page <= 5; page++) {
            Reply reply = mem0.post("/v3/memories/?page=" + page + "&page_size=7", "{\"filters\":{\"user_id\":\"*\"}}");
            assertThat(reply.at("/count").asInt()).isEqualTo(30);
            reply.at("/results").forEach(item -> seen.add(item.path("memory").asText()));
        }
        assertThat(seen).isEqualTo(added);
        List<String> exported = new ArrayList<>();
        mem0.post("/v1/exports/get/", "{\"filters\":{\"user_id\":\"*\"}}")
                .at("/memories")
                .forEach(item -> exported.add(item.path("memory").asText()));
        assertThat(exported).containsExactlyInAnyOrderElementsOf(added);
    }

    @Test
    void getTellsNoIdFromAMissingOne() {
        assertThat(mem0.get("/v1/memories/id%20with%2Fslash%20%3F/").status()).isEqualTo(400);
        assertThat(mem0.get("/v1/memories/nonsense/").text("/error")).isEqualTo("memory_id should be a valid UUID");
        assertThat(mem0.get("/v1/memories/" + MISSING + "/").status()).isEqualTo(404);
        assertThat(mem0.get("/memories/" + MISSING).body().isNull()).isTrue();
    }

    @Test
    void anUpdateChangesWhatItNames() {
        String id = mem0.add(
                "\"user_id\":\"alice\"", "old", ",\"metadata\":{\"a\":1,\"b\":2},\"expiration_date\":\"2030-01-01\"");

        Reply reply = mem0.put(
                "/v1/memories/" + id + "/", "{\"text\":\"new\",\"metadata\":{\"a\":3},\"timestamp\":1700000001}");

        assertThat(reply.text("/memory")).isEqualTo("new");
        assertThat(reply.at("/metadata/a").asInt()).isEqualTo(3);
        assertThat(reply.at("/metadata/b").asInt()).isEqualTo(2);
        assertThat(reply.text("/timestamp")).isEqualTo("2023-11-14T22:13:21.000Z");
        assertThat(reply.text("/expiration_date")).isEqualTo("2030-01-01");
        assertThat(mem0.put("/v1/memories/" + id + "/", "{\"expiration_date\":null}")
                        .at("/expiration_date")
                        .isNull())
                .isTrue();
        assertThat(mem0.put("/v1/memories/" + id + "/", "{}").status()).isEqualTo(400);
        assertThat(mem0.put("/memories/" + id, "{\"text\":\"newer\"}").text("/message"))
                .isEqualTo("Memory updated successfully!");
        JsonNode history = mem0.get("/v1/memories/" + id + "/history/").body();
        assertThat(history).hasSize(4);
        assertThat(history.at("/0/old_memory").isNull()).isTrue();
        assertThat(history.at("/1/old_memory").asText()).isEqualTo("old");
        assertThat(history.at("/1/new_memory").asText()).isEqualTo("new");
        assertThat(history.at("/1/input/0/content").asText()).isEqualTo("new");
        assertThat(mem0.get("/memories/" + id + "/history").body()).isEqualTo(history);
    }

    @Test
    void aDeletedMemoryIsGoneAndItsHistoryTells() {
        String id = mem0.add("alice", "likes tea");

        assertThat(mem0.delete("/v1/memories/" + id + "/").text("/message")).isEqualTo("Memory deleted successfully!");

        assertThat(mem0.get("/v1/memories/" + id + "/").status()).isEqualTo(404);
        JsonNode last = mem0.get("/v1/memories/" + id + "/history/").at("/1");
        assertThat(last.path("event").asText()).isEqualTo("DELETE");
        assertThat(last.path("old_memory").asText()).isEqualTo("likes tea");
        assertThat(last.path("new_memory").isNull()).isTrue();
        assertThat(mem0.delete("/v1/memories/" + id + "/").status()).isEqualTo(404);
        assertThat(mem0.delete("/v1/memories/" + id + "/?delete_linked=true").status())
                .isEqualTo(404);
    }

    @Test
    void deletingAllNeedsToSayWhose() {
        mem0.add("alice", "likes tea");
        mem0.add("bob", "likes coffee");
        String python = URLEncoder.encode("{'user_id': 'alice'}", StandardCharsets.UTF_8);
        for (String query : List.of(
                "",
                "?",
                "?filters=" + python,
                "?user_id=alice&filters=" + python,
                "?user_id=",
                "?usr_id=alice",
                "?org_id=default&project_id=default&source=CLI",
                "?user_id=%20",
                "?user_id=alice&agent_id=",
                "?user_id=*&agent_id=*",
                "?user_id=*&agent_id=*&run_id=*",
                "?metadata=%7B%22a%22%3A1%7D",
                "?user_id=alice&user_id=bob")) {
            Reply reply = mem0.delete("/v1/memories/" + query);
            assertThat(reply.status()).as(query).isEqualTo(400);
            assertThat(reply.detail()).as(query).isNotEmpty();
        }
        assertThat(mem0.delete("/memories").status()).isEqualTo(400);
        assertThat(mem0.store.status().memories()).isEqualTo(2);

        Reply deleted = mem0.delete("/v1/memories/?user_id=alice&org_id=acme&project_id=other&source=CLI");
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(deleted.text("/event_id")).hasSize(36);
        assertThat(mem0.store.status().memories()).isEqualTo(1);
        assertThat(mem0.delete("/v1/memories/?user_id=*").status()).isEqualTo(200);
        assertThat(mem0.store.status().memories()).isZero();
    }

    @Test
    void aWholesaleDeletionThatSaysMoreThanIsUnderstoodDeletesNothing() {
        mem0.add("alice", "likes tea");
        String number = mem0.get("/v1/entities/").text("/results/0/id");
        String narrower = "{\"filters\":{\"metadata\":{\"a\":1}}}";
        for (String path : List.of(
                "/v1/memories/?user_id=alice",
                "/memories?user_id=alice",
                "/v2/entities/user/alice/",
                "/v1/entities/user/" + number + "/",
                "/entities/user/alice")) {
            assertThat(mem0.send(mem0.admin, "DELETE", path, narrower).status())
                    .as(path)
                    .isEqualTo(400);
            String more = path + (path.contains("?") ? "&" : "?");
            for (String query : List.of("appId=shop", "filters=x")) {
                assertThat(mem0.delete(more + query).status()).as(more + query).isEqualTo(400);
            }
        }
        assertThat(mem0.delete("/v2/entities/user/alice/?app_id=shop").status()).isEqualTo(400);
        assertThat(mem0.store.status().memories()).isEqualTo(1);

        assertThat(mem0.send(mem0.admin, "DELETE", "/v2/entities/user/alice/?org_id=default", "{}")
                        .status())
                .isEqualTo(200);
        assertThat(mem0.store.status().memories()).isZero();
    }

    @Test
    void aListThatSaysMoreThanIsUnderstoodShowsNothing() {
        mem0.add("alice", "likes tea");
        for (String target : List.of(
                "/memories?userId=alice",
                "/memories?filters=x",
                "/v1/memories/?user_id=alice&appId=shop",
                "/v1/memories/?user_id=alice&user_id=bob",
                "/v1/memories/?user_id=%20")) {
            assertThat(mem0.get(target).status()).as(target).isEqualTo(400);
        }
        assertThat(mem0.get("/v1/memories/?user_id=alice&org_id=acme&project_id=other&source=CLI&version=v2&limit=5")
                        .body())
                .hasSize(1);
    }

    @Test
    void idsBesideTheFiltersAreRefusedWhereTheyWouldNotCount() {
        String body = "{\"query\":\"q\",\"filters\":{\"user_id\":\"*\"},\"run_id\":\"r\"}";
        for (String path : List.of("/v3/memories/search/", "/v3/memories/", "/v1/summary/")) {
            assertThat(mem0.post(path, body).text("/field")).as(path).isEqualTo("run_id");
            assertThat(mem0.post(path, body.replace("run_id", "runId")).status())
                    .as(path)
                    .isEqualTo(400);
        }
        assertThat(mem0.post("/v2/memories/", body).status()).isEqualTo(200);
    }

    @Test
    void linksToOtherPagesAskForTheSame() {
        mem0.add("\"user_id\":\"a&b\"", "one", "");
        mem0.add("\"user_id\":\"a&b\"", "two", "");

        Reply first = mem0.get("/v1/memories/?user_id=a%26b&page=1&page_size=1");
        String here = "http://127.0.0.1:" + mem0.server.port();
        assertThat(first.text("/next")).startsWith(here + "/v1/memories/?page=2");
        Reply second = mem0.get(first.text("/next").substring(here.length()));

        assertThat(second.at("/results")).hasSize(1);
        assertThat(second.text("/results/0/id")).isNotEqualTo(first.text("/results/0/id"));
        assertThat(mem0.get(second.text("/previous").substring(here.length())).text("/results/0/id"))
                .isEqualTo(first.text("/results/0/id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/memories/x/y",
                "/memories/%zz",
                "/api-keys/x/y",
                "/api/v1/webhooks/x/y/z",
                "/api/v1/orgs/x",
                "/v1/memories/%zz"
            })
    void whatFailsBeforeARouteIsFoundFailsInItsShapeToo(String path) throws IOException {
        try (RawClient raw = new RawClient(mem0.server.port())) {
            RawClient.Reply reply = raw.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(reply.status()).isBetween(400, 404);
            JsonNode answer = Mem0Server.JSON.readTree(reply.bytes());
            assertThat(answer.path("error").asText())
                    .isNotEmpty()
                    .isEqualTo(answer.path("detail").asText());
        }
    }

    @Test
    void deletingAllIsNarrowedByEveryIdAndTheMetadata() {
        mem0.add("\"user_id\":\"alice\",\"run_id\":\"r1\"", "one", ",\"metadata\":{\"a\":1}");
        mem0.add("\"user_id\":\"alice\",\"run_id\":\"r1\"", "two", ",\"metadata\":{\"a\":2}");
        mem0.add("\"user_id\":\"alice\",\"run_id\":\"r2\"", "three", ",\"metadata\":{\"a\":1}");

        mem0.delete("/v1/memories/?user_id=alice&run_id=r1&metadata=%7B%22a%22%3A1%7D");

        assertThat(mem0.get("/v1/memories/?user_id=alice").body()).hasSize(2);
    }

    @Test
    void entitiesAreListedAndDeletedByNameAndByNumber() {
        mem0.add("\"user_id\":\"alice\",\"agent_id\":\"bot/1\"", "one", "");
        mem0.add("\"user_id\":\"alice\"", "two", "");
        mem0.add("\"agent_id\":\"b\\\\c\"", "three", "");

        Reply all = mem0.get("/v1/entities/");

        assertThat(all.at("/count").asInt()).isEqualTo(3);
        assertThat(all.at("/total_users").asInt()).isEqualTo(1);
        assertThat(all.at("/total_agents").asInt()).isEqualTo(2);
        assertThat(all.text("/results/0/name")).isEqualTo("alice");
        assertThat(all.text("/results/0/type")).isEqualTo("user");
        assertThat(all.at("/results/0/total_memories").asInt()).isEqualTo(2);
        assertThat(mem0.get("/v1/entities/?page=2&page_size=2").at("/results")).hasSize(1);
        assertThat(mem0.get("/entities").text("/0/id")).isEqualTo("alice");

        assertThat(mem0.delete("/v2/entities/agent/bot%2F1/").status()).isEqualTo(200);
        assertThat(mem0.delete("/v2/entities/agent/b%5Cc/").status()).isEqualTo(200);
        assertThat(mem0.store.status().memories()).isEqualTo(1);
        assertThat(mem0.delete("/v2/entities/agent/never%20heard%20of/").status())
                .isEqualTo(200);
        assertThat(mem0.delete("/v2/entities/planet/mars/").status()).isEqualTo(400);
        assertThat(mem0.delete("/v1/entities/user/12345/").status()).isEqualTo(404);
        assertThat(mem0.delete("/v1/entities/user/" + all.text("/results/0/id") + "/")
                        .status())
                .isEqualTo(200);
        assertThat(mem0.store.status().memories()).isZero();
    }

    @Test
    void aBatchIsRefusedBeforeAnyOfItIsDone() {
        String one = mem0.add("alice", "one");
        String two = mem0.add("alice", "two");

        assertThat(mem0.put("/v1/batch/", batch(one, MISSING)).status()).isEqualTo(404);
        assertThat(mem0.send(mem0.admin, "DELETE", "/v1/batch/", batch(one, MISSING))
                        .status())
                .isEqualTo(404);
        assertThat(mem0.send(mem0.admin, "DELETE", "/v1/batch/", batch(one, "x"))
                        .status())
                .isEqualTo(400);
        assertThat(mem0.send(mem0.admin, "DELETE", "/v1/batch/", null).status()).isEqualTo(400);
        assertThat(mem0.put("/v1/batch/", "{\"memories\":[{\"memory_id\":\"" + one + "\"}]}")
                        .status())
                .isEqualTo(400);
        for (String wrong : List.of("\"\"", "\"" + "x".repeat(70_000) + "\"", "7")) {
            Reply refused = mem0.put("/v1/batch/", batch(one, two).replace("\"changed\"", wrong));
            assertThat(refused.status()).isBetween(400, 422);
            assertThat(refused.text("/field")).isEqualTo("memories[1].text");
            assertThat(refused.detail()).contains("memories[1]");
        }
        assertThat(mem0.get("/v1/memories/" + one + "/").text("/memory")).isEqualTo("one");

        assertThat(mem0.put("/v1/batch/", batch(one, two)).text("/message"))
                .isEqualTo("Successfully updated 2 memories");
        assertThat(mem0.get("/v1/memories/" + two + "/").text("/memory")).isEqualTo("changed");
        assertThat(mem0.send(mem0.admin, "DELETE", "/v1/batch/", batch(one, two))
                        .text("/message"))
                .isEqualTo("Successfully deleted 2 memories");
        assertThat(mem0.store.status().memories()).isZero();
    }

    private static String batch(String one, String two) {
        return "{\"memories\":[{\"memory_id\":\"" + one + "\",\"text\":\"changed first\"},{\"memory_id\":\"" + two
                + "\",\"text\":\"changed\"}]}";
    }

    @Test
    void feedbackIsKeptWithoutAnotherVersion() {
        String id = mem0.add("alice", "likes tea");

        Reply reply = mem0.post(
                "/v1/feedback/",
                "{\"memory_id\":\"" + id + "\",\"feedback\":\"POSITIVE\",\"feedback_reason\":\"quite so\"}");

        assertThat(reply.text("/feedback")).isEqualTo("POSITIVE");
        assertThat(mem0.get("/v1/feedback/" + id + "/").text("/feedback_reason"))
                .isEqualTo("quite so");
        assertThat(mem0.get("/v1/memories/" + id + "/history/").body()).hasSize(1);
        mem0.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":null}");
        assertThat(mem0.get("/v1/feedback/" + id + "/").at("/feedback").isNull())
                .isTrue();
        mem0.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":\"POSITIVE\"}");
        mem0.delete("/v1/memories/" + id + "/");
        assertThat(mem0.get("/v1/feedback/" + id + "/").status()).isEqualTo(404);
        assertThat(feedback(id)).isEmpty();
        assertThat(mem0.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":null}")
                        .status())
                .isEqualTo(200);
        assertThat(mem0.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":\"MEH\"}")
                        .status())
                .isEqualTo(400);
        assertThat(mem0.post("/v1/feedback/", "{\"memory_id\":\"" + MISSING + "\",\"feedback\":\"POSITIVE\"}")
                        .status())
                .isEqualTo(404);
    }

    private Optional<Document> feedback(String id) {
        return mem0.store.documents().find(Owner.user("alice"), "feedback", id);
    }

    @Test
    void feedbackGoesWithItsMemoryByEveryDeletion() {
        String one = mem0.add("alice", "likes tea");
        String two = mem0.add("alice", "likes coffee");
        String three = mem0.add("alice", "likes water");
        for (String id : List.of(one, two, three)) {
            mem0.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":\"POSITIVE\"}");
        }

        mem0.send(mem0.admin, "DELETE", "/v1/batch/", "{\"memories\":[{\"memory_id\":\"" + one + "\"}]}");
        assertThat(List.of(feedback(one).isPresent(), feedback(two).isPresent()))
                .containsExactly(false, true);
        mem0.delete("/v1/memories/?user_id=alice");
        assertThat(mem0.store.documents().list(Owner.user("alice"), Document.FEEDBACK, null, 10))
                .isEmpty();
    }

    @Test
    void aKeysOldestExportGoesAndNoOtherKeys() {
        String body = "{\"filters\":{\"user_id\":\"alice\"}}";
        String writer = mem0.key(Role.WRITE, Restriction.NONE);
        String others = mem0.send(writer, "POST", "/v1/exports/", body).text("/id");
        String first = mem0.post("/v1/exports/", body).text("/id");
        mem0.clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 99; i++) {
            mem0.post("/v1/exports/", body);
        }
        assertThat(fetched(mem0.admin, first)).isEqualTo(200);

        mem0.post("/v1/exports/", body);

        assertThat(fetched(mem0.admin, first)).isEqualTo(404);
        assertThat(fetched(writer, others)).isEqualTo(200);
        String large = "{\"filters\":{\"user_id\":{\"in\":[\"" + "x".repeat(20_000) + "\"]}}}";
        assertThat(mem0.post("/v1/exports/", large).text("/code")).isEqualTo("too_large");
    }

    private int fetched(String key, String id) {
        return mem0.send(key, "POST", "/v1/exports/get/", "{\"memory_export_id\":\"" + id + "\"}")
                .status();
    }

    @Test
    void anAddOfWhichOneCannotBeEmbeddedStoresNothing() {
        try (Mem0Server failing = new Mem0Server(new FailingEmbedder("coffee"))) {
            assertThat(failing.post(
                                    "/v3/memories/add/",
                                    "{\"messages\":[\"tea\",\"coffee\"],\"user_id\":\"alice\",\"infer\":false}")
                            .status())
                    .isEqualTo(503);
            assertThat(failing.store.status().memories()).isZero();
        }
    }

    /// Cannot embed one text.
    private record FailingEmbedder(String text) implements Embedder {
        @Override
        public EmbeddingSpace space() {
            return new EmbeddingSpace("failing", 2);
        }

        @Override
        public Embedding embed(String each, Demand demand) {
            if (each.contains(text)) {
                throw new MnemeException(ErrorCode.OVERLOADED, "The model is away: try again.");
            }
            return Embedding.ofCaller("failing", new float[] {1, 0});
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            throw new MnemeException(ErrorCode.OVERLOADED, "The model is away: try again.");
        }

        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void eventsTellWhatBecameOfARequest() {
        Reply added = mem0.post("/v3/memories/add/", "{\"messages\":\"I like tea\",\"user_id\":\"alice\"}");
        String id = added.text("/event_id");

        Reply event = mem0.get("/v1/event/" + id + "/");

        assertThat(event.text("/status")).isEqualTo("SUCCEEDED");
        assertThat(event.text("/event_type")).isEqualTo("ADD");
        assertThat(event.text("/results/0/data/memory")).isEqualTo("I like tea");
        assertThat(mem0.get("/v1/events/").text("/results/0/id")).isEqualTo(id);
        mem0.delete("/v1/memories/" + added.text("/results/0/id") + "/");
        assertThat(mem0.get("/v1/event/" + id + "/").at("/results")).isEmpty();
        String other = mem0.key(Role.WRITE, Restriction.NONE);
        assertThat(mem0.send(other, "GET", "/v1/event/" + id + "/", null).status())
                .isEqualTo(404);
        assertThat(mem0.send(other, "GET", "/v1/events/", null).at("/count").asInt())
                .isZero();
    }

    @Test
    void anExportPassesOverUsersWithoutAMatch() {
        for (int i = 0; i < 8; i++) {
            addUntil2030("user-" + i);
        }
        mem0.clock.advance(Duration.ofDays(20 * 366));
        mem0.add("user-2", "likes tea");
        mem0.add("user-5", "likes tea");

        assertThat(mem0.post("/v1/exports/get/", "{\"filters\":{\"user_id\":\"*\"}}")
                        .at("/memories"))
                .hasSize(2);
    }

    private void addUntil2030(String user) {
        mem0.add("\"user_id\":\"" + user + "\"", "short lived", ",\"expiration_date\":\"2030-01-01\"");
    }

    @Test
    void anExportIsReadWhenItIsFetchedAndByItsKeyAlone() {
        String id = mem0.add("alice", "likes tea");
        mem0.add("bob", "likes coffee");
        Reply asked = mem0.post("/v1/exports/", "{\"schema\":{},\"filters\":{\"AND\":[{\"user_id\":\"alice\"}]}}");
        assertThat(asked.status()).isEqualTo(201);
        String get = "{\"memory_export_id\":\"" + asked.text("/id") + "\"}";

        assertThat(mem0.post("/v1/exports/get/", get).at("/memories")).hasSize(1);
        mem0.delete("/v1/memories/" + id + "/");
        assertThat(mem0.post("/v1/exports/get/", get).at("/memories")).isEmpty();
        String other = mem0.key(Role.WRITE, Mem0Server.only(OwnerKind.USER, "bob"));
        assertThat(mem0.send(other, "POST", "/v1/exports/get/", get).status()).isEqualTo(404);
        assertThat(mem0.post("/v1/exports/", "{\"schema\":{}}").status()).isEqualTo(400);
        assertThat(mem0.post("/v1/exports/get/", "{\"filters\":{\"user_id\":\"bob\"}}")
                        .at("/memories"))
                .hasSize(1);
    }

    @Test
    void theOneProjectHasSettingsThatLast() {
        String project = "/api/v1/orgs/organizations/default/projects/default/";
        assertThat(mem0.patch(project, "{\"custom_instructions\":\"short\",\"decay\":true,\"org_id\":\"default\"}")
                        .status())
                .isEqualTo(200);
        mem0.patch(project, "{\"decay\":null,\"custom_categories\":[{\"My_Cat\":\"d\"}]}");

        Reply some = mem0.get(project + "?fields=custom_instructions&fields=custom_categories");

        assertThat(some.body()).hasSize(3);
        assertThat(some.text("/custom_instructions")).isEqualTo("short");
        assertThat(some.text("/custom_categories/0/My_Cat")).isEqualTo("d");
        assertThat(mem0.get(project).at("/decay").isNull()).isTrue();
        assertThat(mem0.patch(project, "{\"name\":\"x\"}").status()).isEqualTo(400);
        assertThat(mem0.delete(project).status()).isEqualTo(400);
        assertThat(mem0.post("/api/v1/orgs/organizations/default/projects/", "{\"name\":\"n\"}")
                        .status())
                .isEqualTo(400);
        assertThat(mem0.get("/api/v1/orgs/organizations/default/projects/other/")
                        .status())
                .isEqualTo(404);
        assertThat(mem0.get(project + "members/").at("/members")).isEmpty();
        assertThat(mem0.post(project + "members/", "{\"email\":\"a@b.c\"}").detail())
                .contains("keys, not people");
    }

    @Test
    void webhooksAreMadeListedChangedAndRemoved() {
        String all = "/api/v1/webhooks/projects/default/";
        Reply made =
                mem0.post(all, "{\"name\":\"n\",\"url\":\"https://example.org/h\",\"event_types\":[\"memory_add\"]}");
        String one = "/api/v1/webhooks/" + made.text("/webhook_id") + "/";

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/secret")).isNotEmpty();
        assertThat(made.at("/is_active").asBoolean()).isTrue();
        assertThat(mem0.put(one, "{\"name\":\"n2\",\"event_types\":[\"memory_delete\",\"memory_update\"]}")
                        .status())
                .isEqualTo(200);
        Reply listed = mem0.get(all);
        assertThat(listed.text("/0/name")).isEqualTo("n2");
        assertThat(listed.text("/0/event_types/1")).isEqualTo("memory_delete");
        assertThat(listed.at("/0").has("secret")).isFalse();
        assertThat(mem0.get(one + "deliveries/").body()).isEmpty();
        assertThat(mem0.delete(one).status()).isEqualTo(200);
        assertThat(mem0.delete(one).status()).isEqualTo(404);
        assertThat(mem0.get(all).body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"url\":\"https://example.org/h\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"https://example.org/h\"}",
                "{\"name\":\"n\",\"url\":\"https://example.org/h\",\"event_types\":[]}",
                "{\"name\":\"n\",\"url\":\"https://example.org/h\",\"event_types\":[\"memory_lost\"]}",
                "{\"name\":\"n\",\"url\":\"file:///etc/passwd\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"gopher://example.org\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"https://u:p@example.org\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"/h\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"http://example.org:70000/\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"http://example.org:0/\",\"event_types\":[\"memory_add\"]}",
                "{\"name\":\"n\",\"url\":\"http://localhost:8080/\",\"event_types\":[\"memory_add\"]}"
            })
    void aWebhookThatCannotWorkIsRefused(String body) {
        assertThat(mem0.post("/api/v1/webhooks/projects/default/", body).status())
                .isEqualTo(400);
    }

    @Test
    void mem0sOwnServerIsThereToo() {
        Reply added = mem0.post(
                "/memories", "{\"messages\":[{\"role\":\"user\",\"content\":\"likes tea\"}],\"user_id\":\"alice\"}");
        assertThat(added.text("/results/0/event")).isEqualTo("ADD");
        assertThat(added.text("/results/0/memory")).isEqualTo("likes tea");
        assertThat(mem0.get("/memories?user_id=alice").text("/results/0/memory"))
                .isEqualTo("likes tea");
        assertThat(mem0.get("/memories").at("/results")).hasSize(1);
        String writer = mem0.key(Role.WRITE, Restriction.NONE);
        assertThat(mem0.send(writer, "GET", "/memories", null).status()).isEqualTo(403);
        assertThat(mem0.post("/search", "{\"query\":\"tea\",\"user_id\":\"alice\",\"explain\":true}")
                        .at("/results/0/score_details")
                        .isObject())
                .isTrue();
        assertThat(mem0.post("/search", "{\"query\":\"tea\",\"filters\":{\"user_id\":\"alice\",\"color\":\"red\"}}")
                        .at("/results"))
                .isEmpty();
        assertThat(mem0.post("/search", "{\"query\":\"tea\"}").status()).isEqualTo(400);
        Reply key = mem0.post("/api-keys", "{\"label\":\"laptop\"}");
        assertThat(key.status()).isEqualTo(201);
        assertThat(mem0.send(key.text("/key"), "GET", "/v1/ping/", null).status())
                .isEqualTo(200);
        assertThat(mem0.get("/api-keys").body().toString()).doesNotContain(key.text("/key"));
        assertThat(mem0.delete("/api-keys/" + key.text("/id")).status()).isEqualTo(200);
        assertThat(mem0.post("/reset", "{\"user_id\":\"alice\"}").status()).isEqualTo(400);
        assertThat(mem0.send(mem0.admin, "POST", "/reset", null).status()).isEqualTo(200);
        assertThat(mem0.store.status().memories()).isZero();
        for (String absent : List.of("/configure", "/requests", "/auth/me", "/configure/providers")) {
            assertThat(mem0.get(absent).status()).as(absent).isEqualTo(404);
            assertThat(mem0.get(absent).detail()).as(absent).startsWith("This server");
        }
        assertThat(mem0.get("/auth/setup-status").at("/needs_setup").asBoolean())
                .isFalse();
    }

    @Test
    void countingEndsWhenItTakesTooLong() {
        for (int i = 0; i < 3; i++) {
            mem0.add("alice", "n" + i);
        }
        InstantSource slow = () -> {
            mem0.clock.advance(Duration.ofSeconds(6));
            return mem0.clock.instant();
        };
        Limits small = new Limits(1_000, 1_000, 1, 1, Duration.ofSeconds(2), Duration.ofSeconds(2));
        MemoryWalk walk = new MemoryWalk(new MemoryService(mem0.store, null, slow, new SecureRandom(), small));
        Caller admin = Caller.of(mem0.keys.authenticate(mem0.admin), null);

        assertThatThrownBy(() -> walk.read(admin, Mem0Filter.of(OwnerKind.USER, "*"), false, 0, 1))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    /// Owners without a match take their time, too.
    @Test
    void countingEndsWhereNothingIsFound() {
        for (int i = 0; i < 3; i++) {
            addUntil2030("user" + i);
        }
        mem0.clock.advance(Duration.ofDays(20 * 366));
        InstantSource slow = () -> {
            mem0.clock.advance(Duration.ofSeconds(6));
            return mem0.clock.instant();
        };
        MemoryWalk walk =
                new MemoryWalk(new MemoryService(mem0.store, null, slow, new SecureRandom(), Limits.DEFAULTS));
        Caller admin = Caller.of(mem0.keys.authenticate(mem0.admin), null);

        assertThatThrownBy(() -> walk.read(admin, Mem0Filter.of(OwnerKind.USER, "*"), false, 0, 1))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void theSummaryIsTheLatestMemories() {
        mem0.add("alice", "one");
        mem0.clock.advance(Duration.ofSeconds(1));
        mem0.add("alice", "two");

        assertThat(mem0.post("/v1/summary/", "{\"filters\":{\"user_id\":\"alice\"}}")
                        .text("/0/memory"))
                .isEqualTo("two");
        assertThat(mem0.post("/v1/summary/", "{}").status()).isEqualTo(400);
    }

    @Test
    void aKeyThatAsksTooOftenIsToldWhenToComeBack() {
        String slow = mem0.keys
                .create(
                        dev.mneme.core.access.Caller.of(mem0.keys.authenticate(mem0.admin), null),
                        "slow",
                        Role.READ,
                        Restriction.NONE,
                        null,
                        new dev.mneme.core.model.ApiKey.Rate(1, 1))
                .secret();
        Reply reply = mem0.send(slow, "GET", "/v1/ping/", null);
        for (int i = 0; i < 1_000 && reply.status() == 200; i++) {
            reply = mem0.send(slow, "GET", "/v1/ping/", null);
        }
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.header("Retry-After")).isEqualTo("1");
        assertThat(reply.header("X-RateLimit-Limit")).isEqualTo("1");
        assertThat(reply.header("X-RateLimit-Remaining")).isEqualTo("0");
        assertThat(reply.header("X-RateLimit-Reset")).isEqualTo("1");
        assertThat(reply.detail()).isNotEmpty();
    }
}
