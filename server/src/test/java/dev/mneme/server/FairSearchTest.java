package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One read key's many connections of searches do not starve another key's search. What is counted is how many of
/// theirs are answered while it waits: served in the order of arrival it would be about all that wait.
class FairSearchTest {
    private static final int SEARCHES = 20;

    @TempDir
    private Path data;

    @ParameterizedTest
    @ValueSource(ints = {200, 1_200})
    void whatOneKeyHasQueuedIsNotAnothersWait(int connections) throws Exception {
        try (RunningServer server = RunningServer.withBuiltInEmbedder(data)) {
            server.admin().add("alice", "I have green tea for breakfast");
            server.admin().add("bob", "I am allergic to peanuts");
            Api quiet = server.key("read", "");
            AtomicInteger answered = new AtomicInteger();
            List<Socket> sockets = new ArrayList<>();
            AtomicBoolean over = new AtomicBoolean();
            byte[] search = search(server.key("read", "").secret());
            try {
                for (int i = 0; i < connections; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    sockets.add(socket);
                    Thread.startVirtualThread(() -> searchUntil(over, socket, search, answered));
                }
                Awaitility.await().until(() -> answered.get() > connections / 10);
                List<Integer> meanwhile = new ArrayList<>();
                for (int i = 0; i < SEARCHES; i++) {
                    int before = answered.get();
                    Api.Reply answer = quiet.post(
                            Api.MEMORIES + "/search", "{\"userId\":\"bob\",\"query\":\"what must I not eat?\"}");
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.texts()).containsExactly("I am allergic to peanuts");
                    meanwhile.add(answered.get() - before);
                }
                meanwhile.sort(null);
                assertThat(meanwhile.get(SEARCHES / 2)).isLessThan(connections / 2);
            } finally {
                over.set(true);
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    private static byte[] search(String key) {
        String body = "{\"userId\":\"alice\",\"query\":\"What does she drink in the morning, and where?\"}";
        return ("POST " + Api.MEMORIES + "/search HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void searchUntil(AtomicBoolean over, Socket socket, byte[] search, AtomicInteger answered) {
        byte[] buffer = new byte[16 << 10];
        try {
            while (!over.get()) {
                socket.getOutputStream().write(search);
                InputStream in = socket.getInputStream();
                if (!readAnswer(in, buffer)) {
                    return;
                }
                if (new String(buffer, 0, 12, StandardCharsets.US_ASCII).endsWith(" 200")) {
                    answered.incrementAndGet(); // others are told that they are too many
                }
            }
        } catch (IOException e) {
            if (!over.get() || !(e instanceof SocketException)) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /// An answer is small and framed by its length.
    private static boolean readAnswer(InputStream in, byte[] buffer) throws IOException {
        int have = 0;
        while (true) {
            int read = in.read(buffer, have, buffer.length - have);
            if (read < 0) {
                return false;
            }
            have += read;
            String text = new String(buffer, 0, have, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                String head = text.substring(0, end).toLowerCase(java.util.Locale.ROOT);
                int at = head.indexOf("content-length:");
                String length = head.substring(at + 15).split("\r\n", -1)[0].strip();
                if (have >= end + 4 + Integer.parseInt(length)) {
                    return true;
                }
            }
        }
    }
}
