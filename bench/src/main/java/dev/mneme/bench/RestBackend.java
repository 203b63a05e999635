package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.bench.LocomoData.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    public List<String> search(String conversation, String question, @Nullable Instant reference, int topK) {
        Map<String, Object> body = new HashMap<>(Map.of("userId", conversation, "query", question, "topK", topK));
        if (reference != null) {
            body.put("referenceTime", reference.toString());
        }
        JsonNode answer = post("/api/v1/memories/search", body);
        List<String> found = new ArrayList<>();
        for (JsonNode result : answer.get("results")) {
            found.add(turn(result.get("memory").get("id").asText()));
        }
        return found;
    }
}
