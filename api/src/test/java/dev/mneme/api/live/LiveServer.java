package dev.mneme.api.live;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.HttpConfig;
import dev.mneme.api.http.HttpMetrics;
import dev.mneme.api.http.HttpServer;
import dev.mneme.api.http.Origins;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.RateLimiter;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.sse.ChangeStreams;
import dev.mneme.api.websocket.WebSocketConfig;
import dev.mneme.api.websocket.WebSocketDoor;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.testkit.ModelHome;
import dev.mneme.testkit.ModelStore;
import dev.mneme.testkit.StoreSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A server with the live doors alone, on a model of a store. It can be stopped and started again on the same data.
public final class LiveServer implements AutoCloseable {
    private static final String ALLOWED_ORIGIN = "https://app.example";

    private final ModelHome home = new ModelHome();
    private final InstantSource clock;
    private final StoreSettings settings;
    private final LiveConfig live;
    private final WebSocketConfig sockets;
    private final AtomicReference<@Nullable Runnable> afterRead = new AtomicReference<>();
    private int port;
    private ModelStore store;
    private KeyService keys;
    private MemoryService memories;
    private ModeService modes;
    private ContextService contexts;
    private LiveConnections connections;
    private HttpServer http;
    private final KeyService.Created admin;

    public LiveServer() {
        this(LiveConfig.DEFAULTS, WebSocketConfig.DEFAULTS, InstantSource.system(), StoreSettings.CHANGES_PER_OWNER);
    }

    public LiveServer(LiveConfig live, WebSocketConfig sockets) {
        this(live, sockets, InstantSource.system(), StoreSettings.CHANGES_PER_OWNER);
    }

    @SuppressWarnings("NullAway.Init") // start sets the rest
    public LiveServer(LiveConfig live, WebSocketConfig sockets, InstantSource clock, int changesPerOwner) {
        this.live = live;
        this.sockets = sockets;
        this.clock = clock;
        this.settings = StoreSettings.of("live", clock).withChangesPerOwner(changesPerOwner);
        start();
        admin = keys.bootstrap();
    }

    /// Live settings with everything quick.
    public static LiveConfig quick(Duration ping, Duration stale, Duration credentials, Duration stall) {
        return new LiveConfig(
                ping, Duration.ofMillis(200), stale, credentials, stall, Duration.ofMillis(500), 20_000, 1_000, 1_000);
    }

    private void start() {
        store = new ModelStore(home, settings);
        keys = new KeyService(store, clock, new SecureRandom());
        memories = new MemoryService(store, null, clock, new SecureRandom(), Limits.DEFAULTS);
        modes = new ModeService(store, clock, Limits.DEFAULTS);
        contexts = new ContextService(store, clock, Limits.DEFAULTS, ContextRules.DEFAULTS);
        connections = new LiveConnections(keys, clock, live);
        ChangeFeed feed = new ChangeFeed(hooked(store));
        HttpConfig config = HttpConfig.DEFAULTS
                .withPort(port)
                .withAllowedOrigins(Set.of(ALLOWED_ORIGIN))
                .withTimeouts(live.stallAfter(), Duration.ofSeconds(2));
        WebSocketDoor door = new WebSocketDoor(
                sockets,
                connections,
                keys,
                feed,
                modes,
                contexts,
                new SystemRuntime(clock),
                new Origins(config.allowedOrigins()),
                "server-1",
                "test");
        Route changes = Route.get("/api/v1/changes")
                .access(Access.READ)
                .named("streamChanges", new Tag("changes", "What was written"), "Follows changes.")
                .query(Stream.of("userId", "agentId", "appId", "runId", "scope", "after")
                        .map(name -> Parameter.string(name, name))
                        .toList())
                .query(Parameter.TOKEN)
                .by(new ChangeStreams(feed, connections));
        http = HttpServer.start(
                config, keys, new RateLimiter(config.rate()), HttpMetrics.NONE, List.of(changes), List.of(door));
        port = http.port();
    }

    /// Runs once, right after the feed has next read an owner's changes and before it sees them.
    public void afterNextRead(Runnable action) {
        afterRead.set(action);
    }

    private Store hooked(Store real) {
        return (Store) Proxy.newProxyInstance(
                LiveServer.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (method.getName().equals("changes")) {
                            Optional.ofNullable(afterRead.getAndSet(null)).ifPresent(Runnable::run);
                        }
                    }
                });
    }

    public void restart() {
        stop();
        start();
    }

    public void stop() {
        connections.close();
        http.close();
        store.close();
    }

    @Override
    public void close() {
        stop();
    }

    public int port() {
        return port;
    }

    public LiveConnections connections() {
        return connections;
    }

    public KeyService keys() {
        return keys;
    }

    public ModelStore store() {
        return store;
    }

    public MemoryService memories() {
        return memories;
    }

    public ModeService modes() {
        return modes;
    }

    public ContextService contexts() {
        return contexts;
    }

    public String adminSecret() {
        return admin.secret();
    }

    public Caller admin() {
        return Caller.of(admin.key(), null);
    }

    public KeyService.Created key(Role role, Map<OwnerKind, Set<String>> allowed, @Nullable Instant expiresAt) {
        return keys.create(admin(), "a key", role, new Restriction(allowed), expiresAt, null);
    }

    public KeyService.Created keyOf(String user) {
        return key(Role.WRITE, Map.of(OwnerKind.USER, Set.of(user)), null);
    }

    public void revoke(ApiKey key) {
        keys.revoke(admin(), key.id());
    }

    public MemoryId add(String user, String text) {
        return add(ScopeIds.user(user), text, null);
    }

    public MemoryId add(ScopeIds scope, String text, @Nullable String instance) {
        Caller caller = instance == null ? admin() : Caller.of(admin.key(), instance);
        NewMemory memory =
                new NewMemory(scope, text, null, null, JsonObject.EMPTY, List.of(), null, null, null, null, false);
        return memories.add(caller, memory, null).subject().id();
    }
}
