package dev.mneme.api.http;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the routes of a path. A literal segment has precedence over a parameter.
final class RouteTable {
    private final Node root = new Node();

    /// @throws IllegalArgumentException when two routes have the same method and path
    RouteTable(List<Route> routes) {
        routes.forEach(this::add);
    }

    /// The routes of a path.
    ///
    /// @param parameters the values of the template's parameters
    record Match(Map<HttpMethod, Route> routes, Map<String, String> parameters) {
        /// Whether segments may contain slashes, percent-encoded.
        boolean takesSlashes() {
            return routes.values().stream().allMatch(Route::takesSlashes);
        }

        boolean forgives() {
            return dialect() == Dialect.MEM0;
        }

        Dialect dialect() {
            return routes.values().iterator().next().dialect();
        }
    }

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();

        @Nullable
        Node any;

        final Map<HttpMethod, Route> routes = new EnumMap<>(HttpMethod.class);
    }

    private void add(Route route) {
        Node node = root;
        for (String segment : segments(route.template())) {
            if (isName(segment)) {
                Node next = node.any == null ? new Node() : node.any;
                node.any = next;
                node = next;
            } else {
                node = node.literals.computeIfAbsent(segment, s -> new Node());
            }
        }
        if (node.routes.putIfAbsent(route.method(), route) != null) {
            throw new IllegalArgumentException("two routes for " + route.method() + " " + route.template());
        }
    }

    Optional<Match> find(List<String> segments) {
        Optional<Match> exact = walk(segments);
        return exact.isPresent() ? exact : forgiving(segments);
    }

    /// Matches with or without an empty segment at the end, and without one at the beginning, if the dialect allows it.
    private Optional<Match> forgiving(List<String> segments) {
        int from = 0;
        int to = segments.size();
        while (from < to && segments.get(from).isEmpty()) {
            from++;
        }
        if (to > from && segments.get(to - 1).isEmpty()) {
            to--;
        }
        List<String> bare = segments.subList(from, to);
        List<String> ended = new ArrayList<>(bare);
        ended.add("");
        return walk(ended).filter(Match::forgives).or(() -> walk(bare).filter(Match::forgives));
    }

    private Optional<Match> walk(List<String> segments) {
        Node node = root;
        for (String segment : segments) {
            Node next = node.literals.get(segment);
            if (next == null) {
                next = segment.isEmpty() ? null : node.any;
            }
            if (next == null) {
                return Optional.empty();
            }
            node = next;
        }
        return node.routes.isEmpty() ? Optional.empty() : Optional.of(new Match(node.routes, values(node, segments)));
    }

    private static Map<String, String> values(Node node, List<String> segments) {
        Map<String, String> values = new LinkedHashMap<>();
        String[] names =
                segments(node.routes.values().iterator().next().template()).toArray(new String[0]);
        for (int i = 0; i < names.length; i++) {
            if (isName(names[i])) {
                values.put(names[i].substring(1, names[i].length() - 1), segments.get(i));
            }
        }
        return values;
    }

    private static boolean isName(String segment) {
        return segment.startsWith("{") && segment.endsWith("}");
    }

    private static List<String> segments(String template) {
        return List.of(template.substring(1).split("/", -1));
    }
}
