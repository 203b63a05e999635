package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The training run asks what the server of this build answers, or every later start would be without a cache; and it
/// does what clients do, or a later start would be slow at what is left out.
class TrainingTest {
    private static final Pattern REQUEST = Pattern.compile(
            "mneme_http_requests_seconds_count\\{method=\"([^\"]+)\",route=\"([^\"]+)\",status=\"([^\"]+)\"\\}");

    @TempDir
    Path home;

    @Test
    void everyKindOfWorkIsDoneAndAnswered() throws InterruptedException {
        try (RunningServer server = RunningServer.withBuiltInEmbedder(home.resolve("data"));
                HttpClient client = HttpClient.newHttpClient()) {
            Api api = server.admin();
            TrainingLoad load = new TrainingLoad(api.url(), api.secret(), client);

            TrainingLoad.Done done = load.run(Duration.ofMillis(1));

            assertThat(done.answers()).isGreaterThanOrEqualTo(8 * (1 + 1 + 1 + 9) + 1);
            assertThat(done.events()).isPositive();
            assertThat(done.frames()).isPositive();
            String metrics = api.get("/metrics").raw().body();
            assertThat(answered(metrics))
                    .contains(
                            "POST /api/v1/memories 201",
                            "POST /api/v1/memories 200", // items
                            "POST /api/v1/memories/search 200",
                            "GET /api/v1/memories 200",
                            "GET /api/v1/memories/{id} 200",
                            "PATCH /api/v1/memories/{id} 200",
                            "DELETE /api/v1/memories/{id} 200",
                            "GET /api/v1/memories/{id}/history 200",
                            "POST /v1/memories/ 200",
                            "POST /v2/memories/search/ 200");
            assertThat(metrics).containsPattern("mneme_embed_seconds_count [1-9]");
            assertThat(Stream.iterate(0, n -> n + 1).limit(64).map(n -> "v" + n).filter(user -> hasMemory(api, user)))
                    .as("owners whose memories came with a vector")
                    .isNotEmpty();
        }
    }

    private static boolean hasMemory(Api api, String user) {
        return !api.get("/api/v1/memories?userId=" + user + "&limit=1")
                .json()
                .path("items")
                .isEmpty();
    }

    /// What was answered, as `METHOD route status`.
    private static Set<String> answered(String metrics) {
        return REQUEST.matcher(metrics)
                .results()
                .map(line -> line.group(1) + " " + line.group(2) + " " + line.group(3))
                .collect(Collectors.toSet());
    }
}
