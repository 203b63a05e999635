package dev.mneme.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.bench.LocomoData.Turn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A server over REST: each turn an add with its session's date as `timestamp`, each question a search, a conversation
/// a user. One thread.
final class RestBackend implements LocomoBackend {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpConnection server;
    private final Map<String, String> turnOf = new HashMap<>();

    RestBackend(HttpConnection server) {
        this.server = server;
    }

    @Override
    public void add(String conversation, Turn turn) {
        JsonNode stored = post(
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
        turnOf.put(stored.get("memory").get("id").asText(), turn.id());
    }

    @Override
    public List<String> search(String conversation, String question, int topK) {
        JsonNode answer =
                post("/api/v1/memories/search", Map.of("userId", conversation, "query", question, "topK", topK));
        List<String> found = new ArrayList<>();
        for (JsonNode result : answer.get("results")) {
            found.add(turnOf.getOrDefault(result.get("memory").get("id").asText(), "unknown"));
        }
        return found;
    }

    private JsonNode post(String path, Map<String, Object> body) {
        try {
            return server.post(path, JSON.writeValueAsString(body)).json();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + path, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
