package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsTest {
    @Test
    void whateverMethodsClientsMakeUpTheSeriesAreFew() {
        Metrics metrics = new Metrics();
        for (int i = 0; i < 1_000; i++) {
            metrics.http().request("METHOD" + i, "/api/v1/memories", 405, 1_000);
        }
        metrics.http().request("GET", "/api/v1/memories", 200, 1_000);
        assertThat(metrics.text()).doesNotContain("METHOD").contains("method=\"other\"", "method=\"GET\"");
        assertThat(metrics.text().lines().filter(line -> line.startsWith("mneme_http_requests_seconds_count")))
                .hasSize(2);
    }
}
