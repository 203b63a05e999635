package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.bench.LocomoData.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Over mem0's API with a language model (`infer: true`): up to ten turns of a session are one add, each a message with
/// its speaker's name apart from the text, so that what links a fact to its message is all that tells who spoke.
final class InferBackend extends HttpBackend {
    private static final int TOGETHER = 10;

    private final Mem0Backend searches;
    private final List<Turn> waiting = new ArrayList<>();
    private String conversation = "";

    InferBackend(HttpConnection server) {
        super(server);
        this.searches = new Mem0Backend(server);
    }

    @Override
    public void add(String next, Turn turn) {
        boolean together = next.equals(conversation)
                && waiting.size() < TOGETHER
                && !waiting.isEmpty()
                && waiting.getLast().at().equals(turn.at());
        if (!together) {
            flush();
        }
        conversation = next;
        waiting.add(turn);
    }

    private void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Map<String, String>> messages = new ArrayList<>();
        Map<String, String> turns = new HashMap<>();
        for (Turn turn : waiting) {
            int colon = turn.text().indexOf(": ");
            String text = turn.text().substring(colon + 2);
            Map<String, String> message = new LinkedHashMap<>();
            message.put("role", "user");
            message.put("name", turn.text().substring(0, colon));
            message.put("content", text);
            messages.add(message);
            turns.putIfAbsent(text.strip(), turn.id());
        }
        JsonNode added = post(
                "/v3/memories/add/",
                Map.of(
                        "messages",
                        messages,
                        "user_id",
                        conversation,
                        "timestamp",
                        waiting.getFirst().at().getEpochSecond(),
                        "async_mode",
                        false));
        if (!added.path("status").asText().equals("SUCCEEDED")) {
            throw new IllegalStateException("not extracted: " + added);
        }
        for (JsonNode result : added.path("results")) {
            String turn = turns.getOrDefault(result.path("memory").asText(), "unknown");
            searches.stored(result.path("id").asText(), turn);
        }
        waiting.clear();
    }

    @Override
    public List<String> search(String of, String question, @Nullable Instant reference, int topK) {
        flush();
        return searches.search(of, question, reference, topK);
    }
}
