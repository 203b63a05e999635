package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.webhook.Receiver;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Webhooks of a whole server, delivered over HTTP.
final class WebhooksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String WEBHOOKS = "/api/v1/webhooks/projects/default/";

    @TempDir
    Path home;

    private static String body(String url) {
        return "{\"name\":\"n\",\"url\":\"" + url + "\",\"event_types\":[\"memory_add\"]}";
    }

    @Test
    void aMemoryIsDeliveredAndWhatWasMissedIsDeliveredAfterARestart() throws Exception {
        try (Receiver receiver = new Receiver();
                RunningServer server = RunningServer.on(home, "--webhooks.allowPrivate")) {
            receiver.answers(n -> n == 1 ? 500 : 200);
            JsonNode made = server.admin().post(WEBHOOKS, body(receiver.url())).json();
            String one = "/api/v1/webhooks/" + made.path("webhook_id").asText() + "/";

            String id = server.admin().add("alice", "likes tea").id();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(receiver.all()).hasSize(1));
            JsonNode details =
                    Api.JSON.readTree(receiver.all().getFirst().body()).path("event_details");
            assertThat(details.path("id").asText()).isEqualTo(id);
            assertThat(details.at("/data/memory").asText()).isEqualTo("likes tea");
            assertThat(details.path("event").asText()).isEqualTo("ADD");
            assertThat(receiver.all().getFirst().signature()).startsWith("sha256=");

            server.admin().add("alice", "likes coffee");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(receiver.all()).hasSizeGreaterThanOrEqualTo(2));
            server.restart();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(receiver.all()).anySatisfy(delivery -> {
                        assertThat(delivery.status()).isEqualTo(200);
                        assertThat(delivery.body()).contains("likes coffee");
                    }));
            assertThat(receiver.all().stream()
                            .filter(delivery -> delivery.body().contains("likes coffee"))
                            .map(Receiver.Delivery::id)
                            .distinct())
                    .hasSize(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(server.admin()
                                    .get(one + "deliveries/")
                                    .json()
                                    .at("/0/status")
                                    .asText())
                            .isEqualTo("delivered"));
        }
    }

    @Test
    void theServersOwnNetworkIsRefused() {
        try (RunningServer server = RunningServer.on(home)) {
            Api.Reply refused = server.admin().post(WEBHOOKS, body("http://127.0.0.1:9/"));

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().path("detail").asText()).contains("webhooks.allowPrivate");
        }
    }
}
