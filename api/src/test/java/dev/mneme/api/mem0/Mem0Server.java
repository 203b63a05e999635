package dev.mneme.api.mem0;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.api.http.HttpConfig;
import dev.mneme.api.http.HttpMetrics;
import dev.mneme.api.http.HttpServer;
import dev.mneme.api.http.RateLimiter;
import dev.mneme.api.http.Route;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.memory.FeedbackService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.transfer.MemoryExportService;
import dev.mneme.core.webhook.WebhookService;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The mem0 door on a model store, on a port of its own.
final class Mem0Server implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    final ManualClock clock = new ManualClock();
    final ModelStore store = new ModelStore(clock);
    final KeyService keys = new KeyService(store, clock, new SecureRandom());
    final String admin = keys.bootstrap().secret();
    final MemoryService memories;
    final List<Route> routes;
    final HttpServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Mem0Server() {
        this(null);
    }

    Mem0Server(@Nullable Embedder embedder) {
        this.memories = new MemoryService(store, embedder, clock, new SecureRandom(), Limits.DEFAULTS);
        ProjectService projects = new ProjectService(store);
        ExtractionService extractions = new ExtractionService(
                store,
                memories,
                projects,
                null,
                new SystemRuntime(clock),
                new SecureRandom(),
                new ExtractionService.Settings(1, 1, ExtractionService.PAUSES));
        this.routes = Mem0Api.routes(new Mem0Ports(
                memories,
                extractions,
                Duration.ofSeconds(30),
                new FeedbackService(store),
                projects,
                new WebhookService(store, clock, new SecureRandom(), host -> host.equals("localhost")),
                new MemoryExportService(store),
                keys));
        this.server = HttpServer.start(
                HttpConfig.DEFAULTS.withPort(0),
                keys,
                new RateLimiter(new ApiKey.Rate(1_000_000, 1_000_000)),
                HttpMetrics.NONE,
                routes,
                List.of());
    }

    /// An answer; its body is JSON always.
    record Reply(int status, JsonNode body, HttpResponse<String> raw) {
        String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }

        JsonNode at(String pointer) {
            return body.at(pointer);
        }

        String text(String pointer) {
            return body.at(pointer).asText();
        }

        String detail() {
            return text("/detail");
        }

        /// What can be compared with another answer: everything but the request's id.
        String comparable() {
            return status + " " + raw.body().replaceAll("\"request_id\":\"[^\"]*\"", "");
        }
    }

    /// As mem0's clients send: `Token`, and a content type even without a body.
    Reply send(@Nullable String key, String method, String target, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + target))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (key != null) {
            request.header("Authorization", "Token " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
            return new Reply(answer.statusCode(), JSON.readTree(answer.body()), answer);
        } catch (Exception e) {
            throw new AssertionError(method + " " + target, e);
        }
    }

    Reply get(String target) {
        return send(admin, "GET", target, null);
    }

    Reply post(String target, String body) {
        return send(admin, "POST", target, body);
    }

    Reply put(String target, String body) {
        return send(admin, "PUT", target, body);
    }

    Reply patch(String target, String body) {
        return send(admin, "PATCH", target, body);
    }

    Reply delete(String target) {
        return send(admin, "DELETE", target, null);
    }

    /// Adds what a user says and gives the memory's id.
    String add(String user, String text) {
        return add("\"user_id\":\"" + user + "\"", text, "");
    }

    /// @param ids as members of the body
    /// @param more members of the body, each after a comma
    String add(String ids, String text, String more) {
        Reply reply = post(
                "/v3/memories/add/",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}],\"infer\":false," + ids + more + "}");
        if (reply.status() != 200) {
            throw new AssertionError(reply.raw().body());
        }
        return reply.text("/results/0/id");
    }

    /// As the REST interface takes it, white space in the id and all.
    void addByAnotherDoor(String user, String text) {
        NewMemory memory = new NewMemory(
                ScopeIds.user(user), text, null, null, JsonObject.EMPTY, List.of(), null, null, null, null, true);
        memories.add(Caller.of(keys.authenticate(admin), null), memory, null);
    }

    String key(Role role, Restriction restriction) {
        return keys.create(Caller.of(keys.authenticate(admin), null), "k", role, restriction, null, null)
                .secret();
    }

    static Restriction only(OwnerKind kind, String id) {
        return new Restriction(Map.of(kind, Set.of(id)));
    }

    @Override
    public void close() {
        client.close();
        server.close();
        store.close();
    }
}
