package dev.mneme.api.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.api.http.HttpConfig;
import dev.mneme.api.http.HttpMetrics;
import dev.mneme.api.http.HttpServer;
import dev.mneme.api.http.RateLimiter;
import dev.mneme.api.http.Route;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.api.sse.ChangeStreams;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.audit.Prices;
import dev.mneme.core.audit.ResponseService;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.conflict.ConflictService;
import dev.mneme.core.conflict.ConflictWrites;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.OwnerService;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.operate.BackupService;
import dev.mneme.core.operate.IntegrityService;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.StorageStatus;
import dev.mneme.core.sync.DistributedService;
import dev.mneme.core.sync.SyncEventService;
import dev.mneme.core.transfer.RecordExportService;
import dev.mneme.core.transfer.RecordImportService;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The REST door on a model store, on a port of its own. Every answer that passes here is held to the OpenAPI
/// document.
final class RestServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    /// What `large` of any provider costs.
    static final Prices PRICES =
            new Prices(Map.of("large", new Prices.Price(BigDecimal.valueOf(3), BigDecimal.valueOf(15))));

    final ManualClock clock = new ManualClock();
    final ModelStore store = new ModelStore(clock);
    final KeyService keys = new KeyService(store, clock, new SecureRandom());
    final String admin = keys.bootstrap().secret();
    final AtomicReference<Map<String, Health.Part>> parts =
            new AtomicReference<>(Map.of("log", new Health.Part(true, "ok")));
    final List<Route> routes;
    final HttpServer server;
    final Contract contract;
    private final LiveConnections connections;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RestServer() {
        this(List.of());
    }

    RestServer(List<Route> more) {
        Limits limits = new Limits(64 << 10, 64 << 10, 1_000, 1_000, Duration.ofSeconds(2), Duration.ofMillis(50));
        ChangeFeed feed = new ChangeFeed(store);
        this.connections = new LiveConnections(keys, clock, LiveConfig.DEFAULTS);
        ContextService contexts =
                new ContextService(store, clock, limits, new ContextRules(64 << 10, Duration.ofDays(30)));
        ModeService modes = new ModeService(store, clock, limits);
        MemoryService memories = new MemoryService(store, null, clock, new SecureRandom(), limits);
        RestPorts ports = new RestPorts(
                memories,
                contexts,
                new ResponseService(store, limits, PRICES),
                new SyncEventService(store, clock, new SecureRandom(), limits, Duration.ofDays(7)),
                new ConflictService(store, clock, limits, new ConflictWrites(store, memories, contexts, modes)),
                new DistributedService(modes, contexts),
                modes,
                new OwnerService(store, clock, limits),
                new RecordExportService(store),
                new RecordImportService(store, clock, limits, new ContextRules(64 << 10, Duration.ofDays(30))),
                keys,
                new IntegrityService(store, keys),
                feed,
                new BackupService(FixedBackup::new),
                new ChangeStreams(feed, connections),
                store::status,
                new ServerFacts(
                        "1.2.3",
                        clock.instant(),
                        null,
                        () -> 7,
                        key -> 1,
                        () -> java.util.OptionalLong.of(3),
                        RestServer::storage,
                        store.integrity()::report,
                        Optional::empty),
                health(),
                () -> "mneme_up 1\n",
                clock);
        List<Route> all = new ArrayList<>(RestApi.routes(ports, false));
        all.addAll(more);
        this.routes = List.copyOf(all);
        HttpConfig config = HttpConfig.DEFAULTS.withPort(0);
        this.server = HttpServer.start(
                config, keys, new RateLimiter(new ApiKey.Rate(1_000_000, 1_000_000)), HttpMetrics.NONE, all, List.of());
        this.contract = new Contract(routes, JSON.valueToTree(OpenApi.document(routes, "1.2.3")));
    }

    private static StorageStatus storage() {
        StorageStatus.Files some = new StorageStatus.Files(2, 4_096);
        return new StorageStatus(some, some, some);
    }

    private Health health() {
        return new Health() {
            @Override
            public Map<String, Part> live() {
                return Map.of("process", new Part(true, "runs"));
            }

            @Override
            public Map<String, Part> ready() {
                return parts.get();
            }
        };
    }

    /// A text as JSON.
    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }

    String key(Role role, Restriction restriction, @Nullable Instant expiresAt) {
        return keys.create(Caller.of(keys.authenticate(admin), null), "k", role, restriction, expiresAt, null)
                .secret();
    }

    /// An answer, its body read as JSON where it is JSON.
    record Reply(int status, JsonNode body, HttpResponse<String> raw) {
        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }

        String code() {
            return body.path("code").asText();
        }

        String field() {
            return body.path("field").asText();
        }

        /// What can be compared with another answer: everything but the request's id.
        String comparable() {
            return status + " " + raw.body().replaceAll("\"requestId\":\"[^\"]*\"", "");
        }
    }

    /// @param headers names and values by turns
    Reply send(@Nullable String key, String method, String target, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            String type = answer.headers().firstValue("Content-Type").orElse("");
            JsonNode json = type.contains("json") ? JSON.readTree(answer.body()) : JSON.missingNode();
            contract.check(method, target, body, answer);
            return new Reply(answer.statusCode(), json, answer);
        } catch (Exception e) {
            throw new AssertionError(method + " " + target, e);
        }
    }

    Reply get(String target, String... headers) {
        return send(admin, "GET", target, null, headers);
    }

    Reply post(String target, String body, String... headers) {
        return send(admin, "POST", target, body, headers);
    }

    Reply put(String target, String body, String... headers) {
        return send(admin, "PUT", target, body, headers);
    }

    Reply patch(String target, String body, String... headers) {
        return send(admin, "PATCH", target, body, headers);
    }

    Reply delete(String target, String... headers) {
        return send(admin, "DELETE", target, null, headers);
    }

    /// Stores a memory and gives its id.
    String add(String userId, String text) {
        Map<String, String> body = new LinkedHashMap<>();
        body.put("userId", userId);
        body.put("text", text);
        return post("/api/v1/memories", JSON.valueToTree(body).toString())
                .body()
                .path("memory")
                .path("id")
                .asText();
    }

    /// Records a conflict, in which "mine" lost to "theirs".
    ///
    /// @return its id
    String conflict(String userId, Conflict.About about, long theirs, String mine) {
        Owner owner = Owner.user(userId);
        MemoryId id = MemoryId.create(clock.instant(), owner.slot(), new SecureRandom());
        store.write(new Write(
                owner,
                Provenance.ofKey("hub"),
                null,
                List.of(new Command.RecordConflict(
                        id,
                        about,
                        side(about, 1, "base"),
                        side(about, 0, mine),
                        side(about, theirs, "theirs"),
                        false))));
        return id.toString();
    }

    private Conflict.Side side(Conflict.About about, long version, String text) {
        String field = about.kind() == Conflict.Kind.CONTEXT ? "data" : "text";
        return new Conflict.Side(
                version,
                new JsonObject(Map.of(field, new JsonString(text))),
                false,
                clock.instant(),
                "k",
                version == 0 ? "desk" : "phone");
    }

    /// Puts a context, whatever is there.
    void putContext(String userId, String key, String text) {
        put(
                "/api/v1/contexts/" + key,
                JSON.valueToTree(Map.of("userId", userId, "data", Map.of("text", text)))
                        .toString());
    }

    @Override
    public void close() {
        connections.close();
        client.close();
        server.close();
        store.close();
    }
}
