package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mneme.api.http.Route;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Holds requests that were taken, and every answer, to the OpenAPI document.
///
/// **Threads**: any number may call.
final class Contract {
    private static final Set<String> OF_EVERY_HTTP_ANSWER =
            Set.of("connection", "content-length", "content-type", "date", "transfer-encoding", "vary", "x-request-id");
    private static final Set<String> OF_SECURITY = Set.of(
            "cache-control",
            "content-security-policy",
            "cross-origin-resource-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options");

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final Map<JsonNode, Map<String, Schema>> COMPILED = new ConcurrentHashMap<>(); // by document

    private final List<Route> routes;
    private final JsonNode document;
    private final Map<String, Schema> schemas;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    Contract(List<Route> routes, JsonNode document) {
        this.routes = List.copyOf(routes);
        this.document = document.deepCopy();
        this.document.path("components").path("schemas").forEach(Contract::close);
        this.schemas = COMPILED.computeIfAbsent(this.document, d -> new ConcurrentHashMap<>());
    }

    /// What was answered so far, such as `getMemory 200`.
    Set<String> seen() {
        return Set.copyOf(seen);
    }

    /// Clients must take members that they do not know; the server must not send any that nobody was told of.
    private static void close(JsonNode schema) {
        if (schema.has("properties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
    }

    void check(String method, String target, @Nullable String body, HttpResponse<String> answer) {
        String path = target.contains("?") ? target.substring(0, target.indexOf('?')) : target;
        Optional<Route> route = routes.stream()
                .filter(r -> r.method().name().equals(method) && matches(r.template(), path))
                .min((a, b) ->
                        Boolean.compare(a.template().contains("{"), b.template().contains("{")));
        if (route.isEmpty() || answer.statusCode() == 405) {
            requireValid("Problem", answer.body(), method + " " + target);
            return;
        }
        check(route.get(), target, body, answer);
    }

    private static boolean matches(String template, String path) {
        return path.matches(template.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    private void check(Route route, String target, @Nullable String body, HttpResponse<String> answer) {
        String what = route.method() + " " + target + " -> " + answer.statusCode();
        seen.add(route.id() + " " + answer.statusCode());
        JsonNode operation = document.path("paths")
                .path(route.template())
                .path(route.method().name().toLowerCase(Locale.ROOT));
        JsonNode response = operation.path("responses").path(String.valueOf(answer.statusCode()));
        assertThat(response.isObject()).as(what + " is said").isTrue();
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
        JsonNode content = response.path("content").path(type);
        assertThat(content.isObject()).as(what + " with " + type + " is said").isTrue();
        assertThat(undeclared(response, answer)).as(what + ": headers").isEmpty();
        if (type.contains("json") && !content.at("/schema/type").asText().equals("string")) {
            requireValid(content.path("schema"), answer.body(), what);
        }
        JsonNode request = operation.at("/requestBody/content").path("application/json");
        boolean taken = answer.statusCode() < 300 && !answer.body().contains("\"error\":{");
        if (taken && body != null && !body.isEmpty() && request.isObject()) {
            assertThat(errors(request.path("schema"), body))
                    .as(what + ": the document refuses what the server took: " + body)
                    .isEmpty();
        }
        if (type.equals("application/problem+json")) {
            List<String> codes = new ArrayList<>();
            response.path("x-mneme-codes").forEach(code -> codes.add(code.asText()));
            assertThat(codes)
                    .as(what)
                    .contains(RestServer.read(answer.body()).path("code").asText());
        }
    }

    private static Set<String> undeclared(JsonNode response, HttpResponse<String> answer) {
        Set<String> names = new TreeSet<>(answer.headers().map().keySet());
        names.removeAll(OF_EVERY_HTTP_ANSWER);
        names.removeAll(OF_SECURITY);
        names.removeIf(name -> name.startsWith("access-control-"));
        response.path("headers").fieldNames().forEachRemaining(name -> names.remove(name.toLowerCase(Locale.ROOT)));
        return names;
    }

    /// Whether a text is as a named schema says.
    boolean takes(String schema, String text) {
        return errors(RestServer.JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), text)
                .isEmpty();
    }

    /// Requires that a text is as a named schema says.
    void requireValid(String schema, String text, String what) {
        requireValid(RestServer.JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), text, what);
    }

    private void requireValid(JsonNode schema, String text, String what) {
        assertThat(errors(schema, text)).as(what + ": " + text).isEmpty();
    }

    private List<Error> errors(JsonNode schema, String text) {
        return schemas.computeIfAbsent(schema.toString(), s -> schema(schema))
                .validate(
                        RestServer.read(text),
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }

    /// The schema with what it refers to beside it.
    private Schema schema(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        return REGISTRY.getSchema(whole);
    }
}
