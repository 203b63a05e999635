package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.bench.LocomoData.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Over REST: each turn an add with its session's date as `timestamp`, each question a search.
final class RestBackend extends HttpBackend {
    RestBackend(HttpConnection server) {
        super(server);
    }

    @Override
    public void add(String conversation, Turn turn) {
        JsonNode added = post(
                "/api/v1/memories",
                Map.of(
                        "userId",
                        conversation,
                        "text",
                        turn.text(),
                        "timestamp",
                        turn.at().toString(),
                        "dedupe",
                        false));
        stored(added.get("memory").get("id").asText(), turn.id());
    }

    @Override
    public List<String> search(String conversation, String question, int topK) {
        JsonNode answer =
                post("/api/v1/memories/search", Map.of("userId", conversation, "query", question, "topK", topK));
        List<String> found = new ArrayList<>();
        for (JsonNode result : answer.get("results")) {
            found.add(turn(result.get("memory").get("id").asText()));
        }
        return found;
    }
}
