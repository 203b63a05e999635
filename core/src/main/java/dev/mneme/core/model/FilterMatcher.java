package dev.mneme.core.model;

import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Not;
import dev.mneme.core.model.Filter.Or;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Decides whether memories match a filter, and counts the work: see [FilterWork].
///
/// A missing value and `null` are the same: `eq null` and `exists false` match both, `ne` and `nin` match them, and no
/// other operator does. On an array (`categories`, or one in the metadata), `eq`, `in` and `contains` hold when one of
/// its items is equal (`eq` also when the whole array is), and `icontains` when one of its strings contains the text,
/// in any case. On a string `contains` looks for a part; `icontains` does so in any case. Order compares numbers with
/// numbers, strings with strings, and times with times; any other comparison is false.
///
/// **Threads**: one.
public final class FilterMatcher {
    private final Filter filter;
    private final FilterWork work;
    private final Node root;

    private FilterMatcher(Filter filter, FilterWork work) {
        this.filter = filter;
        this.work = work;
        this.root = node(filter, new HashMap<>());
    }

    /// A matcher whose work counts towards that of a larger request.
    public static FilterMatcher of(Filter filter, FilterWork work) {
        return new FilterMatcher(filter, work);
    }

    /// A matcher for one request.
    public static FilterMatcher of(Filter filter) {
        return of(filter, FilterWork.ofRequest());
    }

    public Filter filter() {
        return filter;
    }

    /// @throws MnemeException `too_large` when the request's filter has taken too many steps
    public boolean matches(Memory memory) {
        work.next(memory);
        return matches(root, memory);
    }

    /// Whether one memory matches, however many steps it takes.
    public static boolean matches(Filter filter, Memory memory) {
        return of(filter, FilterWork.unlimited()).matches(memory);
    }

    /// Whether a filter looks at the text, which a search index does not keep.
    public static boolean readsText(Filter filter) {
        return switch (filter) {
            case And and -> and.parts().stream().anyMatch(FilterMatcher::readsText);
            case Or or -> or.parts().stream().anyMatch(FilterMatcher::readsText);
            case Not not -> readsText(not.part());
            case Compare compare -> compare.field().equals(new Field.Named(Name.TEXT));
        };
    }

    private sealed interface Node {}

    private record All(List<Node> parts) implements Node {}

    private record Any(List<Node> parts) implements Node {}

    private record None(Node part) implements Node {}

    private record Leaf(Condition condition) implements Node {}

    private static Node node(Filter filter, Map<Field, FieldValue> values) {
        return switch (filter) {
            case And(List<Filter> parts) -> new All(nodes(parts, values));
            case Or(List<Filter> parts) -> new Any(nodes(parts, values));
            case Not(Filter part) -> new None(node(part, values));
            case Compare compare ->
                new Leaf(Condition.of(compare, values.computeIfAbsent(compare.field(), FieldValue::new)));
        };
    }

    private static List<Node> nodes(List<Filter> parts, Map<Field, FieldValue> values) {
        return parts.stream().map(part -> node(part, values)).toList();
    }

    private boolean matches(Node node, Memory memory) {
        work.spend(1);
        return switch (node) {
            case All all -> {
                for (Node part : all.parts()) {
                    if (!matches(part, memory)) {
                        yield false;
                    }
                }
                yield true;
            }
            case Any any -> {
                for (Node part : any.parts()) {
                    if (matches(part, memory)) {
                        yield true;
                    }
                }
                yield false;
            }
            case None none -> !matches(none.part(), memory);
            case Leaf leaf -> leaf.condition().matches(memory, work);
        };
    }

    static boolean isTime(Name name) {
        return switch (name) {
            case TIMESTAMP, CREATED_AT, UPDATED_AT, EXPIRES_AT -> true;
            case ID, TEXT, ROLE, CATEGORIES, VERSION, REPLACED_BY -> false;
        };
    }
}
