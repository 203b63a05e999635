package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.testkit.HashingEmbedder;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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

    @Test
    void whatIsWatchedIsStillThereAfterTheHeapWasCleaned() {
        Metrics metrics = new Metrics();
        metrics.watchExtractions(new AtomicInteger(7)::get);
        metrics.watch(() -> new StoreStatus("e", Journal.State.OK, List.of(), 0, 0, 0), new AtomicInteger(8)::get);
        WeakReference<Object> other = new WeakReference<>(new Object());

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return other.refersTo(null);
        });

        assertThat(metrics.text()).contains("mneme_extractions_waiting 7.0", "mneme_live_connections 8.0");
    }

    /// Whether a text may be given to it depends on this.
    @Test
    void aTimedEmbedderIsAsRemoteAndAsParallelAsItIs() {
        Embedder timed = new Metrics().timed(new FarEmbedder());
        assertThat(timed.remote()).isTrue();
        assertThat(timed.parallelism()).isEqualTo(5);
    }

    @Test
    void theEmbeddersQueueIsShownByPurposeAlone() {
        Metrics metrics = new Metrics();
        Embedder timed = metrics.timed(new FarEmbedder());
        metrics.watch(timed);

        assertThat(metrics.text().lines().filter(line -> line.startsWith("mneme_embedder_")))
                .containsExactlyInAnyOrder(
                        "mneme_embedder_waiting{purpose=\"query\"} 1.0",
                        "mneme_embedder_waiting{purpose=\"add\"} 2.0",
                        "mneme_embedder_waiting{purpose=\"bulk\"} 3.0",
                        "mneme_embedder_refused_total{purpose=\"query\"} 10.0",
                        "mneme_embedder_refused_total{purpose=\"add\"} 20.0",
                        "mneme_embedder_refused_total{purpose=\"bulk\"} 30.0");
    }

    private static final class FarEmbedder implements Embedder {
        private final HashingEmbedder vectors = new HashingEmbedder();

        @Override
        public EmbeddingSpace space() {
            return vectors.space();
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            return vectors.embed(text, demand);
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            return vectors.embedQuery(query, demand);
        }

        @Override
        public Queue queue(Demand.Purpose purpose) {
            int number = List.of(Demand.Purpose.values()).indexOf(purpose) + 1;
            return new Queue(number, 10L * number);
        }

        @Override
        public int parallelism() {
            return 5;
        }

        @Override
        public boolean remote() {
            return true;
        }

        @Override
        public void close() {
            vectors.close();
        }
    }
}
