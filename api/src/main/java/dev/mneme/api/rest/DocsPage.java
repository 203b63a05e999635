package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

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
        parameters("Query", route.query(), text);
        parameters("Headers", OpenApi.headers(route), text);
        if (route.request() != null) {
            text.append("<p>Body: ").append(shape(route.request())).append("</p>");
        }
        for (Reply reply : route.replies()) {
            text.append("<p><b>").append(reply.status()).append("</b> ");
            text.append(
                    reply.type() != null ? shape(reply.type()) : "<code>" + Html.escape(reply.mediaType()) + "</code>");
            text.append(": ").append(Html.escape(reply.description())).append("</p>");
        }
        return text.append("<p class=\"soft\">May fail with ")
                .append(codes(route))
                .append(".</p></div></details>\n")
                .toString();
    }

    private static String shape(Class<?> type) {
        String name = Schemas.name(type);
        return "<a href=\"#shape-" + name + "\"><code>" + name + "</code></a>";
    }

    private static void parameters(String title, List<Parameter> parameters, StringBuilder text) {
        if (parameters.isEmpty()) {
            return;
        }
        text.append("<div class=\"scroll\"><table><tr><th>").append(title).append("</th><th></th></tr>");
        parameters.forEach(parameter -> text.append("<tr><td><code>")
                .append(Html.escape(parameter.name()))
                .append("</code></td><td>")
                .append(Html.escape(parameter.description()))
                .append("</td></tr>"));
        text.append("</table></div>");
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
                    properties(object);
                }
                html.append("</div></details>\n");
            });
        }
    }

    private void properties(Map<?, ?> schema) {
        List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
        html.append("<div class=\"scroll\"><table><tr><th>field</th><th>type</th></tr>");
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, property) -> html.append("<tr><td><code>")
                    .append(name)
                    .append(required.contains(name) ? "" : "?")
                    .append("</code></td><td>")
                    .append(type(property))
                    .append("</td></tr>"));
        }
        html.append("</table></div>");
    }

    private static String type(Object schema) {
        if (!(schema instanceof Map<?, ?> map)) {
            return "any";
        }
        if (map.get("$ref") instanceof String reference) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            return "<a href=\"#shape-" + name + "\">" + name + "</a>";
        }
        if (map.get("anyOf") instanceof List<?> several) {
            return String.join(" or ", several.stream().map(DocsPage::type).toList());
        }
        if (map.get("items") instanceof Map<?, ?> items) {
            return "list of " + type(items);
        }
        if (map.get("type") instanceof List<?> types) {
            return String.join(" or ", types.stream().map(String::valueOf).toList());
        }
        return String.valueOf(map.get("type"));
    }
}
