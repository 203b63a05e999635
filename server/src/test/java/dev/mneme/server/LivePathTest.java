package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Api.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// WebSockets and event streams of a whole server over its real engine.
class LivePathTest {
    @TempDir
    static Path home = Path.of("");

    private static RunningServer server;
    private static Api api;

    @BeforeAll
    static void start() {
        server = RunningServer.on(home.resolve("data"), "--ws.stalledReaderTimeout", "1s");
        api = server.admin();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> written(Api to, String user, int from, int count) {
        List<String> texts = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            texts.add("change " + i);
            to.add(user, "change " + i);
        }
        return texts;
    }

    @Test
    void whoeverResumesAfterARestartMissesNothingAndHearsNothingTwice() {
        try (RunningServer restarted = RunningServer.on(home.resolve("restarted"))) {
            Api before = restarted.admin();
            String position;
            String lastEvent;
            try (Socket socket = Socket.open(before);
                    Events events = Events.open(before, "userId=res")) {
                socket.follow("res");
                written(before, "res", 0, 5);
                Socket.until(() -> socket.texts().size() == 5 && events.texts().size() == 5);
                position =
                        socket.ofType("memory-update").get(2).path("position").asText();
                lastEvent = events.all().get(events.all().size() - 3).id();
                written(before, "res", 5, 3);
                restarted.stop();
                assertThat(socket.awaitClose()).isEqualTo(1001);
                Socket.until(events::ended);
            }
            restarted.startAgain();
            Api after = restarted.admin();
            written(after, "res", 8, 2);
            try (Socket socket = Socket.open(after);
                    Events events = Events.open(after, "userId=res", "Last-Event-ID", lastEvent)) {
                JsonNode connected = socket.connect(
                        "{\"userId\":\"res\",\"resumeFrom\":\"" + position + "\",\"capabilities\":[\"memories\"]}");
                assertThat(connected.at("/payload/reset").asBoolean(false)).isFalse();
                List<String> live = written(after, "res", 10, 2);
                Socket.until(
                        () -> socket.texts().containsAll(live) && events.texts().containsAll(live));
                List<String> missed =
                        IntStream.range(3, 12).mapToObj(i -> "change " + i).toList();
                assertThat(socket.texts()).isEqualTo(missed);
                assertThat(events.texts()).isEqualTo(missed);
                String held = position;
                for (JsonNode update : socket.ofType("memory-update")) {
                    assertThat(update.path("previous").asText()).isEqualTo(held);
                    held = update.path("position").asText();
                }
            }
        }
    }

    @Test
    void resumingAfterAnErasureIsAReset() {
        Reply added = api.add("gone", "soon forgotten");
        api.add("gone", "soon forgotten too");
        api.delete(Api.MEMORIES + "?userId=gone&erase=true");
        try (Socket socket = Socket.open(api);
                Events events = Events.open(api, "userId=gone", "Last-Event-ID", added.position())) {
            JsonNode connected = socket.connect("{\"userId\":\"gone\",\"resumeFrom\":\"" + added.position()
                    + "\",\"capabilities\":[\"memories\"]}");
            assertThat(connected.at("/payload/reset").asBoolean()).isTrue();
            Socket.until(() -> !events.all().isEmpty());
            assertThat(events.all().getFirst().event()).isEqualTo("reset");
            api.add("gone", "anew");
            Socket.until(() ->
                    socket.texts().equals(List.of("anew")) && events.texts().equals(List.of("anew")));
            assertThat(socket.all().toString()).doesNotContain("soon forgotten");
        }
    }

    @Test
    void aFollowerIsToldOfAnErasure() {
        Api bot = server.key("read", "{\"agents\":[\"bot\"]}"); // sees but a part of it
        api.post(Api.MEMORIES, "{\"text\":\"to go\",\"userId\":\"ef\",\"agentId\":\"bot\"}");
        try (Socket socket = Socket.open(api);
                Socket botsSocket = Socket.open(bot);
                Events events = Events.open(api, "userId=ef");
                Events botsEvents = Events.open(bot, "userId=ef")) {
            socket.follow("ef");
            botsSocket.follow("ef");
            api.delete(Api.MEMORIES + "?userId=ef&erase=true");
            Socket.until(() -> isReset(socket) && isReset(botsSocket));
            Socket.until(() -> !events.all().isEmpty() && !botsEvents.all().isEmpty());
            assertThat(events.all().getFirst().event()).isIn("reset", "owner.erased");
            assertThat(botsEvents.all().getFirst().event()).isIn("reset", "owner.erased");
        }
    }

    private static boolean isReset(Socket socket) {
        return socket.ofType("connect").stream()
                .anyMatch(m -> m.at("/payload/reset").asBoolean(false));
    }

    @Test
    void aRevokedKeyIsCutOffEverywhere() {
        Reply made = api.post("/api/v1/keys", "{\"name\":\"soon revoked\",\"role\":\"write\"}");
        Api holder = api.as(made.json().path("key").asText());
        try (Socket socket = Socket.open(holder);
                Events events = Events.open(holder, "userId=rev")) {
            socket.follow("rev");
            api.delete("/api/v1/keys/" + made.json().path("id").asText());
            api.add("rev", "after the revocation");
            assertThat(socket.awaitClose()).isEqualTo(4401);
            Socket.until(events::ended);
            assertThat(socket.texts()).isEmpty();
            assertThat(events.texts()).isEmpty();
        }
    }

    @Test
    void twoHundredSocketsAllReceiveEverythingInOrder() {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                sockets.add(Socket.open(api));
            }
            sockets.forEach(socket -> socket.follow("crowd"));
            List<String> texts = written(api, "crowd", 0, 20);
            sockets.forEach(socket -> {
                Socket.until(() -> socket.texts().size() >= texts.size());
                assertThat(socket.texts()).isEqualTo(texts);
            });
        } finally {
            sockets.forEach(Socket::close);
        }
    }

    @Test
    void whoDoesNotReadIsCutAndNobodyElseSuffers() throws IOException {
        try (java.net.Socket slow = new java.net.Socket();
                Socket quick = Socket.open(api)) {
            slow.setReceiveBufferSize(4 << 10);
            slow.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            slow.setSoTimeout(20_000);
            slow.getOutputStream()
                    .write(("GET /sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                                    + Base64.getEncoder().encodeToString(new byte[16]) + "\r\nAuthorization: Bearer "
                                    + api.secret() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var in = new BufferedReader(new InputStreamReader(slow.getInputStream(), StandardCharsets.ISO_8859_1), 1);
            assertThat(in.readLine()).contains("101");
            slow.getOutputStream()
                    .write(
                            maskedText(
                                    "{\"id\":\"c\",\"type\":\"connect\",\"payload\":{\"userId\":\"slow\",\"capabilities\":[\"memories\"]}}"));
            quick.follow("slow");
            Socket.until(() -> sockets() >= 2);
            int before = sockets();
            String large = "x".repeat(60_000);
            int written = 0;
            while (sockets() >= before && written < 2_000) {
                api.add("slow", written++ + large);
            }
            assertThat(sockets()).isLessThan(before);
            api.add("slow", "still here");
            Socket.until(() -> quick.texts().contains("still here"));
            assertThat(quick.texts()).hasSize(written + 1);
        }
    }

    private static int sockets() {
        return api.get("/api/v1/status").json().path("sockets").asInt();
    }

    /// A text frame with a mask of zeros.
    private static byte[] maskedText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[bytes.length + 6];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | bytes.length);
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        if (bytes.length > 125) {
            throw new IllegalArgumentException("too long for this frame");
        }
        return frame;
    }
}
