package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.http.HttpMetrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When a server makes its searches fast: once, with the first search or after fifty other requests for memories,
/// whichever door they come by.
class WarmUpTest {
    private final AtomicInteger warmed = new AtomicInteger();
    private final HttpMetrics counted =
            new WarmUp(warmed::incrementAndGet).with((method, template, status, nanos) -> {});

    private void requests(String template, int times) {
        for (int i = 0; i < times; i++) {
            counted.request("POST", template, 200, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/memories/search",
                "/v1/memories/search/",
                "/v2/memories/search/",
                "/v3/memories/search/",
                "/search"
            })
    void theFirstSearchWarms(String search) {
        requests(search, 3);

        assertThat(warmed).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/v1/memories", "/api/v1/memories/{id}", "/v3/memories/add/", "/v1/memories/", "/memories"})
    void fiftyOtherRequestsForMemoriesWarm(String template) {
        requests(template, 49);
        assertThat(warmed).hasValue(0);

        requests(template, 51);
        assertThat(warmed).hasValue(1);
    }

    @Test
    void otherRequestsDoNot() {
        requests("/health/ready", 200);
        requests("/api/v1/contexts/{key}", 200);

        assertThat(warmed).hasValue(0);
    }
}
