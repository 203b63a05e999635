package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.StorageStatus;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.wire.HealthReport;
import dev.mneme.wire.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Status, health, metrics.
final class OpsRoutes {
    private static final Tag TAG = new Tag("operations", "How the server is");
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(1);
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<StoreStatus> store;
    private final ServerFacts facts;
    private final Health health;
    private final Supplier<String> metrics;
    private final boolean metricsOpen;
    private final InstantSource clock;

    OpsRoutes(RestPorts ports, boolean metricsOpen) {
        this.store = ports.storeStatus();
        this.facts = ports.facts();
        this.health = ports.health();
        this.metrics = ports.metrics();
        this.clock = ports.clock();
        this.metricsOpen = metricsOpen;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/status")
                        .named("getStatus", TAG, "How the server is; counts only for keys without restrictions")
                        .gives(Reply.json(200, Status.class, "the status"))
                        .by(this::status),
                Route.get("/health/live")
                        .access(Access.OPEN)
                        .named("healthLive", TAG, "Whether the process is worth keeping")
                        .gives(Reply.json(200, HealthReport.class, "it is"))
                        .gives(Reply.json(503, HealthReport.class, "it is not"))
                        .by(request -> report(health.live())),
                Route.get("/health/ready")
                        .access(Access.OPEN)
                        .named("healthReady", TAG, "Whether the server can be given requests")
                        .gives(Reply.json(200, HealthReport.class, "it can"))
                        .gives(Reply.json(503, HealthReport.class, "it cannot"))
                        .by(request -> report(health.ready())),
                Route.get("/metrics")
                        .access(metricsOpen ? Access.OPEN : Access.READ)
                        .named(
                                "metrics",
                                TAG,
                                "Counters for Prometheus, for keys without restrictions; with metrics.open, for all")
                        .gives(Reply.page("text/plain", "the counters"))
                        .by(this::metrics));
    }

    /// The metrics, which are about everybody.
    private Answer metrics(Request request) {
        if (!metricsOpen && !request.caller().key().restriction().isNone()) {
            throw new MnemeException(ErrorCode.NOT_ALLOWED, "The counters are for keys without restrictions.");
        }
        return Answer.text(200, PROMETHEUS, metrics.get());
    }

    private static Answer report(Map<String, Health.Part> parts) {
        boolean ok = parts.values().stream().allMatch(Health.Part::ok);
        Map<String, HealthReport.Part> named = new TreeMap<>();
        parts.forEach((name, part) -> named.put(name, new HealthReport.Part(word(part.ok()), part.detail())));
        return Answer.json(ok ? 200 : 503, new HealthReport(word(ok), named));
    }

    private static String word(boolean ok) {
        return ok ? "ok" : "failing";
    }

    private Answer status(Request request) {
        boolean everything = request.caller().key().restriction().isNone();
        StoreStatus status = store.get();
        return Answer.json(
                200,
                new Status(
                        facts.version(),
                        Duration.between(facts.startedAt(), clock.instant()).toSeconds(),
                        status.epoch(),
                        status.log().name().toLowerCase(Locale.ROOT),
                        facts.embedder(),
                        onlyUser(request.caller().key().restriction()),
                        everything
                                ? status.shards().stream().map(OpsRoutes::shard).toList()
                                : null,
                        everything ? status.owners() : null,
                        everything ? status.memories() : null,
                        everything ? facts.sockets().getAsInt() : null,
                        everything ? status.indexBacklog() : null,
                        everything ? reembedding() : null,
                        everything ? storage(facts.storage().get()) : null,
                        everything ? integrity(facts.integrity().get()) : null,
                        everything ? clockAhead(status) : null));
    }

    private static @Nullable String onlyUser(Restriction restriction) {
        Set<String> users = restriction.allowed().getOrDefault(OwnerKind.USER, Set.of());
        return users.size() == 1 ? users.iterator().next() : null;
    }

    private @Nullable Long reembedding() {
        OptionalLong left = facts.reembedding().get();
        return left.isPresent() ? left.getAsLong() : null;
    }

    private static Status.Integrity integrity(Integrity.Report report) {
        return new Status.Integrity(
                report.complete(),
                report.problems().size(),
                report.unknown().size(),
                IntegrityRoutes.key(report.evidence()),
                report.evidence().anchored(),
                IntegrityRoutes.lastStop(report.evidence()),
                report.evidence().uncertainStops());
    }

    private @Nullable Long clockAhead(StoreStatus status) {
        long ahead = Duration.between(clock.instant(), status.latest()).toMillis();
        return ahead < CLOCKS_DIFFER.toMillis() ? null : ahead;
    }

    private static Status.Storage storage(StorageStatus storage) {
        return new Status.Storage(files(storage.log()), files(storage.tables()), files(storage.index()));
    }

    private static Status.Files files(StorageStatus.Files files) {
        return new Status.Files(files.count(), files.bytes());
    }

    private static Status.Shard shard(StoreStatus.ShardStatus shard) {
        return new Status.Shard(
                shard.name(),
                shard.logIndex(),
                shard.applied(),
                shard.checkpoint(),
                shard.queue(),
                shard.error().isEmpty() ? null : shard.error());
    }
}
