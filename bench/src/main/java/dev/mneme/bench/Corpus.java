package dev.mneme.bench;

import dev.mneme.bench.SyntheticMemories.Item;
import dev.mneme.core.model.Memory;
import java.io.IOException;
import java.util.function.BiConsumer;

/// Fills a server with synthetic chats with vectors, one owner after another. It is the same every time.
final class Corpus {
    private static final int BATCH = 200;

    private Corpus() {}

    /// @param each hears of every memory stored and its owner's number, in the order of arrival
    static void fill(HttpConnection server, int owners, int memories, BiConsumer<Integer, Item> each)
            throws IOException {
        SyntheticMemories synthetic = new SyntheticMemories(1);
        for (int owner = 0; owner < owners; owner++) {
            for (int stored = 0; stored < memories; stored += BATCH) {
                int count = Math.min(BATCH, memories - stored);
                StringBuilder body = new StringBuilder("{\"userId\":\"" + AddRequests.user(owner) + "\",\"items\":[");
                for (int i = 0; i < count; i++) {
                    Item item = synthetic.next(AddRequests.user(owner));
                    each.accept(owner, item);
                    body.append(i == 0 ? "" : ",").append(json(item));
                }
                requireStored(server.post("/api/v1/memories", body.append("]}").toString()), count);
            }
        }
    }

    private static String json(Item item) {
        Memory memory = item.memory();
        return "{\"text\":\"" + memory.text() + "\",\"timestamp\":\"" + memory.timestamp() + "\",\"vector\":"
                + Vectors.json(item.embedding().vector()) + "}";
    }

    private static void requireStored(HttpConnection.Response response, int count) throws IOException {
        int added = 0;
        for (var item : response.json().get("items")) {
            added += item.path("event").asText().equals("ADD") ? 1 : 0;
        }
        if (added != count) {
            throw new IOException("of " + count + " memories " + added + " were added: "
                    + response.json().get("items").get(0));
        }
    }
}
