package dev.mneme.api.sse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.api.live.LiveServer;
import dev.mneme.api.websocket.WebSocketConfig;
import dev.mneme.core.access.KeyService.Created;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChangeStreamsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private LiveServer server;

    @BeforeEach
    void start() {
        server = new LiveServer(
                LiveServer.quick(
                        Duration.ofSeconds(30), Duration.ofSeconds(90), Duration.ofSeconds(5), Duration.ofMillis(700)),
                WebSocketConfig.DEFAULTS);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void until(Callable<Boolean> holds) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(holds);
    }

    private record Event(Map<String, String> fields) {
        String type() {
            return String.valueOf(fields.get("event"));
        }

        String id() {
            return String.valueOf(fields.get("id"));
        }

        JsonNode data() {
            try {
                return JSON.readTree(String.valueOf(fields.get("data")));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text() {
            return data().path("memory").path("text").asText();
        }
    }

    /// A client of the stream, which keeps what came.
    private static final class Listener implements AutoCloseable {
        private final List<Event> events = new CopyOnWriteArrayList<>();
        private final List<String> comments = new CopyOnWriteArrayList<>();
        private final HttpResponse<Stream<String>> response;
        private volatile boolean over;

        Listener(HttpRequest request) throws IOException, InterruptedException {
            response = HTTP.send(request, BodyHandlers.ofLines());
            Thread.ofVirtual().start(this::read);
        }

        private void read() {
            Map<String, String> fields = new LinkedHashMap<>();
            try {
                response.body().forEach(line -> {
                    if (line.startsWith(":")) {
                        comments.add(line);
                    } else if (line.isEmpty()) {
                        if (!fields.isEmpty()) {
                            events.add(new Event(Map.copyOf(fields)));
                        }
                        fields.clear();
                    } else {
                        int colon = line.indexOf(": ");
                        fields.put(line.substring(0, colon), line.substring(colon + 2));
                    }
                });
            } catch (UncheckedIOException e) {
                events.add(new Event(Map.of("cut", String.valueOf(e.getMessage()))));
            } finally {
                over = true;
            }
        }

        int status() {
            return response.statusCode();
        }

        /// The events, once there are so many, without the hint of when to try again.
        List<Event> await(int count) {
            until(() -> told().size() >= count);
            return told();
        }

        List<Event> told() {
            return events.stream().filter(e -> e.fields().containsKey("event")).toList();
        }

        @Override
        public void close() {
            response.body().close();
        }
    }

    @Test
    void aBrowserMayBringItsKeyInTheUrlOfTheStreamAlone() throws IOException, InterruptedException {
        String url = "http://127.0.0.1:" + server.port() + "/api/v1/changes?userId=alice&token=";
        HttpRequest.Builder right = HttpRequest.newBuilder(URI.create(url + server.adminSecret()));
        try (Listener listener =
                new Listener(right.copy().header("Accept", "text/event-stream").build())) {
            assertThat(listener.status()).isEqualTo(200);
            until(() -> server.connections().count() == 1);
            server.add("alice", "one");
            assertThat(listener.await(1)).extracting(Event::text).containsExactly("one");
        }
        HttpRequest wrong = HttpRequest.newBuilder(URI.create(url + "mk_wrong"))
                .header("Accept", "text/event-stream")
                .build();
        for (HttpRequest refused : List.of(wrong, right.build())) { // of a wrong key, and not of a stream
            HttpResponse<String> answer = HTTP.send(refused, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("mk_wrong", server.adminSecret());
        }
    }

    @Test
    void aKeyInTheUrlIsGivenOnceAndGivesWayToAHeader() throws IOException, InterruptedException {
        String secret = server.adminSecret();
        String root = "http://127.0.0.1:" + server.port() + "/api/v1/";
        assertThat(opened(root + "changes?userId=alice&token=" + secret + "&token=" + secret, null))
                .isEqualTo(400);
        assertThat(opened(root + "changes?userId=alice&token=" + secret, "mk_wrong"))
                .as("a header comes first")
                .isEqualTo(401);
    }

    private static int opened(String url, @Nullable String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Accept", "text/event-stream");
        if (key != null) {
            request.header("X-API-Key", key);
        }
        return HTTP.send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    private Listener listen(String secret, String query, String... headers) throws IOException, InterruptedException {
        return new Listener(request(secret, query, headers));
    }

    private HttpRequest request(String secret, String query, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/api/v1/changes?" + query))
                .header("Accept", "text/event-stream")
                .header("Authorization", "Bearer " + secret);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    @Test
    void tellsChangesAsTheyHappen() throws Exception {
        server.add("alice", "before");
        try (Listener listener = listen(server.adminSecret(), "userId=alice")) {
            assertThat(listener.status()).isEqualTo(200);
            assertThat(listener.response.headers().firstValue("Content-Type")).contains("text/event-stream");
            until(() -> listener.events.stream().anyMatch(e -> e.fields().containsKey("retry")));
            server.add("alice", "one");
            server.add("bob", "bobs");
            server.add("alice", "two");
            List<Event> events = listener.await(2);
            assertThat(events).extracting(Event::text).containsExactly("one", "two");
            assertThat(events).extracting(Event::type).containsOnly("memory.added");
            assertThat(events.get(0).id())
                    .isEqualTo(events.get(0).data().path("position").asText());
            assertThat(events.get(1).data().path("previous").asText())
                    .isEqualTo(events.get(0).id());
            assertThat(events.get(0).data().path("previous").asText()).endsWith(":1");
            until(() -> listener.comments.stream()
                    .anyMatch(c -> c.contains(events.get(1).id())));
        }
        until(() -> server.connections().count() == 0);
    }

    @Test
    void resumesAfterTheLastEvent() throws Exception {
        IntStream.range(0, 100).forEach(i -> server.add("alice", "m" + i));
        String position =
                server.store().head(Owner.user("alice")).withSequence(40).toString();
        String earlier =
                server.store().head(Owner.user("alice")).withSequence(1).toString();
        List<String> expected = IntStream.range(40, 101).mapToObj(i -> "m" + i).toList();
        try (Listener byHeader =
                        listen(server.adminSecret(), "userId=alice&after=" + earlier, "Last-Event-ID", position);
                Listener byQuery = listen(server.adminSecret(), "userId=alice&after=" + position)) {
            server.add("alice", "m100");
            assertThat(byHeader.await(61)).extracting(Event::text).isEqualTo(expected);
            assertThat(byQuery.await(61)).extracting(Event::text).isEqualTo(expected);
        }
    }

    @Test
    void resetsWhereAPositionCannotBeServed() throws Exception {
        server.add("alice", "one");
        String head = server.store().head(Owner.user("alice")).toString();
        try (Listener listener =
                listen(server.adminSecret(), "userId=alice&after=" + head.replaceFirst("^[^:]+", "x"))) {
            server.add("alice", "two");
            List<Event> events = listener.await(2);
            assertThat(events.get(0).type()).isEqualTo("reset");
            assertThat(events.get(0).id()).isEqualTo(head);
            assertThat(events.get(0).data().path("position").asText()).isEqualTo(head);
            assertThat(events.get(0).data().path("reset").asBoolean()).isTrue();
            assertThat(events.get(1).text()).isEqualTo("two");
            assertThat(events.get(1).data().path("previous").asText()).isEqualTo(head);
        }
    }

    @Test
    void refusesBeforeItAnswers() throws Exception {
        Created alices = server.keyOf("alice");
        server.add("bob", "bobs");
        String bobs = server.store().head(Owner.user("bob")).toString();
        assertThat(status(server.adminSecret(), "")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "userId=alice&agentId=bot")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "userId=alice&scope=all")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "scope=some")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "scope=all&after=nonsense")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "userId=alice&after=nonsense")).isEqualTo(400);
        assertThat(status(server.adminSecret(), "userId=alice&after=" + bobs)).isEqualTo(400);
        assertThat(status(alices.secret(), "userId=bob")).isEqualTo(403);
        assertThat(status(alices.secret(), "agentId=alice")).isEqualTo(403);
        assertThat(status(alices.secret(), "scope=all")).isEqualTo(403);
        assertThat(status("mk_wrong", "userId=alice")).isEqualTo(401);
        assertThat(server.connections().count()).isZero();
    }

    private int status(String secret, String query) throws IOException, InterruptedException {
        return HTTP.send(request(secret, query), BodyHandlers.discarding()).statusCode();
    }

    @Test
    void showsARestrictedKeyWhatItMaySeeAndAnOperatorEverything() throws Exception {
        Created bots =
                server.key(Role.READ, Map.of(OwnerKind.USER, Set.of("alice"), OwnerKind.AGENT, Set.of("bot")), null);
        try (Listener restricted = listen(bots.secret(), "userId=alice");
                Listener operator = listen(server.adminSecret(), "scope=all");
                Listener named = listen(server.adminSecret(), "userId=alice", "Mneme-Instance", "desk")) {
            server.add("alice", "private");
            server.add(new ScopeIds("alice", "bot", null, null), "shared", "desk");
            server.add("bob", "bobs");
            server.add(new ScopeIds("alice", "bot", null, null), "shared too", null);
            assertThat(operator.await(4))
                    .extracting(Event::text)
                    .containsExactly("private", "shared", "bobs", "shared too");
            assertThat(restricted.await(2)).extracting(Event::text).containsExactly("shared", "shared too");
            assertThat(restricted.told().get(0).data().path("previous").asText())
                    .endsWith(":0");
            assertThat(named.await(2)).extracting(Event::text).containsExactly("private", "shared too");
        }
    }

    @Test
    void whatIsWrittenWhileInspiredIsToldToNobodyLiveOrLater() throws Exception {
        server.add("alice", "before");
        String before = server.store().head(Owner.user("alice")).toString();
        try (Listener live = listen(server.adminSecret(), "userId=alice");
                Listener everyones = listen(server.adminSecret(), "scope=all")) {
            switchTo(Mode.INSPIRED, "hush");
            server.add(ScopeIds.user("alice"), "hush", "desk");
            write(new Command.PutContext(
                    "plan",
                    ContextType.CHAT,
                    null,
                    new JsonString("hush"),
                    List.of(),
                    null,
                    Command.ANY_VERSION,
                    Command.MergeStrategy.REPLACE));
            switchTo(Mode.PARALLEL, "open");
            server.add(ScopeIds.user("alice"), "open", "desk");
            try (Listener later = listen(server.adminSecret(), "userId=alice&after=" + before)) {
                for (Listener each : List.of(live, everyones, later)) {
                    until(() ->
                            each.told().stream().anyMatch(event -> event.text().equals("open")));
                    assertThat(each.told().toString()).doesNotContain("hush");
                    assertThat(each.told())
                            .filteredOn(event -> event.type().equals("mode.changed"))
                            .extracting(event ->
                                    event.data().at("/mode/currentMode").asText())
                            .containsExactly("inspired", "parallel");
                }
            }
        }
    }

    private void write(Command command) {
        server.store().write(new Write(Owner.user("alice"), new Provenance("k", "desk", true), null, List.of(command)));
    }

    private void switchTo(Mode mode, String word) {
        JsonObject configuration = new JsonObject(Map.of("a", new JsonString(word)));
        write(new Command.SwitchMode("desk", mode, null, configuration, null, null, null, Command.ANY_VERSION));
    }

    @Test
    void endsWithItsKey() throws Exception {
        Created key = server.keyOf("alice");
        try (Listener listener = listen(key.secret(), "userId=alice");
                Listener other = listen(server.adminSecret(), "userId=alice")) {
            until(() -> server.connections().count() == 2);
            server.revoke(key.key());
            server.add("alice", "after");
            other.await(1);
            until(() -> listener.over);
            assertThat(listener.told()).isEmpty();
            assertThat(other.over).isFalse();
        }
    }

    @Test
    void whoDoesNotReadIsCutAndHurtsNobody() throws Exception {
        String big = "x".repeat(60_000);
        try (Socket stuck = new Socket();
                Listener reads = listen(server.adminSecret(), "userId=alice")) {
            stuck.setReceiveBufferSize(4 << 10);
            stuck.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            stuck.getOutputStream()
                    .write(("GET /api/v1/changes?userId=alice HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Accept: text/event-stream\r\nX-API-Key: " + server.adminSecret() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream unread = stuck.getInputStream();
            assertThat(unread.read()).isEqualTo('H');
            until(() -> server.connections().count() == 2);
            List<String> written = new ArrayList<>();
            while (server.connections().count() == 2 && written.size() < 2_000) {
                written.add(written.size() + big);
                server.add("alice", written.getLast());
                until(() -> reads.told().size() == written.size());
            }
            until(() -> server.connections().count() == 1);
            assertThat(reads.over).isFalse();
        }
    }

    @Test
    void endsWhenTheServerStops() throws Exception {
        try (Listener listener = listen(server.adminSecret(), "userId=alice")) {
            until(() -> server.connections().count() == 1);
            server.stop();
            until(() -> listener.over);
        }
        server = new LiveServer();
    }
}
