package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The page of documentation: the table of routes, the problem codes and the schemas, in plain HTML.
final class DocsPage {
    private final List<Route> routes;
    private final Map<String, Object> openApi;
    private final String version;
    private final StringBuilder html = new StringBuilder();

    DocsPage(List<Route> routes, Map<String, Object> openApi, String version) {
        this.routes = routes;
        this.openApi = openApi;
        this.version = version;
    }

    String body() {
        Map<String, StringBuilder> sections = new LinkedHashMap<>();
        for (Route route : routes) {
            sections.computeIfAbsent(route.tag().name(), tag -> new StringBuilder())
                    .append(route(route));
        }
        html.append("<header><h1>The REST interface</h1><p class=\"soft\">Mneme ")
                .append(Html.escape(version))
                .append(" · <a href=\"/openapi.json\">OpenAPI 3.1</a> · <a href=\"/\">home</a></p><nav>");
        sections.keySet().forEach(tag -> link(tag));
        link("errors");
        link("shapes");
        html.append("</nav></header>\n<main>\n").append("""
                <p>Send a key as <code>Authorization: Bearer mk_…</code>. Bodies are JSON in camelCase; times are
                ISO-8601 (or, in requests, epoch milliseconds). Unknown fields and parameters are refused. A failure is
                <code>application/problem+json</code>: branch on its <code>code</code>, read its <code>detail</code>.</p>
                """);
        sections.forEach((tag, section) -> html.append("<h2 id=\"")
                .append(tag)
                .append("\">")
                .append(tag)
                .append("</h2>\n")
                .append(section));
        errors();
        shapes();
        return html.append("</main>\n").toString();
    }

    private void link(String tag) {
        html.append("<a href=\"#").append(tag).append("\">").append(tag).append("</a>");
    }

    private static String route(Route route) {
        Role role = route.access().role();
        StringBuilder text = new StringBuilder();
        text.append("<details id=\"")
                .append(route.id())
                .append("\"><summary><span class=\"verb ")
                .append(route.method())
                .append("\">")
                .append(route.method())
                .append("</span><code>")
                .append(Html.escape(route.template()))
                .append("</code><span class=\"what\">")
                .append(Html.escape(route.summary()))
                .append("</span><span class=\"role\">")
                .append(role == null ? "no key" : role.wireName())
                .append("</span></summary><div class=\"inside\">");
        parameters("Path", route.path(), text);
        parameters("Query", route.query(), text);
        parameters("Headers", OpenApi.headers(route), text);
        if (route.request() != null) {
            text.append("<h3>Body</h3><p>").append(shape(route.request())).append("</p>");
        }
        text.append("<h3>Answers</h3>");
        for (Reply reply : route.replies()) {
            text.append("<p><b>").append(reply.status()).append("</b> ");
            text.append(
                    reply.type() != null
                            ? shape(reply.type())
                            : "<code>" + Html.escape(reply.mediaType()) + "</code>" + events(reply));
            text.append(": ").append(Html.escape(reply.description()));
            if (!reply.headers().isEmpty()) {
                text.append(" <span class=\"soft\">with ")
                        .append(String.join(
                                ", ",
                                reply.headers().stream().map(Parameter::name).toList()))
                        .append("</span>");
            }
            text.append("</p>");
        }
        return text.append("<p class=\"soft\">May fail with ")
                .append(codes(route))
                .append(".</p></div></details>\n")
                .toString();
    }

    private static String events(Reply reply) {
        return reply.events().isEmpty()
                ? ""
                : " of "
                        + String.join(
                                " or ",
                                reply.events().stream().map(DocsPage::shape).toList());
    }

    private static String shape(Class<?> type) {
        String name = Schemas.name(type);
        return "<a href=\"#shape-" + name + "\"><code>" + name + "</code></a>";
    }

    private static void parameters(String title, List<Parameter> parameters, StringBuilder text) {
        if (parameters.isEmpty()) {
            return;
        }
        text.append("<h3>").append(title).append("</h3><div class=\"scroll\"><table class=\"fields\">");
        parameters.forEach(parameter ->
                row(parameter.name(), limits(parameter.schema()), parameter.description(), parameter.schema(), text));
        text.append("</table></div>");
    }

    /// A line of a table of fields: name, type, what it means.
    private static void row(String name, String type, String meaning, Map<?, ?> schema, StringBuilder text) {
        text.append("<tr><td><code>")
                .append(Html.escape(name))
                .append("</code></td><td class=\"type\">")
                .append(type)
                .append("</td><td>")
                .append(Html.escape(meaning));
        if (schema.get("examples") instanceof List<?> examples) {
            text.append(" <span class=\"soft\">such as</span> <code>")
                    .append(Html.escape(plain(examples.getFirst())))
                    .append("</code>");
        }
        text.append("</td></tr>");
    }

    private static String plain(@Nullable Object value) {
        return value == null || value instanceof String ? String.valueOf(value) : JsonWriter.string(value);
    }

    private static String codes(Route route) {
        TreeSet<String> names = new TreeSet<>();
        route.allErrors().forEach(code -> names.add(code.wireName()));
        return String.join(
                ", ",
                names.stream()
                        .map(name -> "<a href=\"#" + name + "\">" + name + "</a>")
                        .toList());
    }

    private void errors() {
        html.append("<h2 id=\"errors\">errors</h2>\n<div class=\"scroll\"><table>")
                .append("<tr><th>code</th><th>HTTP</th><th>what it means</th><th>what helps</th></tr>\n");
        for (ErrorCode code : ErrorCode.values()) {
            html.append("<tr id=\"")
                    .append(code.wireName())
                    .append("\"><td><code>")
                    .append(code.wireName())
                    .append("</code></td><td>")
                    .append(ErrorMapping.status(code, false))
                    .append(code == ErrorCode.VERSION_CONFLICT ? " (412 by If-Match)" : "")
                    .append("</td><td>")
                    .append(Html.escape(ErrorMapping.title(code)))
                    .append("</td><td>")
                    .append(advice(code))
                    .append("</td></tr>\n");
        }
        html.append("</table></div>\n");
    }

    private static String advice(ErrorCode code) {
        return switch (code.advice()) {
            case FIX_REQUEST -> "change the request as <code>detail</code> says";
            case FIX_CREDENTIALS -> "use another key";
            case READ_AGAIN -> "read again and repeat on what is there now";
            case BACK_OFF -> "wait <code>retryAfterMillis</code>, then repeat";
            case RETRY_SAME_KEY -> "repeat under the same <code>Idempotency-Key</code>";
            case CALL_OPERATOR -> "tell whoever runs the server";
        };
    }

    private void shapes() {
        html.append("<h2 id=\"shapes\">shapes</h2>\n");
        if (openApi.get("components") instanceof Map<?, ?> components
                && components.get("schemas") instanceof Map<?, ?> schemas) {
            schemas.forEach((name, schema) -> {
                html.append("<details id=\"shape-").append(name).append("\"><summary><code>");
                html.append(name).append("</code></summary><div class=\"inside\">");
                if (schema instanceof Map<?, ?> object) {
                    described(object);
                }
                html.append("</div></details>\n");
            });
        }
    }

    private void described(Map<?, ?> schema) {
        if (schema.get("description") instanceof String description) {
            html.append("<p>").append(Html.escape(description)).append("</p>");
        }
        if (schema.get("oneOf") instanceof List<?>) {
            html.append("<p>").append(type(schema)).append("</p>");
        }
        properties(schema);
        if (schema.get("examples") instanceof List<?> examples) {
            html.append("<pre>")
                    .append(Html.escape(JsonWriter.string(examples.getFirst())))
                    .append("</pre>");
        }
    }

    private void properties(Map<?, ?> schema) {
        if (!(schema.get("properties") instanceof Map<?, ?> properties)) {
            return;
        }
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        html.append("<div class=\"scroll\"><table class=\"fields\">");
        properties.forEach((name, value) -> {
            if (value instanceof Map<?, ?> property) {
                String meaning = property.get("description") instanceof String text ? text : "";
                row(name + (required.contains(name) ? "" : "?"), limits(property), meaning, property, html);
            }
        });
        html.append("</table></div>");
    }

    /// The type with its limits and its default.
    private static String limits(Map<?, ?> schema) {
        StringBuilder text = new StringBuilder(type(schema));
        range(schema, "minimum", "maximum", "", text);
        range(schema, "minLength", "maxLength", " characters", text);
        range(schema, "minItems", "maxItems", " items", text);
        if (schema.get("default") != null) {
            text.append("; <b>")
                    .append(Html.escape(String.valueOf(schema.get("default"))))
                    .append("</b> if left out");
        }
        return text.toString();
    }

    private static void range(Map<?, ?> schema, String least, String most, String what, StringBuilder text) {
        Object min = schema.get(least);
        Object max = schema.get(most);
        if (max != null) {
            text.append(", ")
                    .append(min == null ? "up to " : min + " to ")
                    .append(max)
                    .append(what);
        } else if (min != null) {
            text.append(", ").append(min).append(" or more").append(what);
        }
    }

    private static String type(@Nullable Object schema) {
        if (!(schema instanceof Map<?, ?> map)) {
            return "any";
        }
        if (map.get("$ref") instanceof String reference) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            return "<a href=\"#shape-" + name + "\">" + name + "</a>";
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (map.get(choice) instanceof List<?> several) {
                return String.join(" or ", several.stream().map(DocsPage::type).toList());
            }
        }
        if (map.get("enum") instanceof List<?> values) {
            return String.join(
                    " | ",
                    values.stream()
                            .map(value -> "<code>" + Html.escape(String.valueOf(value)) + "</code>")
                            .toList());
        }
        if (map.get("items") instanceof Map<?, ?> items) {
            return "list of " + type(items) + (isNullable(map) ? " or null" : "");
        }
        if (map.get("type") instanceof List<?> types) {
            return String.join(" or ", types.stream().map(String::valueOf).toList());
        }
        return map.get("format") instanceof String format && format.equals("date-time")
                ? "time"
                : String.valueOf(map.get("type"));
    }

    private static boolean isNullable(Map<?, ?> schema) {
        return schema.get("type") instanceof List<?> types && types.contains("null");
    }
}
