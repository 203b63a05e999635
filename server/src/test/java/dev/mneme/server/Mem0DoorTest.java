package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.api.mem0.Mem0Score;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One store behind two doors: what comes in by mem0's goes out by REST, and the other way round.
final class Mem0DoorTest {
    private static final String PROJECT = "/api/v1/orgs/organizations/default/projects/default/";

    @TempDir
    Path home;

    @Test
    void memoriesAreTheSameByEitherDoorAndAfterARestart() {
        try (RunningServer server = RunningServer.on(home)) {
            Api admin = server.admin();
            for (String text : List.of("likes green tea", "likes black tea", "plays chess", "drinks tea at five")) {
                admin.post(
                        "/v3/memories/add/",
                        "{\"messages\":\"" + text + "\",\"user_id\":\"alice\",\"infer\":false,\"metadata\":{\"a\":1}}");
            }
            admin.add("alice", "hates coffee, loves tea");
            admin.call("PATCH", PROJECT, "{\"custom_instructions\":\"short\"}");
            String id = admin.post("/v3/memories/search/", search("chess"))
                    .json()
                    .at("/results/0/id")
                    .asText();
            admin.post("/v1/feedback/", "{\"memory_id\":\"" + id + "\",\"feedback\":\"NEGATIVE\"}");

            server.restart();

            assertThat(found(server.admin().post("/v3/memories/search/", search("tea")), "/id", score -> score))
                    .hasSize(4)
                    .isEqualTo(found(
                            server.admin().search("{\"query\":\"tea\",\"userId\":\"alice\"}"),
                            "/memory/id",
                            Mem0Score::of));
            assertThat(server.admin()
                            .get("/v1/feedback/" + id + "/")
                            .json()
                            .path("feedback")
                            .asText())
                    .isEqualTo("NEGATIVE");
            assertThat(server.admin()
                            .get(PROJECT)
                            .json()
                            .path("custom_instructions")
                            .asText())
                    .isEqualTo("short");
        }
    }

    private static String search(String query) {
        return "{\"query\":\"" + query + "\",\"filters\":{\"user_id\":\"alice\"}}";
    }

    /// What was found, in its order, each with its score on mem0's scale.
    private static List<String> found(Api.Reply reply, String id, DoubleUnaryOperator scale) {
        List<String> found = new ArrayList<>();
        for (JsonNode result : reply.json().path("results")) {
            found.add(result.at(id).asText() + " "
                    + scale.applyAsDouble(result.path("score").asDouble()));
        }
        return found;
    }
}
