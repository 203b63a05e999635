package dev.mneme.api.websocket;

import static dev.mneme.api.websocket.Client.memoriesOf;
import static dev.mneme.api.websocket.Client.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.live.LiveServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostileClientTest {
    private static final String CONNECT =
            "{\"type\":\"connect\",\"payload\":{\"userId\":\"alice\",\"capabilities\":[\"memories\"]}}";

    private LiveServer server = new LiveServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void serverWith(LiveConfig live, WebSocketConfig sockets) {
        server.close();
        server = new LiveServer(live, sockets);
    }

    private static LiveConfig stallAfter(Duration stall) {
        return LiveServer.quick(Duration.ofSeconds(30), Duration.ofSeconds(90), Duration.ofSeconds(10), stall);
    }

    @Test
    void whoDoesNotReadIsCutAndHurtsNobody() throws IOException {
        serverWith(stallAfter(Duration.ofMillis(700)), WebSocketConfig.DEFAULTS);
        String big = "x".repeat(60_000);
        try (RawSocket stuck = RawSocket.narrow(server.port(), server.adminSecret());
                Client reads = Client.open(server.port(), server.adminSecret())) {
            stuck.text(CONNECT);
            reads.connect(memoriesOf("alice"));
            Client.Awaiting.until(() -> server.connections().count() == 2);
            int written = 0;
            while (server.connections().count() == 2 && written < 2_000) { // beyond every buffer on the way
                server.add("alice", written++ + big);
                int upTo = written;
                Client.Awaiting.until(() -> reads.texts().size() == upTo); // the other one keeps pace
            }
            Client.Awaiting.until(() -> server.connections().count() == 1);
            server.add("alice", "last");
            Client.Awaiting.until(() -> reads.texts().getLast().equals("last"));
            assertThat(reads.closeCode()).isZero();
        }
    }

    @Test
    @Timeout(60)
    void whoDoesNotReadDoesNotHoldUpTheStop() throws IOException {
        serverWith(stallAfter(Duration.ofMinutes(10)), WebSocketConfig.DEFAULTS); // which is not waited for
        String big = "x".repeat(60_000);
        List<RawSocket> stuck = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawSocket socket = RawSocket.narrow(server.port(), server.adminSecret());
            socket.text(CONNECT);
            stuck.add(socket);
        }
        Client.Awaiting.until(() -> server.connections().count() == 20);
        IntStream.range(0, 150).forEach(i -> server.add("alice", i + big));
        server.stop();
        assertThat(server.connections().count()).isZero();
        for (RawSocket socket : stuck) {
            socket.close();
        }
        server = new LiveServer();
    }

    @Test
    void nobodyLeavesAThreadBehind() throws IOException {
        try (RawSocket socket = RawSocket.open(server.port(), server.adminSecret())) {
            socket.read();
            assertThat(writerThreads()).isOne();
        }
        for (int i = 0; i < 50; i++) {
            try (RawSocket socket = RawSocket.open(server.port(), server.adminSecret())) {
                socket.text(CONNECT);
                if (i % 3 == 0) {
                    socket.write(RawSocket.frame(0x88, new byte[] {0x03, (byte) 0xe8}));
                    assertThat(socket.readUntilClose()).isEqualTo(1000);
                } else if (i % 3 == 1) {
                    socket.write(new byte[] {(byte) 0x81, (byte) 0xfe}); // breaks off within a header
                }
            }
        }
        Client.Awaiting.until(() -> server.connections().count() == 0);
        Client.Awaiting.until(() -> writerThreads() == 0);
    }

    /// The virtual threads that write to connections. A thread dump is the only way to see them.
    private static long writerThreads() throws IOException {
        java.nio.file.Path dump = java.nio.file.Files.createTempFile("threads", ".json");
        java.nio.file.Files.delete(dump);
        var diagnostics = java.lang.management.ManagementFactory.getPlatformMXBean(
                com.sun.management.HotSpotDiagnosticMXBean.class);
        diagnostics.dumpThreads(
                dump.toString(), com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        try (var lines = java.nio.file.Files.lines(dump)) {
            return lines.filter(line -> line.contains("websocket-writer")).count();
        } finally {
            java.nio.file.Files.delete(dump);
        }
    }

    @Test
    void badMessagesAreToldAndThenClosed() {
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.connect(memoriesOf("alice"));
            List<String> bad = List.of(
                    "",
                    "{",
                    "[]",
                    "7",
                    "null",
                    "{} {}",
                    "{\"type\":7}",
                    "{\"type\":\"\"}",
                    "{\"type\":\"nonsense\"}",
                    "{\"type\":\"memory-update\"}",
                    "{\"type\":\"ping\",\"payload\":[]}",
                    "{\"type\":\"ping\",\"type\":\"pong\"}",
                    "{\"type\":\"ping\",\"payload\":{\"a\":\"\\ud800\"}}",
                    "{\"type\":\"ping\",\"payload\":" + "[".repeat(100) + "]".repeat(100) + "}",
                    "{\"type\":\"ping\",\"payload\":{\"n\":[1e999999999,1e-999999999,1e9999]}}",
                    "{\"type\":\"state-request\",\"payload\":{\"include\":[\"everything\"]}}");
            bad.forEach(client::sendText);
            client.await("error", bad.size());
            assertThat(client.messages("error"))
                    .allSatisfy(error -> assertThat(
                                    error.path("payload").path("code").asText())
                            .isEqualTo("invalid_request"));
            client.sendText("{\"type\":\"ping\",\"payload\":{\"n\":[1e99,1e-99,12345678901234567890.5]}}");
            client.await1("pong");
            boolean open = true;
            for (int i = 0; open && i < 10; i++) {
                open = client.trySendText("{"); // it is closed before the last of them
            }
            assertThat(client.awaitClose()).isEqualTo(4400);
        }
    }

    @Test
    void floodsAreToldAndThenClosed() throws IOException {
        try (RawSocket flood = RawSocket.open(server.port(), server.adminSecret());
                Client other = Client.open(server.port(), server.adminSecret())) {
            other.connect(memoriesOf("alice"));
            byte[] ping = RawSocket.frame(0x81, "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
            ByteArrayOutputStream many = new ByteArrayOutputStream();
            for (int i = 0; i < 1_000; i++) {
                many.writeBytes(ping);
            }
            Thread.ofVirtual().start(() -> {
                try {
                    flood.write(many.toByteArray());
                } catch (IOException e) {
                    // closed before it was all sent: as it should be
                }
            });
            assertThat(flood.readUntilClose()).isEqualTo(4429);
            server.add("alice", "tea");
            other.await1("memory-update");
        }
    }

    @Test
    void aMessageOverTheLimitIsToldAndClosed() throws IOException {
        serverWith(LiveConfig.DEFAULTS, new WebSocketConfig(100_000, 2_000, 100, 100, 20));
        byte[] half = new byte[60_000];
        java.util.Arrays.fill(half, (byte) ' ');
        for (boolean fragmented : new boolean[] {false, true}) {
            try (RawSocket socket = RawSocket.open(server.port(), server.adminSecret())) {
                if (fragmented) {
                    socket.write(RawSocket.frame(0x01, half));
                    socket.write(RawSocket.frame(0x80, half));
                } else {
                    socket.write(RawSocket.frame(0x81, new byte[100_001]));
                }
                socket.read(); // the welcome
                assertThat(socket.read().text()).contains("\"too_large\"");
                assertThat(socket.readUntilClose()).isEqualTo(1009);
            }
        }
        try (RawSocket stranger = RawSocket.open(server.port(), null)) {
            stranger.write(RawSocket.frame(0x81, new byte[2_001]));
            assertThat(stranger.readUntilClose()).isEqualTo(1009);
        }
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.connect(memoriesOf("alice"));
            client.sendText("{\"type\":\"heartbeat\",\"payload\":{\"a\":\"" + "x".repeat(99_000) + "\"}}");
            client.send("ping", null, null, payload());
            client.await1("pong");
        }
    }

    @Test
    void brokenFramesAreClosedWithTheirCode() throws IOException {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Broken(byte[] bytes, int code) {}
        List<Broken> all = List.of(
                new Broken(new byte[] {(byte) 0x81, 0x01, 'x'}, 1002), // not masked
                new Broken(RawSocket.frame(0xc1, new byte[1]), 1002), // a reserved bit
                new Broken(RawSocket.frame(0x83, new byte[1]), 1002), // no such opcode
                new Broken(RawSocket.frame(0x80, new byte[1]), 1002), // continues nothing
                new Broken(RawSocket.frame(0x09, new byte[1]), 1002), // a ping in parts
                new Broken(RawSocket.frame(0x89, new byte[126]), 1002), // a ping too long
                new Broken(RawSocket.frame(0x88, new byte[] {0}), 1002), // half a code
                new Broken(RawSocket.frame(0x88, new byte[] {3, (byte) 0xed}), 1002), // 1005 is not to be sent
                new Broken(RawSocket.frame(0x82, new byte[1]), 1003), // binary
                new Broken(RawSocket.frame(0x81, new byte[] {(byte) 0xc3, 0x28}), 1007)); // no UTF-8
        for (Broken broken : all) {
            try (RawSocket socket = RawSocket.open(server.port(), server.adminSecret())) {
                socket.write(broken.bytes());
                assertThat(socket.readUntilClose()).as("%s", broken.bytes()).isEqualTo(broken.code());
            }
        }
    }

    @Test
    void aMessageMayComeInPiecesThatSplitACharacter() throws IOException {
        try (RawSocket socket = RawSocket.open(server.port(), server.adminSecret())) {
            byte[] message = "{\"type\":\"ping\",\"payload\":{\"drink\":\"thé 🍵\"}}".getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < message.length; i++) {
                int opcode = (i == 0 ? 1 : 0) | (i == message.length - 1 ? 0x80 : 0);
                socket.write(RawSocket.frame(opcode, new byte[] {message[i]}));
                if (i == 7) {
                    socket.write(RawSocket.frame(0x89, new byte[] {42})); // a ping within the message
                }
            }
            socket.read();
            assertThat(socket.read().opcode()).isEqualTo(10);
            JsonNode pong = new ObjectMapper().readTree(socket.read().text());
            assertThat(pong.path("payload").path("drink").asText()).isEqualTo("thé 🍵");
        }
    }

    /// Whatever comes, the server answers or closes, and goes on serving others.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void junkNeverKillsTheServer(long seed) throws IOException {
        serverWith(stallAfter(Duration.ofSeconds(2)), WebSocketConfig.DEFAULTS);
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            try (RawSocket socket =
                    RawSocket.open(server.port(), random.nextInt(4) == 0 ? null : server.adminSecret())) {
                for (int j = random.nextInt(6); j >= 0; j--) {
                    socket.write(junk(random));
                }
                if (random.nextBoolean()) {
                    socket.write(RawSocket.frame(0x88, new byte[0]));
                }
            } catch (IOException e) {
                // closed by the server while more was sent
            }
        }
        try (Client client = Client.open(server.port(), server.adminSecret())) {
            client.connect(memoriesOf("alice"));
            server.add("alice", "tea");
            JsonNode told = client.await1("memory-update");
            assertThat(told.path("payload").path("event").asText()).isEqualTo("ADD");
        }
        Client.Awaiting.until(() -> server.connections().count() == 0);
    }

    private static byte[] junk(Random random) {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        return switch (random.nextInt(5)) {
            case 0 -> bytes;
            case 1 -> RawSocket.frame(random.nextInt(256), bytes);
            case 2 -> RawSocket.frame(0x81, mangled(random).getBytes(StandardCharsets.UTF_8));
            case 3 -> RawSocket.frame(0x81, CONNECT.getBytes(StandardCharsets.UTF_8));
            default -> java.util.Arrays.copyOf(RawSocket.frame(0x81, bytes), random.nextInt(8));
        };
    }

    private static String mangled(Random random) {
        List<String> types = List.of("connect", "ping", "state-request", "mode-update", "disconnect", "error", "x");
        List<String> values = List.of(
                "\"alice\"", "7", "null", "{}", "[]", "\"\"", "\"\\u0000\"", "[\"memories\",7]", "1e999", "\"e:1:1\"");
        StringBuilder message = new StringBuilder("{\"type\":\"" + types.get(random.nextInt(types.size())) + "\"");
        for (String field : List.of("id", "userId", "instanceId", "payload")) {
            if (random.nextBoolean()) {
                message.append(",\"" + field + "\":" + values.get(random.nextInt(values.size())));
            }
        }
        if (random.nextBoolean()) {
            message.append(",\"payload\":{");
            for (String field : List.of("userId", "agentId", "scope", "instanceId", "resumeFrom", "capabilities")) {
                message.append("\"" + field + "\":" + values.get(random.nextInt(values.size())) + ",");
            }
            message.append("\"x\":1}");
        }
        return message + "}";
    }
}
