package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The training run asks what the server of this build answers: a route that it does not would leave every later start
/// without a cache.
class TrainingTest {
    @TempDir
    Path home;

    @Test
    void everyRequestOfTheTrainingIsAnswered() throws InterruptedException {
        try (RunningServer server = RunningServer.withBuiltInEmbedder(home.resolve("data"));
                HttpClient client = HttpClient.newHttpClient()) {
            Api api = server.admin();
            TrainingLoad load = new TrainingLoad(api.url(), api.secret(), client);

            assertThat(load.run(Duration.ofMillis(1))).isGreaterThanOrEqualTo(8 * (1 + 1 + 1 + 9));
            assertThat(api.get("/api/v1/status").json().path("memories").asInt())
                    .isGreaterThanOrEqualTo(8 * 4);
        }
    }
}
