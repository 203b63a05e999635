package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.mem0.Mem0Server.Reply;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests as mem0's documentation shows them, and how many of six memories each finds or leaves.
class Mem0PatternsTest {
    private final Mem0Server mem0 = new Mem0Server();
    private String peanuts = "";

    @BeforeEach
    void populate() {
        peanuts = mem0.add(
                "\"user_id\":\"alice\"",
                "I am allergic to peanuts",
                ",\"metadata\":{\"topic\":\"food\",\"stars\":5},\"timestamp\":1705312800"); // 2024-01-15
        later();
        mem0.add("\"user_id\":\"alice\",\"agent_id\":\"bot\"", "I hike in the Alps", "");
        later();
        mem0.add("\"agent_id\":\"bot\"", "Answers in French", "");
        later();
        mem0.add("\"app_id\":\"shop\"", "Ships to Norway", "");
        later();
        mem0.add("\"run_id\":\"r1\"", "Lost the first key", "");
        later();
        mem0.add("\"user_id\":\"bob\"", "Likes hiking boots", "");
    }

    private void later() {
        mem0.clock.advance(Duration.ofSeconds(1));
    }

    @AfterEach
    void stop() {
        mem0.close();
    }

    private static String json(String text) {
        return text.strip().replace('\'', '"');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'user_id':'alice'} | 2",
                "{'userId':'alice'} | 2",
                "{'user_id':' alice '} | 2",
                "{'AND':[{'user_id':'alice'}]} | 2",
                "{'AND':[{'user_id':'alice'},{'agent_id':'bot'}]} | 1",
                "{'OR':[{'user_id':'alice'},{'agent_id':'bot'}]} | 3",
                "{'user_id':'*'} | 3",
                "{'agent_id':'*'} | 2",
                "{'AND':[{'user_id':'*'},{'agent_id':'*'}]} | 1",
                "{'OR':[{'user_id':'*'},{'agent_id':'*'},{'app_id':'*'},{'run_id':'*'}]} | 6",
                "{'AND':[{'user_id':'alice'},{'NOT':{'agent_id':'bot'}}]} | 1",
                "{'AND':[{'user_id':'alice'},{'NOT':[{'agent_id':'bot'}]}]} | 1",
                "{'user_id':{'in':['alice','bob']}} | 3",
                "{'user_id':{'ne':'alice'},'agent_id':'bot'} | 1",
                "{'user_id':'alice','run_id':null} | 2",
                "{'user_id':'*','keywords':'hik'} | 2",
                "{'user_id':'*','keywords':{'icontains':'HIK'}} | 2",
                "{'user_id':'*','keywords':{'contains':'hiking'}} | 1",
                "{'user_id':'*','keywords':{'contains':'HIK'}} | 0",
                "{'user_id':'*','keywords':['alps','boots']} | 2",
                "{'AND':[{'user_id':'*'},{'keywords':{'in':['alps','boots']}}]} | 2",
                "{'user_id':'alice','metadata':{'topic':'food'}} | 1",
                "{'user_id':'alice','metadata':{'topic':{'ne':'food'}}} | 1",
                "{'user_id':'alice','metadata':{'topic':{'contains':'oo'}}} | 1",
                "{'user_id':'alice','metadata':{'stars':5}} | 1",
                "{'user_id':'alice','metadata':{'stars':{'gte':4}}} | 1",
                "{'user_id':'alice','created_at':{'lt':'2025-01-01'}} | 1",
                "{'user_id':'alice','created_at':{'gte':'2024-01-15','lte':'2024-01-15'}} | 1",
                "{'user_id':'alice','created_at':{'gte':'2024-01-16'}} | 1",
                "{'user_id':'alice','created_at':{'gte':'2024-01-15T10:00:00Z','lt':'2024-01-15T10:00:01Z'}} | 1",
                "{'user_id':'alice','updated_at':{'lt':'2025-01-01'}} | 0",
                "{'user_id':'alice','timestamp':{'gte':1705312800}} | 1",
                "{'user_id':'alice','expiration_date':'*'} | 0",
                "{'user_id':'alice','memory_ids':['ID']} | 1",
                "{'user_id':'alice','memory_ids':{'in':['ID']}} | 1",
                "{'user_id':'alice','memory_ids':'ID'} | 1",
                "{'user_id':'alice','categories':{'contains':'fit'}} | 0",
                "{'session_id':'r1'} | 1"
            })
    void filtersFind(String filters, int count) {
        String asked = json(filters).replace("ID", peanuts);

        Reply listed = mem0.post("/v3/memories/?page=1&page_size=50", "{\"filters\":" + asked + "}");
        assertThat(listed.status()).as(listed.detail()).isEqualTo(200);
        assertThat(listed.at("/count").asInt()).isEqualTo(count);
        Reply found = mem0.post(
                "/v3/memories/search/",
                "{\"query\":\"I hike allergic Answers Ships Lost Likes peanuts French Norway key boots\",\"filters\":"
                        + asked + ",\"top_k\":50,\"source\":\"CLI\"}");
        assertThat(found.status()).as(found.detail()).isEqualTo(200);
        assertThat(found.at("/results")).hasSize(count);
        assertThat(mem0.post("/v2/memories/", "{\"filters\":" + asked + "}").body())
                .hasSize(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/memories/?user_id=alice | 2",
                "/v1/memories/?user_id=alice&source=CLI&project_id=another&org_id=acme | 2",
                "/v1/memories/?user_id=%20alice%20 | 2",
                "/v1/memories/?user_id=alice&limit=1 | 1",
                "/v1/memories/?user_id=alice&keywords=PEANUT | 1",
                "/v1/memories/?user_id=alice&categories=food | 0",
                "/v1/memories/?user_id=alice&categories=food,drinks&categories=x | 0",
                "/v1/memories/?user_id=alice&start_date=2024-01-15&end_date=2024-01-15 | 1",
                "/v1/memories/?user_id=alice&start_date=2024-01-16 | 1",
                "/v1/memories/?user_id=alice&metadata=%7B%22topic%22%3A%22food%22%7D | 1",
                "/v1/memories/?user_id=alice&fields=memory | 2",
                "/v1/memories/?user_id=alice&latest_only=true&show_expired=True | 2",
                "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=* | 6"
            })
    void bareListsShow(String target, int count) {
        Reply reply = mem0.get(target.strip());

        assertThat(reply.status()).as(reply.detail()).isEqualTo(200);
        assertThat(reply.body()).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/memories/user/alice/ | /count | 2",
                "/v1/memories/agent/bot/ | /count | 2",
                "/v1/memories/app/shop/ | /count | 1",
                "/v1/memories/run/r1/ | /count | 1",
                "/v1/stats/ | /total_memories | 6",
                "/v1/stats/ | /total_users_with_memories | 2",
                "/v1/stats/ | /memories_per_user | 1",
                "/v1/entities/filters/ | /users/0 | alice",
                "/v1/entities/filters/ | /categories/0 | personal_details",
                "/v1/memories/events/ | /count | 6",
                "/v1/memories/events/?page=2&limit=4 | /results/1/new_memory | I am allergic to peanuts",
                "/v2/entities/user/alice/ | /0/total_memories | 2",
                "/api/v1/orgs/organizations/ | /0/org_id | default",
                "/api/v1/orgs/organizations/default/ | /name | default",
                "/v1/entities/?source=CLI&org_id=acme | /total_users | 2",
                "/memories?user_id=alice | /has_more | false",
                "/memories?user_id=alice&top_k=1 | /has_more | true",
                "/memories?top_k=0 | /has_more | true"
            })
    void readsGive(String target, String pointer, String value) {
        Reply reply = mem0.get(target.strip());

        assertThat(reply.status()).as(reply.detail()).isEqualTo(200);
        assertThat(reply.text(pointer.strip())).isEqualTo(value.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/memories/?user_id=alice&source=CLI | 200 | 4",
                "/v1/memories/?user_id=alice&project_id=another | 200 | 4",
                "/v1/memories/?user_id=alice&agent_id=bot | 200 | 5",
                "/v1/memories/?user_id=alice&agent_id=* | 200 | 5",
                "/v1/memories/?user_id=* | 200 | 3",
                "/v1/memories/?app_id=* | 200 | 5",
                "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=* | 200 | 0",
                "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*&source=CLI | 200 | 0",
                "/v1/memories/?user_id=*&agent_id=* | 400 | 6",
                "/v1/memories/?user_id=*&agent_id=*&app_id=* | 400 | 6",
                "/v1/memories/?user_id=%20 | 400 | 6",
                "/v1/memories/?user_id=&agent_id=bot | 400 | 6",
                "/v1/memories/?source=CLI | 400 | 6",
                "/memories?user_id=*&agent_id=*&app_id=*&run_id=* | 200 | 0",
                "/v2/entities/user/alice/?source=CLI | 200 | 4",
                "/v2/entities/user/*/ | 400 | 6",
                "/v2/entities/agent/bot/ | 200 | 4"
            })
    void deletionsLeave(String target, int status, long left) {
        Reply reply = mem0.delete(target.strip());

        assertThat(reply.status()).as(reply.raw().body()).isEqualTo(status);
        assertThat(mem0.store.status().memories()).isEqualTo(left);
    }

    /// A full wipe by a key with restrictions is of what it sees.
    @Test
    void everythingIsWhatTheKeySees() {
        String key = mem0.key(Role.WRITE, Mem0Server.only(OwnerKind.USER, "alice"));

        mem0.send(key, "DELETE", "/v1/memories/?user_id=*&agent_id=*&app_id=*&run_id=*", null);

        assertThat(mem0.store.status().memories()).isEqualTo(4);
    }

    @Test
    void theOrderIsOfWhenTheyWereTold() {
        mem0.add("\"user_id\":\"alice\"", "told before, added after", ",\"timestamp\":1500000000");

        for (String list : List.of("/v1/memories/?user_id=alice", "/v1/memories/?user_id=alice&limit=3")) {
            assertThat(mem0.get(list).body().findValuesAsText("memory"))
                    .containsExactly("I hike in the Alps", "I am allergic to peanuts", "told before, added after");
        }
        Reply page = mem0.post("/v3/memories/?page=2&page_size=1", "{\"filters\":{\"user_id\":\"alice\"}}");
        assertThat(page.text("/results/0/memory")).isEqualTo("I am allergic to peanuts");
        assertThat(page.text("/results/0/created_at")).isEqualTo("2024-01-15T10:00:00.000Z");
        assertThat(mem0.get("/v1/memories/?user_id=alice&limit=1").text("/0/memory"))
                .isEqualTo("I hike in the Alps");
        assertThat(mem0.get("/v1/memories/" + peanuts + "/history/").text("/0/created_at"))
                .isEqualTo("2024-01-15T10:00:00.000Z");
    }

    @Test
    void aBareListSaysWhereTheOthersAre() {
        mem0.post(
                "/v3/memories/add/",
                "{\"infer\":false,\"user_id\":\"many\",\"messages\":[" + "\"one\",".repeat(999) + "\"one\"]}");
        assertThat(mem0.get("/v1/memories/?user_id=many").header("Link")).isEmpty();
        for (int i = 0; i < 2; i++) {
            StringBuilder messages = new StringBuilder();
            for (int n = 0; n < 600; n++) {
                messages.append(n == 0 ? "" : ",")
                        .append('"')
                        .append(i)
                        .append(' ')
                        .append(n)
                        .append('"');
            }
            mem0.post("/v3/memories/add/", "{\"infer\":false,\"user_id\":\"many\",\"messages\":[" + messages + "]}");
        }

        Reply list = mem0.get("/v1/memories/?user_id=many");

        assertThat(list.body()).hasSize(1_000);
        String next = list.header("Link").replaceFirst("<http://127.0.0.1:[0-9]+([^>]*)>; rel=\"next\"", "$1");
        assertThat(mem0.get(next).at("/results")).hasSize(200);
        assertThat(mem0.get("/memories?user_id=many").at("/results")).hasSize(1_000);
        assertThat(mem0.get("/memories?user_id=many").at("/has_more").asBoolean())
                .isTrue();
    }

    @Test
    void whatIsImmutableIsNotChangedByAnyDoorButDeleted() {
        String id = mem0.add("\"user_id\":\"carol\"", "Born in Porto", ",\"immutable\":true,\"metadata\":{\"a\":1}");
        Reply got = mem0.get("/v1/memories/" + id + "/");
        assertThat(got.at("/immutable").asBoolean()).isTrue();
        assertThat(got.at("/metadata"))
                .isEqualTo(Mem0Server.JSON.createObjectNode().put("a", 1));

        for (String body : List.of(
                "{\"text\":\"Born in Faro\"}",
                "{\"metadata\":{\"mneme:immutable\":null}}",
                "{\"expiration_date\":null}")) {
            Reply refused = mem0.put("/v1/memories/" + id + "/", body);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.detail()).contains("immutable");
        }
        assertThat(mem0.put("/memories/" + id, "{\"text\":\"x\"}").status()).isEqualTo(400);
        assertThat(mem0.put("/v1/batch/", "{\"memories\":[{\"memory_id\":\"" + id + "\",\"text\":\"x\"}]}")
                        .status())
                .isEqualTo(400);
        assertThat(mem0.get("/v1/memories/" + id + "/").text("/memory")).isEqualTo("Born in Porto");
        assertThat(mem0.delete("/v1/memories/" + id + "/").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{'role':'user','content':{'type':'image_url','image_url':{'url':'u'}}}] | 0 | 1 image_url",
                "[{'role':'developer','content':'be kind'}] | 0 | 1 message of role developer",
                "[{'role':'system','content':'be kind'},{'role':'user','content':'hi'}] | 1 | 1 message of role system",
                "[{'role':'user','content':[{'type':'tool_result','content':'42 degrees'}]}] | 1 |",
                "[{'role':'user','content':[{'type':'tool_result','content':[{'type':'text','text':'42'}]}]}] | 1 |",
                "[{'role':'user','content':[{'type':'tool_result','tool_use_id':'1'}]}] | 0 | 1 tool_result",
                "[{'role':'user','content':[{'type':'input_text','text':'hi'},{'type':'input_audio'}]}] | 1 | 1 input_audio",
                "[{'role':'assistant','content':null,'tool_calls':[{'id':'1'}]}] | 0 | 1 tool_calls",
                "[{'role':'user','content':[{'type':'mdx_url'},{'type':'pdf_url'},{'type':'pdf_url'}]}] | 0 | 1 mdx_url, 2 pdf_url"
            })
    void whatHasNoTextIsLeftOutAndSaidSo(String messages, int kept, String leftOut) {
        String body = "{\"user_id\":\"carol\",\"infer\":false,\"messages\":" + json(messages) + "}";
        for (String path : List.of("/v3/memories/add/", "/v1/memories/")) {
            Reply reply = mem0.post(path, body);

            assertThat(reply.status()).as(reply.detail()).isEqualTo(200);
            if (path.startsWith("/v3")) {
                assertThat(reply.text("/status")).isEqualTo("SUCCEEDED");
                assertThat(reply.at("/results")).hasSize(kept);
                assertThat(reply.text("/message")).contains(leftOut == null ? "stored" : leftOut.strip());
                assertThat(reply.text("/message").contains("Left out")).isEqualTo(leftOut != null);
            }
        }
        assertThat(mem0.store.status().memories()).isEqualTo(6 + kept);
    }

    @Test
    void idsAreTrimmedAndOwnersOfOtherDoorsStayWithinReach() {
        String id = mem0.add("\"user_id\":\" dora \"", "I keep bees", "");
        assertThat(mem0.get("/v1/memories/" + id + "/").text("/user_id")).isEqualTo("dora");
        assertThat(mem0.get("/v1/memories/?user_id=dora%20").body()).hasSize(1);
        mem0.addByAnotherDoor("dora ", "I sell honey");

        assertThat(mem0.get("/v1/entities/").body().toString()).contains("\"dora \"");
        assertThat(mem0.delete("/v2/entities/user/dora%20/").status()).isEqualTo(200);
        assertThat(mem0.get("/v1/entities/").body().toString())
                .doesNotContain("\"dora \"")
                .contains("\"dora\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "agent", "app", "run"})
    void anEntityMayBeAnnouncedThoughNothingIsWritten(String kind) {
        Reply reply = mem0.post("/v1/" + kind + "s/", "{\"" + kind + "_id\":\"new\",\"metadata\":{}}");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.text("/" + kind + "_id")).isEqualTo("new");
        assertThat(reply.text("/message")).contains("Nothing is written");
        assertThat(mem0.post("/v1/" + kind + "s/", "{}").status()).isEqualTo(400);
        assertThat(mem0.get("/v2/entities/" + kind + "/new/").status()).isEqualTo(404);
    }

    @Test
    void anEventShowsWhatWasAdded() {
        Reply added =
                mem0.post("/v3/memories/add/", "{\"messages\":\"I like tea\",\"user_id\":\"erin\",\"infer\":false}");
        String id = added.text("/results/0/id");
        String event = "/v1/event/" + added.text("/event_id") + "/";
        mem0.put("/v1/memories/" + id + "/", "{\"text\":\"I like coffee\"}");

        assertThat(mem0.get(event).text("/results/0/data/memory")).isEqualTo("I like tea");
        mem0.delete("/v1/memories/" + id + "/");
        assertThat(mem0.get(event).at("/results")).isEmpty();
    }

    @Test
    void entitiesSayWhenTheyWereFirstHeardOf() {
        JsonNode alice = mem0.get("/v1/entities/").at("/results/0");

        assertThat(alice.path("name").asText()).isEqualTo("alice");
        assertThat(alice.path("created_at").asText())
                .isNotEmpty()
                .isLessThan(alice.path("updated_at").asText());
        assertThat(mem0.get("/entities").at("/0/created_at").asText())
                .isEqualTo(alice.path("created_at").asText());
    }

    @Test
    void thresholdsAreOnTheScaleThatScoresAre() {
        String ask = "{\"query\":\"peanuts elephants\",\"filters\":{\"user_id\":\"*\"},\"top_k\":10,\"threshold\":%s}";
        JsonNode best = mem0.post("/v3/memories/search/", ask.formatted("0")).at("/results/0");
        double score = best.path("score").asDouble();
        assertThat(best.path("memory").asText()).isEqualTo("I am allergic to peanuts");

        assertThat(mem0.post("/v3/memories/search/", ask.formatted(score - .001))
                        .at("/results/0/memory"))
                .isEqualTo(best.path("memory"));
        assertThat(mem0.post("/v3/memories/search/", ask.formatted(score + .001))
                        .at("/results"))
                .isEmpty();
        double ours = Mem0Score.ours(score);
        assertThat(ours).as("another scale than mem0's").isNotCloseTo(score, offset(.003));
        assertThat(Mem0Score.of(ours)).isCloseTo(score, offset(1e-9));
    }

    @Test
    void theMapOfScoresIsMonotoneAndKeepsItsEnds() {
        double before = -1;
        for (int i = 0; i <= 1_000; i++) {
            double mapped = Mem0Score.of(i / 1_000.0);
            assertThat(mapped).isGreaterThan(before).isBetween(0.0, 1.0);
            assertThat(Mem0Score.ours(mapped)).isCloseTo(i / 1_000.0, offset(1e-9));
            before = mapped;
        }
        assertThat(Mem0Score.ours(.1))
                .as("what `bench mem0-scores` calls noise")
                .isEqualTo(.27);
        assertThat(Mem0Score.ours(.3)).as("what it calls right").isEqualTo(.31);
        assertThat(Mem0Score.of(0)).isZero();
        assertThat(Mem0Score.of(1)).isEqualTo(1);
    }
}
