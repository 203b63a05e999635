package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Api.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server's process is killed under load, several times. Whatever it had acknowledged is there, at the version and
/// with the text that it acknowledged, contexts, modes, response sources and sync events too; what it had not, sent
/// again under its key, happens once; and whoever listens, by WebSocket or server-sent events, hears every change once
/// and in order.
///
/// `-Dmneme.kills=20` kills more often.
@Timeout(600)
class KilledServerTest {
    private static final int KILLS = Integer.getInteger("mneme.kills", 3);
    private static final int WRITERS = 4;
    private static final int WRITES_PER_LIFE = 120;
    private static final int NOUNS_PER_LIFE = 24;
    private static final String USER = "alice";

    @TempDir
    Path home = Path.of("");

    private final List<Writer> writers =
            Stream.iterate(0, i -> i + 1).limit(WRITERS).map(Writer::new).toList();
    private final NounWriter nouns = new NounWriter("carol");
    private final Listener socket = new Listener();
    private final Listener stream = new Listener();

    @Test
    void acknowledgedWritesAndLiveListenersSurviveKills() throws Exception {
        Path data = home.resolve("data");
        for (int life = 0; life < KILLS; life++) {
            try (ChildServer server = ChildServer.start(data);
                    Following following = new Following(server.admin());
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> writing = new ArrayList<>();
                for (Writer writer : writers) {
                    writing.add(threads.submit(() -> writer.writeUntilDead(server.admin())));
                }
                writing.add(threads.submit(() -> nouns.writeUntilDead(server.admin())));
                long enough = acknowledged() + WRITES_PER_LIFE;
                int enoughNouns = nouns.acknowledged() + NOUNS_PER_LIFE;
                Socket.until(() -> acknowledged() >= enough && nouns.acknowledged() >= enoughNouns);
                server.kill();
                for (Future<?> one : writing) {
                    one.get();
                }
                following.remember();
            }
        }
        try (ChildServer server = ChildServer.start(data);
                Following following = new Following(server.admin())) {
            writers.forEach(writer -> writer.sendAgain(server.admin()));
            nouns.sendAgain(server.admin());
            nouns.assertAllThere(server.admin());
            assertThat(kept(server.admin())).isEqualTo(acknowledgedMemories());
            following.awaitSequence(acknowledged());
            following.remember();
        }
        List<Long> everyChange =
                LongStream.rangeClosed(1, acknowledged()).boxed().toList();
        assertThat(socket.sequences).as("by WebSocket").isEqualTo(everyChange);
        assertThat(stream.sequences).as("by server-sent events").isEqualTo(everyChange);
        assertThat(socket.memories).as("by WebSocket").isEqualTo(acknowledgedMemories());
        assertThat(stream.memories).as("by server-sent events").isEqualTo(acknowledgedMemories());
    }

    private long acknowledged() {
        return writers.stream().mapToLong(writer -> writer.acknowledged()).sum();
    }

    private Map<String, String> acknowledgedMemories() {
        Map<String, String> all = new HashMap<>();
        writers.forEach(writer -> all.putAll(writer.memories));
        return all;
    }

    /// All memories there are, by id: version and text.
    private static Map<String, String> kept(Api api) {
        Map<String, String> kept = new HashMap<>();
        String cursor = "";
        do {
            Reply page = api.list("userId=" + USER + "&limit=1000" + cursor);
            page.json().path("items").forEach(item -> kept.put(item.path("id").asText(), state(item)));
            JsonNode next = page.json().path("nextCursor");
            cursor = next.isTextual() ? "&cursor=" + Api.encoded(next.asText()) : "";
        } while (!cursor.isEmpty());
        return kept;
    }

    private static String state(JsonNode memory) {
        return memory.path("version").asInt() + " " + memory.path("text").asText();
    }

    private static long sequence(String position) {
        return Long.parseLong(position.substring(position.lastIndexOf(':') + 1));
    }

    /// Adds a memory, then updates it, then adds another.
    private static final class Writer extends RepeatingWriter {
        private final int number;
        private final Map<String, String> memories = new HashMap<>(); // read when the writer is done
        private int requests;
        private @Nullable String toUpdate;

        Writer(int number) {
            this.number = number;
        }

        @Override
        Pending next() {
            String key = "writer-" + number + "-" + ++requests;
            String text = key + " " + "x".repeat(500);
            String id = toUpdate;
            return id == null
                    ? new Pending(
                            key,
                            "POST",
                            Api.MEMORIES,
                            Api.memory(text).put("userId", USER).toString())
                    : new Pending(
                            key,
                            "PATCH",
                            Api.MEMORIES + "/" + id,
                            Api.memory(text).put("expectedVersion", 1).toString());
        }

        @Override
        void remember(Reply reply) {
            JsonNode memory = reply.json().path("memory");
            memories.put(reply.id(), state(memory));
            toUpdate = memory.path("version").asInt() == 1 ? reply.id() : null;
        }
    }

    /// What one listener has heard over all lives, and where it is.
    private static final class Listener {
        private final List<Long> sequences = new ArrayList<>();
        private final Map<String, String> memories = new HashMap<>();
        private String position = "";

        void heard(String at, JsonNode memory) {
            position = at;
            sequences.add(sequence(at));
            memories.put(memory.path("id").asText(), state(memory));
        }
    }

    /// Both listeners in one life of the server.
    private final class Following implements AutoCloseable {
        private final Socket webSocket;
        private final Events events;

        Following(Api api) {
            webSocket = Socket.open(api);
            String resume = socket.position.isEmpty() ? "" : ",\"resumeFrom\":\"" + socket.position + "\"";
            JsonNode connected =
                    webSocket.connect("{\"userId\":\"" + USER + "\"" + resume + ",\"capabilities\":[\"memories\"]}");
            assertThat(connected.at("/payload/reset").asBoolean(false)).isFalse();
            events = stream.position.isEmpty()
                    ? Events.open(api, "userId=" + USER)
                    : Events.open(api, "userId=" + USER, "Last-Event-ID", stream.position);
        }

        void awaitSequence(long last) {
            Socket.until(() -> told().stream().anyMatch(message -> sequence(position(message)) == last)
                    && changes().stream().anyMatch(event -> sequence(event.id()) == last));
        }

        private List<Events.Event> changes() {
            return events.all().stream()
                    .filter(event -> event.event().startsWith("memory."))
                    .toList();
        }

        private List<JsonNode> told() {
            return webSocket.ofType("memory-update");
        }

        private static String position(JsonNode message) {
            return message.path("position").asText();
        }

        /// Once the server is dead, or all is heard.
        void remember() {
            webSocket.close();
            events.close();
            Socket.until(() -> events.ended());
            told().forEach(message -> socket.heard(position(message), message.at("/payload/memory")));
            changes().forEach(event -> stream.heard(event.id(), event.json().path("memory")));
            assertThat(events.all()).noneMatch(event -> event.event().equals("reset"));
        }

        @Override
        public void close() {
            webSocket.close();
            events.close();
        }
    }
}
