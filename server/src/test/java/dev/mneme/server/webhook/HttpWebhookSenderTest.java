package dev.mneme.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Webhook;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HttpWebhookSenderTest {
    private static final Instant AT = Instant.ofEpochSecond(1_700_000_000);
    private static final byte[] BODY = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Webhook to(String url) {
        return new Webhook("w1", "n", URI.create(url), Set.of(ChangeType.MEMORY_ADDED), true, "secret", AT, AT);
    }

    @Test
    void aDeliveryIsSignedAndNamed() throws IOException {
        try (Receiver receiver = new Receiver()) {
            int status = new HttpWebhookSender(true, LONG, "1").send(to(receiver.url()), "d1", AT, BODY);

            assertThat(status).isEqualTo(200);
            Receiver.Delivery delivery = receiver.all().getFirst();
            assertThat(delivery.path()).isEqualTo("/hook?x=1");
            assertThat(delivery.id()).isEqualTo("d1");
            assertThat(delivery.timestamp()).isEqualTo("1700000000");
            assertThat(delivery.body()).isEqualTo("{\"a\":1}");
            // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
            assertThat(delivery.signature()).isEqualTo("sha256=" + SIGNATURE);
        }
    }

    private static final String SIGNATURE = "49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686";

    @Test
    void aRedirectIsNotFollowed() throws IOException {
        try (Receiver receiver = new Receiver()) {
            receiver.answers(n -> 302);

            assertThat(new HttpWebhookSender(true, LONG, "1").send(to(receiver.url()), "d1", AT, BODY))
                    .isEqualTo(302);
            assertThat(receiver.all()).hasSize(1);
        }
    }

    @Test
    void theServersOwnNetworkIsNotCalled() throws IOException {
        try (Receiver receiver = new Receiver()) {
            HttpWebhookSender sender = new HttpWebhookSender(false, LONG, "1");

            for (String host : new String[] {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
                assertThatThrownBy(() -> sender.send(to(receiver.url().replace("127.0.0.1", host)), "d1", AT, BODY))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("own network");
            }
            assertThat(receiver.all()).isEmpty();
        }
    }

    /// One byte now and then: each read succeeds in time, and the answer would take minutes.
    @Test
    void whoTricklesIsCutOff() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ScheduledExecutorService trickle = Executors.newSingleThreadScheduledExecutor()) {
            AtomicInteger sent = new AtomicInteger();
            Thread.ofVirtual().start(() -> trickle(server, trickle, sent));

            assertThatThrownBy(() -> new HttpWebhookSender(true, Duration.ofSeconds(1), "1")
                            .send(to("http://127.0.0.1:" + server.getLocalPort()), "d1", AT, BODY))
                    .isInstanceOf(IOException.class);

            assertThat(sent.get()).isLessThan(4_096);
            trickle.shutdownNow();
        }
    }

    private static void trickle(ServerSocket server, ScheduledExecutorService every, AtomicInteger sent) {
        try (Socket socket = server.accept()) {
            OutputStream out = socket.getOutputStream();
            ScheduledFuture<?> dripping = every.scheduleAtFixedRate(
                    () -> {
                        try {
                            out.write('x');
                            sent.incrementAndGet();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e); // cut off: the schedule ends
                        }
                    },
                    0,
                    50,
                    TimeUnit.MILLISECONDS);
            socket.getInputStream().readAllBytes();
            dripping.cancel(true);
        } catch (IOException e) {
            // cut off, as it should be
        }
    }

    @Test
    void aNameThatIsLookedUpForTooLongIsGivenUp() {
        CountDownLatch never = new CountDownLatch(1);
        HttpWebhookSender sender = new HttpWebhookSender(true, Duration.ofMillis(50), "1", host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        });

        assertThatThrownBy(() -> sender.send(to("http://slow.example/"), "d1", AT, BODY))
                .hasMessageContaining("too long");
        never.countDown();
    }

    @Test
    void whatIsNoHttpIsNoAnswer() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (Socket socket = server.accept()) {
                    socket.getOutputStream().write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the sender has gone
                }
            });

            assertThatThrownBy(() -> new HttpWebhookSender(true, LONG, "1")
                            .send(to("http://127.0.0.1:" + server.getLocalPort()), "d1", AT, BODY))
                    .isInstanceOf(IOException.class);
        }
    }
}
