package dev.mneme.server;

import dev.mneme.api.http.HttpMetrics;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.replica.ShardMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// The text of `/metrics`, in Prometheus' format.
///
/// **Threads**: any.
final class Metrics {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final double[] QUANTILES = {0.5, 0.99};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<String, Timer> requests = new ConcurrentHashMap<>();
    private final Timer fsync = timer("mneme_log_fsync", "One fsync of the commit log.");
    private final DistributionSummary batchEntries = DistributionSummary.builder("mneme_log_batch_entries")
            .description("Entries that one fsync made durable.")
            .publishPercentiles(QUANTILES)
            .register(registry);
    private final Counter logBytes = Counter.builder("mneme_log_bytes")
            .description("Bytes written to the commit log.")
            .register(registry);
    private final Timer apply = timer("mneme_apply", "Applying one log entry.");
    private final Counter writes =
            Counter.builder("mneme_writes").description("Writes applied.").register(registry);
    private final Timer search = timer("mneme_search", "Ranking in one search, without HTTP and embedding.");
    private final Timer embed = timer("mneme_embed", "Embedding one text.");
    private final Timer feedLag =
            timer("mneme_feed_lag", "From a change's command time to its reading by a live reader.");

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .publishPercentiles(QUANTILES)
                .register(registry);
    }

    HttpMetrics http() {
        return (method, template, status, nanos) -> {
            String named = METHODS.contains(method) ? method : "other"; // a client may send any word
            requests.computeIfAbsent(named + " " + template + " " + status, key -> request(named, template, status))
                    .record(nanos, TimeUnit.NANOSECONDS);
        };
    }

    private Timer request(String method, String template, int status) {
        return Timer.builder("mneme_http_requests")
                .description("Answered requests.")
                .tag("method", method)
                .tag("route", template)
                .tag("status", String.valueOf(status))
                .publishPercentiles(QUANTILES)
                .register(registry);
    }

    LogMetrics log() {
        return (entries, bytes, fsyncNanos) -> {
            fsync.record(fsyncNanos, TimeUnit.NANOSECONDS);
            batchEntries.record(entries);
            logBytes.increment((double) bytes);
        };
    }

    ShardMetrics shards() {
        return new ShardMetrics() {
            @Override
            public void applied(int count, Duration time) {
                apply.record(time);
                writes.increment(count);
            }

            @Override
            public void searched(Duration time) {
                search.record(time);
            }
        };
    }

    void feedLag(Duration lag) {
        feedLag.record(lag);
    }

    /// Adds what is looked up when `/metrics` is read.
    void watch(Supplier<StoreStatus> status, IntSupplier sockets) {
        Gauge.builder("mneme_live_connections", sockets::getAsInt) // a supplier is kept; another object would not be
                .description("Open WebSockets and event streams.")
                .register(registry);
        for (ShardStatus shard : status.get().shards()) {
            Gauge.builder("mneme_shard_queue", () -> queue(status.get(), shard.name()))
                    .description("Writes that wait for a shard or are under way.")
                    .tag("shard", shard.name())
                    .register(registry);
        }
    }

    /// Adds what is known about data that were changed from outside.
    void watch(Integrity integrity) {
        Gauge.builder("mneme_integrity_checked_owners", () -> integrity.report().owners())
                .description("Owners that were checked in the background since the start.")
                .register(registry);
        Gauge.builder(
                        "mneme_integrity_problems",
                        () -> integrity.report().problems().size())
                .description("What was found changed from outside.")
                .register(registry);
        Gauge.builder(
                        "mneme_integrity_unknown",
                        () -> integrity.report().unknown().size())
                .description("What nothing can tell of the last stop.")
                .register(registry);
        Gauge.builder(
                        "mneme_integrity_uncertain_stops",
                        () -> integrity.report().evidence().uncertainStops())
                .description("Stops after which nothing told whether something that was acknowledged was missing.")
                .register(registry);
    }

    /// Adds how far writes' times are ahead of the clock.
    void watchClock(Supplier<Instant> latest, InstantSource clock) {
        Gauge.builder(
                        "mneme_clock_ahead_seconds",
                        () -> Math.max(
                                0,
                                Duration.between(clock.instant(), latest.get()).toSeconds()))
                .description("How far the times that writes are stamped with are ahead of the machine's clock.")
                .register(registry);
    }

    /// Adds what waits for the embedder. There is no label for whose it is, since there can be any number of keys.
    void watch(Embedder embedder) {
        for (Demand.Purpose purpose : Demand.Purpose.values()) {
            String name = purpose.name().toLowerCase(Locale.ROOT);
            Gauge.builder(
                            "mneme_embedder_waiting",
                            () -> embedder.queue(purpose).waiting())
                    .description("Texts that wait for the embedder or are being embedded.")
                    .tag("purpose", name)
                    .register(registry);
            FunctionCounter.builder(
                            "mneme_embedder_refused",
                            embedder,
                            each -> each.queue(purpose).refused())
                    .description("Texts that were refused because too many of their key or owner waited.")
                    .tag("purpose", name)
                    .register(registry);
        }
    }

    /// Adds what waits for the language model.
    void watchExtractions(IntSupplier waiting) {
        Gauge.builder("mneme_extractions_waiting", waiting::getAsInt)
                .description("Conversations that wait for the language model, or that it works on.")
                .register(registry);
    }

    private static double queue(StoreStatus status, String name) {
        return status.shards().stream()
                .filter(shard -> shard.name().equals(name))
                .mapToDouble(ShardStatus::queue)
                .sum();
    }

    String text() {
        return registry.scrape();
    }

    /// The embedder, with its times measured.
    Embedder timed(Embedder embedder) {
        return new Embedder() {
            @Override
            public EmbeddingSpace space() {
                return embedder.space();
            }

            @Override
            public Embedding embed(String text, Demand demand) {
                long begin = System.nanoTime();
                Embedding embedding = embedder.embed(text, demand);
                embed.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                return embedding;
            }

            @Override
            public QueryEmbedding embedQuery(String query, Demand demand) {
                long begin = System.nanoTime();
                QueryEmbedding embedding = embedder.embedQuery(query, demand);
                embed.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                return embedding;
            }

            @Override
            public Queue queue(Demand.Purpose purpose) {
                return embedder.queue(purpose);
            }

            @Override
            public int parallelism() {
                return embedder.parallelism();
            }

            @Override
            public boolean remote() {
                return embedder.remote();
            }

            @Override
            public void close() {
                embedder.close();
            }
        };
    }
}
