package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.HttpMethod;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Role;
import dev.mneme.wire.LiveMessage;
import dev.mneme.wire.Problem;
import dev.mneme.wire.live.LivePayloads;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The OpenAPI 3.1 document of a table of routes. `x-mneme-role` says the least role of a key, `x-mneme-codes` the
/// problem codes of an answer, and `x-mneme-websocket` the messages of the WebSocket, so that clients can be generated
/// for them too.
final class OpenApi {
    private static final List<Map<String, Object>> ANY_SCHEME =
            List.of(Map.of("bearer", List.of()), Map.of("apiKey", List.of()), Map.of("token", List.of()));

    private static final Map<String, Object> NOTHING = Map.of("type", "object", "maxProperties", 0);

    private final Schemas schemas = new Schemas();

    private OpenApi() {}

    static Map<String, Object> document(List<Route> routes, String version) {
        return new OpenApi().build(routes, version);
    }

    private Map<String, Object> build(List<Route> routes, String version) {
        routes.forEach(route -> {
            if (route.request() != null) {
                schemas.reference(route.request(), true); // what is both read and answered is shown as it is read
            }
        });
        Map<String, Map<String, Object>> paths = new TreeMap<>();
        for (Route route : routes) {
            paths.computeIfAbsent(route.template(), path -> new LinkedHashMap<>())
                    .put(route.method().name().toLowerCase(Locale.ROOT), operation(route));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put("info", info(version));
        document.put("servers", List.of(Map.of("url", "/", "description", "the server that this document is from")));
        document.put("tags", tags(routes));
        document.put("paths", paths);
        document.put("x-mneme-websocket", webSocket());
        document.put("components", Map.of("schemas", schemas.named(), "securitySchemes", securitySchemes()));
        return document;
    }

    private Map<String, Object> webSocket() {
        return map(
                "message",
                schemas.reference(LiveMessage.class, false),
                "fromServer",
                payloads(LivePayloads.FROM_SERVER),
                "fromClient",
                payloads(LivePayloads.FROM_CLIENT));
    }

    private Map<String, Object> payloads(Map<String, Class<? extends Record>> types) {
        Map<String, Object> payloads = new TreeMap<>();
        types.forEach((type, payload) -> payloads.put(type, schemas.reference(payload, false)));
        return payloads;
    }

    private static Map<String, Object> info(String version) {
        return map(
                "title",
                "Mneme",
                "version",
                version,
                "description",
                "A memory for assistants and agents. Unknown fields and parameters are refused. Failures are RFC 9457"
                        + " problems: branch on `code`. A method that a path does not have is `invalid_request`"
                        + " with status 405.",
                "license",
                Map.of("name", "Apache-2.0", "identifier", "Apache-2.0"));
    }

    private static List<Map<String, Object>> tags(List<Route> routes) {
        return routes.stream()
                .map(Route::tag)
                .distinct()
                .map(tag -> map("name", tag.name(), "description", tag.description()))
                .toList();
    }

    /// The three ways to send a key that `Credentials` reads.
    private static Map<String, Object> securitySchemes() {
        return map(
                "bearer",
                map("type", "http", "scheme", "bearer", "description", "`Authorization: Bearer mk_…`"),
                "apiKey",
                map("type", "apiKey", "in", "header", "name", "X-API-Key", "description", "the key alone"),
                "token",
                map(
                        "type",
                        "apiKey",
                        "in",
                        "header",
                        "name",
                        "Authorization",
                        "description",
                        "`Authorization: Token mk_…`"));
    }

    private Map<String, Object> operation(Route route) {
        Role role = route.access().role();
        Map<String, Object> operation = map(
                "operationId",
                route.id(),
                "tags",
                List.of(route.tag().name()),
                "summary",
                route.summary(),
                "security",
                role == null ? List.of() : ANY_SCHEME);
        if (role != null) {
            operation.put("x-mneme-role", role.wireName());
        }
        operation.put("parameters", parameters(route));
        if (route.request() != null) {
            Map<String, Object> shape = schemas.reference(route.request(), true);
            operation.put("requestBody", map("required", true, "content", route.lines() ? lines(shape) : json(shape)));
        }
        if (route.request() == null && route.dialect() == Dialect.OWN && route.method() == HttpMethod.POST) {
            operation.put("requestBody", map("required", false, "content", json(NOTHING)));
        }
        operation.put("responses", responses(route));
        return operation;
    }

    private static List<Map<String, Object>> parameters(Route route) {
        List<Map<String, Object>> parameters = new ArrayList<>();
        route.path().forEach(parameter -> parameters.add(parameter("path", parameter)));
        route.query().forEach(parameter -> parameters.add(parameter("query", parameter)));
        headers(route).forEach(parameter -> parameters.add(parameter("header", parameter)));
        return parameters;
    }

    /// The headers that a route reads, including those that every route reads.
    static List<Parameter> headers(Route route) {
        List<Parameter> headers = new ArrayList<>(route.headers());
        if (route.access() != Access.OPEN) {
            if (route.method() != HttpMethod.GET) {
                headers.add(Headers.IDEMPOTENCY_KEY);
            }
            headers.add(Headers.INSTANCE);
            headers.add(Headers.PRIORITY);
        }
        headers.add(Headers.REQUEST_ID);
        return headers;
    }

    private static Map<String, Object> parameter(String in, Parameter parameter) {
        return map(
                "name",
                parameter.name(),
                "in",
                in,
                "required",
                in.equals("path"),
                "description",
                parameter.description(),
                "schema",
                parameter.schema());
    }

    private Map<String, Object> responses(Route route) {
        Map<String, Object> responses = new TreeMap<>();
        Map<Integer, List<Reply>> replies = new TreeMap<>();
        route.replies()
                .forEach(reply -> replies.computeIfAbsent(reply.status(), s -> new ArrayList<>())
                        .add(reply));
        replies.forEach((status, several) -> responses.put(String.valueOf(status), success(several)));
        codes(route).forEach((status, codes) -> responses.put(String.valueOf(status), failure(route, codes)));
        return responses;
    }

    /// The codes of a route by status.
    static Map<Integer, Set<ErrorCode>> codes(Route route) {
        Map<Integer, Set<ErrorCode>> codes = new TreeMap<>();
        for (ErrorCode code : route.allErrors()) {
            codes.computeIfAbsent(ErrorMapping.status(code, false), s -> new TreeSet<>())
                    .add(code);
            if (code == ErrorCode.VERSION_CONFLICT) {
                codes.computeIfAbsent(ErrorMapping.status(code, true), s -> new TreeSet<>())
                        .add(code);
            }
        }
        return codes;
    }

    private Map<String, Object> success(List<Reply> replies) {
        Map<String, List<Reply>> byType = new LinkedHashMap<>();
        replies.forEach(reply -> byType.computeIfAbsent(reply.mediaType(), t -> new ArrayList<>())
                .add(reply));
        Map<String, Object> content = new LinkedHashMap<>();
        byType.forEach((type, several) -> content.put(type, content(several)));
        Set<Parameter> headers = new LinkedHashSet<>();
        replies.forEach(reply -> headers.addAll(reply.headers()));
        String description =
                String.join("; ", replies.stream().map(Reply::description).toList());
        return map("description", description, "headers", answerHeaders(headers), "content", content);
    }

    private Map<String, Object> content(List<Reply> replies) {
        List<Map<String, Object>> schemasOfAll =
                replies.stream().map(this::schema).toList();
        Map<String, Object> content =
                map("schema", schemasOfAll.size() == 1 ? schemasOfAll.getFirst() : Map.of("oneOf", schemasOfAll));
        List<Map<String, Object>> events = replies.stream()
                .flatMap(reply -> reply.events().stream())
                .map(type -> schemas.reference(type, false))
                .toList();
        if (!events.isEmpty()) {
            content.put("x-mneme-event-data", Map.of("oneOf", events));
        }
        return content;
    }

    private Map<String, Object> schema(Reply reply) {
        return reply.type() == null ? Map.of("type", "string") : schemas.reference(reply.type(), false);
    }

    private static Map<String, Object> answerHeaders(Set<Parameter> headers) {
        Map<String, Object> described = new LinkedHashMap<>();
        headers.forEach(header -> described.put(header.name(), answerHeader(header)));
        described.put(Headers.REQUEST_ID.name(), answerHeader(Headers.REQUEST_ID));
        return described;
    }

    private static Map<String, Object> answerHeader(Parameter header) {
        return map("description", header.description(), "schema", header.schema());
    }

    private Map<String, Object> failure(Route route, Set<ErrorCode> codes) {
        return map(
                "description",
                String.join(
                        "; ",
                        codes.stream()
                                .map(code -> "`" + code.wireName() + "`: " + ErrorMapping.title(code))
                                .toList()),
                "x-mneme-codes",
                codes.stream().map(ErrorCode::wireName).toList(),
                "headers",
                answerHeaders(failureHeaders(route, codes)),
                "content",
                Map.of(Problem.MEDIA_TYPE, Map.of("schema", schemas.reference(Problem.class, false))));
    }

    private static Set<Parameter> failureHeaders(Route route, Set<ErrorCode> codes) {
        Set<Parameter> headers = new LinkedHashSet<>();
        if (codes.stream().anyMatch(code -> ErrorMapping.retryAfterMillis(code) != null)) {
            headers.add(Headers.RETRY_AFTER);
        }
        if (codes.contains(ErrorCode.UNAUTHENTICATED)) {
            headers.add(Headers.AUTHENTICATE);
        }
        if (route.replies().stream().anyMatch(reply -> reply.headers().contains(Headers.REPLAYED))) {
            headers.add(Headers.REPLAYED);
        }
        return headers;
    }

    /// JSON lines with this schema. OpenAPI 3.1 has no schema for the media type itself.
    private static Map<String, Object> lines(Object schema) {
        return map("application/jsonl", map("schema", map("type", "string"), "x-mneme-line", schema));
    }

    private static Map<String, Object> json(Object schema) {
        return Map.of("application/json", Map.of("schema", schema));
    }

    /// A map of alternating names and values, in their order.
    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
