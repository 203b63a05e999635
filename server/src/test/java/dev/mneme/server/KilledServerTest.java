package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server's process is killed under load, several times: whatever it had acknowledged is there with its
/// content,
/// what was sent again under its key is there once, and a live reader misses nothing and hears nothing twice.
final class KilledServerTest {
    private static final int KILLS = Integer.getInteger("mneme.kills", 3);
    private static final int WRITERS = 4;
    private static final int WRITES_PER_LIFE = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger nextText = new AtomicInteger();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> unanswered = ConcurrentHashMap.newKeySet();
    private final List<Long> heard = new CopyOnWriteArrayList<>();
    private final List<String> heardTexts = new CopyOnWriteArrayList<>();
    private volatile String lastEventId = "";
    private volatile boolean reset;

    @Test
    void acknowledgedWritesAndALiveReaderSurviveKills() throws Exception {
        Path data = folder.resolve("data");
        for (int life = 0; life < KILLS; life++) {
            ChildServer server = ChildServer.start(data);
            sendAgain(server);
            if (lastEventId.isEmpty()) {
                lastEventId = add(server, "the first one")
                        .headers()
                        .firstValue("Mneme-Position")
                        .orElseThrow();
                acknowledged.add("the first one");
            }
            Thread reader = Thread.ofVirtual().start(() -> follow(server));
            List<Thread> writers = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> Thread.ofVirtual().start(() -> writeUntilDead(server)))
                    .toList();
            int enough = acknowledged.size() + WRITES_PER_LIFE;
            Awaitility.await().atMost(PATIENCE).until(() -> acknowledged.size() >= enough);
            server.kill();
            for (Thread writer : writers) {
                writer.join();
            }
            reader.join();
        }
        try (ChildServer server = ChildServer.start(data)) {
            sendAgain(server);
            assertThat(unanswered).isEmpty();
            assertThat(texts(server))
                    .as("each acknowledged text, once")
                    .hasSameElementsAs(acknowledged)
                    .doesNotHaveDuplicates();
            Thread reader = Thread.ofVirtual().start(() -> follow(server));
            Awaitility.await().atMost(PATIENCE).until(() -> heard.size() >= acknowledged.size() - 1);
            assertThat(reset).isFalse();
            assertThat(heard)
                    .as("each position after the first, once, in order")
                    .isEqualTo(IntStream.rangeClosed(2, acknowledged.size())
                            .mapToObj(Long::valueOf)
                            .toList());
            assertThat(heardTexts).doesNotHaveDuplicates();
            server.kill();
            reader.join();
        }
    }

    private void sendAgain(ChildServer server) throws IOException, InterruptedException {
        for (String text : List.copyOf(unanswered)) {
            assertThat(add(server, text).statusCode()).isBetween(200, 299);
            unanswered.remove(text);
            acknowledged.add(text);
        }
    }

    private void writeUntilDead(ChildServer server) {
        while (true) {
            String text = "number " + nextText.incrementAndGet() + " " + "x".repeat(500);
            unanswered.add(text);
            try {
                int status = add(server, text).statusCode();
                assertThat(status).isBetween(200, 299);
                unanswered.remove(text);
                acknowledged.add(text);
            } catch (IOException dead) {
                return;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// The key is the text's own, so that sending it again repeats the write rather than making another.
    private HttpResponse<String> add(ChildServer server, String text) throws IOException, InterruptedException {
        String body = JSON.writeValueAsString(Map.of("userId", "alice", "text", text, "dedupe", false));
        String key = "key-" + text.substring(0, Math.min(12, text.length())).replace(' ', '-');
        return http.send(
                request(server, "/api/v1/memories")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private List<String> texts(ChildServer server) throws IOException, InterruptedException {
        List<String> texts = new ArrayList<>();
        String cursor = "";
        do {
            HttpRequest page = request(server, "/api/v1/memories?userId=alice&limit=500" + cursor)
                    .GET()
                    .build();
            JsonNode list =
                    JSON.readTree(http.send(page, BodyHandlers.ofString()).body());
            list.path("items").forEach(item -> texts.add(item.path("text").asText()));
            String next = list.path("nextCursor").asText("");
            cursor = next.isEmpty() || next.equals("null") ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());
        return texts;
    }

    /// Reads the stream of alice's changes until the server is dead.
    private void follow(ChildServer server) {
        HttpRequest stream = request(server, "/api/v1/changes?userId=alice")
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", lastEventId)
                .GET()
                .build();
        try (Stream<String> lines = http.send(stream, BodyHandlers.ofLines()).body()) {
            Event event = new Event();
            lines.forEach(line -> {
                if (line.isEmpty()) {
                    hear(event);
                    event.clear();
                } else {
                    event.line(line);
                }
            });
        } catch (IOException | UncheckedIOException dead) {
            assertThat(dead).isNotNull();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// An event that came whole: what the kill cut off is not heard.
    private void hear(Event event) {
        if (event.type.equals("reset")) {
            reset = true;
        }
        if (event.type.equals("memory.added")) {
            heard.add(Long.valueOf(event.id.substring(event.id.lastIndexOf(':') + 1)));
            heardTexts.add(event.text());
        }
        if (!event.id.isEmpty()) {
            lastEventId = event.id;
        }
    }

    private static HttpRequest.Builder request(ChildServer server, String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + server.adminKey());
    }

    /// The fields of one server-sent event.
    private static final class Event {
        private String type = "";
        private String id = "";
        private String data = "";

        void line(String line) {
            if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("data: ")) {
                data += line.substring(6);
            }
        }

        String text() {
            try {
                return JSON.readTree(data).path("memory").path("text").asText();
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        void clear() {
            type = "";
            id = "";
            data = "";
        }
    }
}
