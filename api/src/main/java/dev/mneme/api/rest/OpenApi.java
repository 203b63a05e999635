package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.HttpMethod;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Role;
import dev.mneme.wire.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The OpenAPI 3.1 document of a table of routes. `x-mneme-role` says the least role of a key, `x-mneme-codes`
/// the problem codes of an answer.
final class OpenApi {
    private static final Pattern NAME = Pattern.compile("\\{([^}]+)}");
    static final Parameter IDEMPOTENCY_KEY =
            Parameter.string("Idempotency-Key", "1 to 200 visible characters: a repeat answers as the first did");
    static final Parameter INSTANCE =
            Parameter.string("Mneme-Instance", "the writing instance: 1 to 128 visible characters");
    static final Parameter REQUEST_ID = Parameter.string("X-Request-Id", "echoed; made when missing");

    private final Schemas schemas = new Schemas();

    private OpenApi() {}

    static Map<String, Object> document(List<Route> routes, String version) {
        return new OpenApi().build(routes, version);
    }

    private Map<String, Object> build(List<Route> routes, String version) {
        Map<String, Map<String, Object>> paths = new TreeMap<>();
        for (Route route : routes) {
            paths.computeIfAbsent(route.template(), path -> new LinkedHashMap<>())
                    .put(route.method().name().toLowerCase(Locale.ROOT), operation(route));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put(
                "info",
                Map.of(
                        "title",
                        "Mneme",
                        "version",
                        version,
                        "description",
                        "A memory for assistants and agents. Failures are RFC 9457 problems: branch on `code`.",
                        "license",
                        Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
        document.put("paths", paths);
        document.put("components", Map.of("schemas", schemas.named(), "securitySchemes", securitySchemes()));
        return document;
    }

    private static Map<String, Object> securitySchemes() {
        return Map.of(
                "bearer",
                Map.of("type", "http", "scheme", "bearer"),
                "apiKey",
                Map.of("type", "apiKey", "in", "header", "name", "X-API-Key"));
    }

    private Map<String, Object> operation(Route route) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", route.id());
        operation.put("tags", List.of(route.tag()));
        operation.put("summary", route.summary());
        Role role = route.access().role();
        operation.put(
                "security",
                role == null ? List.of() : List.of(Map.of("bearer", List.of()), Map.of("apiKey", List.of())));
        if (role != null) {
            operation.put("x-mneme-role", role.wireName());
        }
        operation.put("parameters", parameters(route));
        if (route.request() != null) {
            operation.put(
                    "requestBody", Map.of("required", true, "content", json(schemas.reference(route.request(), true))));
        }
        operation.put("responses", responses(route));
        return operation;
    }

    private static List<Map<String, Object>> parameters(Route route) {
        List<Map<String, Object>> parameters = new ArrayList<>();
        Matcher names = NAME.matcher(route.template());
        while (names.find()) {
            parameters.add(parameter("path", Parameter.string(names.group(1), "the " + names.group(1))));
        }
        route.query().forEach(parameter -> parameters.add(parameter("query", parameter)));
        headers(route).forEach(parameter -> parameters.add(parameter("header", parameter)));
        return parameters;
    }

    /// The headers that a route reads, those of every route included.
    static List<Parameter> headers(Route route) {
        List<Parameter> headers = new ArrayList<>(route.headers());
        if (route.access() != Access.OPEN) {
            if (route.method() != HttpMethod.GET) {
                headers.add(IDEMPOTENCY_KEY);
            }
            headers.add(INSTANCE);
        }
        headers.add(REQUEST_ID);
        return headers;
    }

    private static Map<String, Object> parameter(String in, Parameter parameter) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", parameter.name());
        described.put("in", in);
        described.put("required", in.equals("path"));
        described.put("description", parameter.description());
        described.put("schema", Map.of("type", parameter.type()));
        return described;
    }

    private Map<String, Object> responses(Route route) {
        Map<String, Object> responses = new TreeMap<>();
        Map<Integer, List<Reply>> replies = new TreeMap<>();
        route.replies()
                .forEach(reply -> replies.computeIfAbsent(reply.status(), s -> new ArrayList<>())
                        .add(reply));
        replies.forEach((status, several) -> responses.put(String.valueOf(status), success(several)));
        codes(route).forEach((status, codes) -> responses.put(String.valueOf(status), failure(codes)));
        return responses;
    }

    private static Map<Integer, Set<String>> codes(Route route) {
        Map<Integer, Set<String>> codes = new TreeMap<>();
        for (ErrorCode code : route.allErrors()) {
            codes.computeIfAbsent(ErrorMapping.status(code, false), s -> new TreeSet<>())
                    .add(code.wireName());
            if (code == ErrorCode.VERSION_CONFLICT) {
                codes.computeIfAbsent(ErrorMapping.status(code, true), s -> new TreeSet<>())
                        .add(code.wireName());
            }
        }
        return codes;
    }

    private Map<String, Object> success(List<Reply> replies) {
        Map<String, List<Object>> schemasByType = new LinkedHashMap<>();
        for (Reply reply : replies) {
            Object schema = reply.type() instanceof Class<?> type
                    ? schemas.reference(type.asSubclass(Record.class), false)
                    : Map.of("type", "string");
            schemasByType
                    .computeIfAbsent(reply.mediaType(), t -> new ArrayList<>())
                    .add(schema);
        }
        Map<String, Object> content = new LinkedHashMap<>();
        schemasByType.forEach((type, several) -> content.put(
                type, Map.of("schema", several.size() == 1 ? several.getFirst() : Map.of("anyOf", several))));
        String description =
                String.join("; ", replies.stream().map(Reply::description).toList());
        return Map.of("description", description, "content", content);
    }

    private Map<String, Object> failure(Set<String> codes) {
        return Map.of(
                "description",
                String.join(", ", codes),
                "x-mneme-codes",
                codes,
                "content",
                Map.of(Problem.MEDIA_TYPE, Map.of("schema", schemas.reference(Problem.class, false))));
    }

    private static Map<String, Object> json(Object schema) {
        return Map.of("application/json", Map.of("schema", schema));
    }
}
