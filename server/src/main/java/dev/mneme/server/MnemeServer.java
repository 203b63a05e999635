package dev.mneme.server;

import dev.mneme.api.http.HttpConfig;
import dev.mneme.api.http.HttpMetrics;
import dev.mneme.api.http.HttpServer;
import dev.mneme.api.http.Origins;
import dev.mneme.api.http.RateLimiter;
import dev.mneme.api.http.Route;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.api.mem0.Mem0Api;
import dev.mneme.api.mem0.Mem0Ports;
import dev.mneme.api.mem0.WebhookRoutes;
import dev.mneme.api.rest.Health;
import dev.mneme.api.rest.RestApi;
import dev.mneme.api.rest.RestPorts;
import dev.mneme.api.rest.ServerFacts;
import dev.mneme.api.sse.ChangeStreams;
import dev.mneme.api.websocket.WebSocketDoor;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.audit.ResponseService;
import dev.mneme.core.conflict.ConflictService;
import dev.mneme.core.conflict.ConflictWrites;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.job.Jobs;
import dev.mneme.core.memory.FeedbackService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.OwnerService;
import dev.mneme.core.memory.Reembedding;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.operate.BackupService;
import dev.mneme.core.operate.IntegrityService;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Node;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.sync.DistributedService;
import dev.mneme.core.sync.SyncEventService;
import dev.mneme.core.transfer.MemoryExportService;
import dev.mneme.core.transfer.RecordExportService;
import dev.mneme.core.transfer.RecordImportService;
import dev.mneme.core.webhook.WebhookDispatcher;
import dev.mneme.core.webhook.WebhookService;
import dev.mneme.engine.folder.FolderSizes;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.server.config.ServerConfig;
import dev.mneme.server.hub.HubServerNode;
import dev.mneme.server.webhook.HttpWebhookSender;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A running server. Parts that are slow to open (engine, embedder) are opened side by side; it listens once both are
/// open.
///
/// Stopping goes the other way: no new connections, live clients are told, requests under way are finished, proposals
/// are committed, and the folder is closed.
public final class MnemeServer implements AutoCloseable {
    /// How a node is opened.
    @FunctionalInterface
    interface Opener {
        Node open(ServerConfig config, Metrics metrics, NodeRuntime runtime);
    }

    private static final System.Logger LOG = System.getLogger(MnemeServer.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration BLOCKED = Duration.ofSeconds(15);
    private static final int DEFAULT_PORT = 8765;

    private final ServerConfig config;
    private final Node node;
    private final @Nullable Embedder embedder;
    private final Jobs jobs;
    private final ExtractionService extractions;
    private final LiveConnections live;
    private final HttpServer http;
    private final CountDownLatch closed = new CountDownLatch(1);

    private boolean madeAdminKey;

    private MnemeServer(
            ServerConfig config,
            Node node,
            @Nullable Embedder embedder,
            Jobs jobs,
            ExtractionService extractions,
            LiveConnections live,
            HttpServer http) {
        this.config = config;
        this.node = node;
        this.embedder = embedder;
        this.jobs = jobs;
        this.extractions = extractions;
        this.live = live;
        this.http = http;
    }

    /// A node by itself on a folder of this machine, or one of a hub.
    static Node node(ServerConfig config, Metrics metrics, NodeRuntime runtime) {
        LocalEngine.Settings engine = PartConfigs.engine(config, metrics, runtime);
        return config.hub()
                .mongodbUrl()
                .<Node>map(url -> HubServerNode.open(config.data(), config.hub(), url.value(), engine))
                .orElseGet(() -> LocalEngine.node(config.data(), engine));
    }

    /// Starts a server, which is ready when this returns.
    ///
    /// @throws MnemeException `INVALID_REQUEST` for a configuration that cannot work here (a port or folder in use,
    ///     an open address without TLS); its message says what to do
    public static MnemeServer start(ServerConfig config) {
        return start(config, false);
    }

    /// As above.
    ///
    /// @param newAdminKey whether to write another admin key, for an operator who lost the first
    static MnemeServer start(ServerConfig config, boolean newAdminKey) {
        return start(config, newAdminKey, MnemeServer::node);
    }

    /// As above, on a node that is opened in another way.
    static MnemeServer start(ServerConfig config, boolean newAdminKey, Opener open) {
        return start(config, newAdminKey, open, Embedders::open);
    }

    /// As above, with an embedder that is opened in another way.
    static MnemeServer start(
            ServerConfig config,
            boolean newAdminKey,
            Opener open,
            Function<ServerConfig.Embedder, @Nullable Embedder> embedders) {
        requireSafeAddress(config);
        NodeRuntime runtime = new SystemRuntime();
        Instant startedAt = runtime.clock().instant();
        Metrics metrics = new Metrics();
        CompletableFuture<Node> engine = aside("engine", () -> open.open(config, metrics, runtime));
        CompletableFuture<Optional<Embedder>> model =
                aside("embedder", () -> Optional.ofNullable(embedders.apply(config.embedder())));
        Node node = joined(engine, () -> closeOnceOpen(model));
        Embedder embedder = joined(model, node::close).map(metrics::timed).orElse(null);
        try {
            KeyService keys = new KeyService(node.store(), runtime);
            boolean made = AdminKey.ensure(config.data(), keys, newAdminKey);
            MnemeServer server = serve(config, node, keys, embedder, metrics, startedAt, runtime);
            server.madeAdminKey = made;
            return server;
        } catch (RuntimeException e) {
            if (embedder != null) {
                embedder.close();
            }
            node.close();
            throw e;
        }
    }

    /// The process must not end while native code is being loaded.
    private static void closeOnceOpen(CompletableFuture<Optional<Embedder>> model) {
        try {
            model.join().ifPresent(Embedder::close);
        } catch (CompletionException e) {
            System.getLogger(MnemeServer.class.getName())
                    .log(System.Logger.Level.DEBUG, "The embedder was not opened, so not closed", e);
        }
    }

    private static MnemeServer serve(
            ServerConfig config,
            Node node,
            KeyService keys,
            @Nullable Embedder embedder,
            Metrics metrics,
            Instant startedAt,
            NodeRuntime runtime) {
        Store store = node.store();
        InstantSource clock = runtime.clock();
        Limits limits = PartConfigs.limits(config);
        Reembedding reembedding = embedder == null ? null : reembedding(config, store, embedder, runtime);
        MemoryService memories = new MemoryService(store, embedder, reembedding, clock, runtime.random(), limits);
        ModeService modes = new ModeService(store, clock, limits);
        ContextService contexts = new ContextService(store, clock, limits, PartConfigs.contexts(config));
        ChangeFeed feed = new ChangeFeed(store, runtime, metrics::feedLag);
        LiveConnections live = new LiveConnections(keys, clock, PartConfigs.live(config));
        HttpConfig http = PartConfigs.http(config);
        LOG.log(
                System.Logger.Level.INFO,
                "Limits: {0} connections (http.maxConnections is {1}; descriptors {2}, heap {3} MiB), {4} MiB for"
                        + " what is held for clients",
                String.valueOf(http.maxConnections()),
                String.valueOf(config.http().maxConnections()),
                Descriptors.ofProcess().limit().isPresent()
                        ? String.valueOf(Descriptors.ofProcess().limit().getAsLong())
                        : "unknown",
                String.valueOf(Runtime.getRuntime().maxMemory() >> 20),
                String.valueOf(http.clientMemoryBytes() >> 20));
        WebSocketDoor sockets = new WebSocketDoor(
                PartConfigs.webSocket(config),
                live,
                keys,
                feed,
                modes,
                contexts,
                runtime,
                new Origins(http.allowedOrigins()),
                "server:" + store.epoch(),
                version());
        metrics.watch(node::status, live::count);
        metrics.watch(node.integrity());
        metrics.watchClock(() -> node.status().latest(), clock);
        if (embedder != null) {
            metrics.watch(embedder);
        }
        Health health = new ServerHealth(
                store, embedder != null || config.embedder().kind() == ServerConfig.EmbedderKind.NONE, clock);
        RestPorts ports = new RestPorts(
                memories,
                contexts,
                new ResponseService(store, limits, config.responses().prices()),
                new SyncEventService(
                        store, clock, runtime.random(), limits, config.sync().timeToLive()),
                new ConflictService(store, clock, limits, new ConflictWrites(store, memories, contexts, modes)),
                new DistributedService(modes, contexts),
                modes,
                new OwnerService(store, clock, limits),
                new RecordExportService(node.exports()),
                new RecordImportService(store, clock, limits, PartConfigs.contexts(config)),
                keys,
                new IntegrityService(store, keys),
                feed,
                new BackupService(node.backups()),
                new ChangeStreams(feed, live),
                node::status,
                new ServerFacts(
                        version(),
                        startedAt,
                        embedder == null ? null : embedder.space().embedder(),
                        live::count,
                        live::count,
                        () -> reembedding == null ? OptionalLong.of(0) : reembedding.ownersLeft(),
                        () -> FolderSizes.of(config.data()),
                        node.integrity()::report,
                        () -> node instanceof HubServerNode hub ? Optional.of(hub.hubStatus()) : Optional.empty()),
                health,
                metrics::text,
                clock);
        WebhookService webhooks = webhooks(config, store, runtime);
        List<Route> routes =
                new ArrayList<>(RestApi.routes(ports, config.metrics().open()));
        ProjectService projects = new ProjectService(store);
        ExtractionService extractions = new ExtractionService(
                store,
                memories,
                projects,
                Extractors.open(config.extraction()),
                runtime,
                runtime.random(),
                Extractors.settings(config.extraction()));
        metrics.watchExtractions(extractions::waiting);
        routes.addAll(Mem0Api.routes(new Mem0Ports(
                memories,
                extractions,
                config.extraction().patience(),
                new FeedbackService(store),
                projects,
                webhooks,
                new MemoryExportService(store),
                keys)));
        WebhookDispatcher dispatcher = new WebhookDispatcher(
                store,
                webhooks,
                new HttpWebhookSender(
                        config.webhooks().allowPrivate(), config.webhooks().timeout(), version()),
                WebhookRoutes::payload,
                runtime,
                WebhookDispatcher.RETRIES);
        Jobs jobs = new Jobs(
                reembedding == null ? List.of(extractions, dispatcher) : List.of(extractions, dispatcher, reembedding),
                store.leadership(),
                runtime);
        HttpServer listener;
        try {
            jobs.start(); // extractions before anything new can come, so that each owner's order holds
            listener = listen(http, keys, new WarmUp().with(metrics.http()), routes, sockets);
        } catch (RuntimeException e) {
            jobs.close();
            extractions.close();
            throw e;
        }
        return new MnemeServer(config, node, embedder, jobs, extractions, live, listener);
    }

    private static WebhookService webhooks(ServerConfig config, Store store, NodeRuntime runtime) {
        boolean any = config.webhooks().allowPrivate();
        return new WebhookService(
                store, runtime.clock(), runtime.random(), host -> !any && HttpWebhookSender.looksPrivate(host));
    }

    private static @Nullable Reembedding reembedding(
            ServerConfig config, Store store, Embedder embedder, NodeRuntime runtime) {
        Set<EmbeddingSpace> former = Reembedding.former(store, embedder.space());
        return config.embedder().reembed() ? new Reembedding(store, embedder, former, runtime) : null;
    }

    private static HttpServer listen(
            HttpConfig http, KeyService keys, HttpMetrics metrics, List<Route> routes, WebSocketDoor sockets) {
        try {
            return HttpServer.start(http, keys, new RateLimiter(http.rate()), metrics, routes, List.of(sockets));
        } catch (RuntimeException e) {
            if (causedByAddress(e)) {
                throw new MnemeException(
                        ErrorCode.INVALID_REQUEST,
                        "Port " + http.port() + " on " + http.host()
                                + " cannot be had: another program uses it, or the address"
                                + " is not this machine's. Choose another with --port.",
                        e);
            }
            throw e;
        }
    }

    private static boolean causedByAddress(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.net.BindException
                    || cause instanceof java.nio.channels.UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    private static void requireSafeAddress(ServerConfig config) {
        ServerConfig.Http http = config.http();
        if (isLoopback(http.host()) || http.insecure() || http.tls().enabled()) {
            return;
        }
        throw MnemeException.invalid(
                "http.host",
                "Listening on " + http.host()
                        + " opens this server to the network: give it a certificate (--http.tls.certificate"
                        + " and --http.tls.key), or say --insecure if something in front of it does TLS.");
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw MnemeException.invalid("http.host", "http.host '" + host + "' is no address of this machine.");
        }
    }

    private static <T> CompletableFuture<T> aside(String name, Supplier<T> open) {
        CompletableFuture<T> opened = new CompletableFuture<>();
        Thread.ofPlatform().name("open-" + name).daemon().start(() -> {
            try {
                opened.complete(open.get());
            } catch (RuntimeException | Error e) {
                opened.completeExceptionally(e);
            }
        });
        return opened;
    }

    private static <T> T joined(CompletableFuture<T> opened, Runnable onFailure) {
        try {
            return opened.join();
        } catch (CompletionException e) {
            onFailure.run();
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// The server's address, with its actual port.
    public String url() {
        String host = config.http().host();
        String shown = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return (http.hasTls() ? "https://" : "http://") + (shown.contains(":") ? "[" + shown + "]" : shown) + ":"
                + http.port();
    }

    public Path data() {
        return config.data();
    }

    /// What is known about stored data that were changed from outside.
    Integrity.Report integrity() {
        return node.integrity().report();
    }

    boolean isDefaultAddress() {
        return url().equals("http://127.0.0.1:" + DEFAULT_PORT);
    }

    /// Whether this start made the admin key.
    boolean madeAdminKey() {
        return madeAdminKey;
    }

    /// Whether the data folder is the usual one, where the command line finds the key by itself.
    boolean isDefaultData() {
        return ServerConfig.defaultData(System.getenv()).equals(config.data());
    }

    static String version() {
        String version = MnemeServer.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /// Waits until the server is closed, or its tables accept nothing although there is room on the disk.
    ///
    /// @return whether the tables are blocked
    boolean awaitClosedOrBlocked() {
        try {
            while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (node.blockedWithRoom(BLOCKED)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /// Closes this server and starts another on the same folder and port. Whatever the log has and the tables lack is
    /// replayed.
    MnemeServer restarted() {
        int port = http.port();
        close();
        return start(config.withPort(port));
    }

    @Override
    public synchronized void close() {
        if (closed.getCount() == 0) {
            return;
        }
        live.close();
        jobs.close(); // whoever waits for an extraction is answered
        extractions.close();
        http.close();
        if (embedder != null) {
            embedder.close();
        }
        node.close();
        closed.countDown();
    }
}
