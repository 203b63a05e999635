package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.bench.LocomoData.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Over mem0's API: each turn a message that is kept as it is (`infer: false`), each question a search.
final class Mem0Backend extends HttpBackend {
    Mem0Backend(HttpConnection server) {
        super(server);
    }

    @Override
    public void add(String conversation, Turn turn) {
        JsonNode added = post(
                "/v3/memories/add/",
                Map.of(
                        "messages",
                        List.of(Map.of("role", "user", "content", turn.text())),
                        "user_id",
                        conversation,
                        "timestamp",
                        turn.at().getEpochSecond(),
                        "infer",
                        false));
        stored(added.get("results").get(0).get("id").asText(), turn.id());
    }

    @Override
    public List<String> search(String conversation, String question, @Nullable Instant reference, int topK) {
        Map<String, Object> body = new HashMap<>(
                Map.of("query", question, "filters", Map.of("user_id", conversation), "top_k", topK, "threshold", 0));
        if (reference != null) {
            body.put("reference_date", reference.toString());
        }
        JsonNode answer = post("/v3/memories/search/", body);
        List<String> found = new ArrayList<>();
        for (JsonNode result : answer.get("results")) {
            found.add(turn(result.get("id").asText()));
        }
        return found;
    }
}
