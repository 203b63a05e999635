package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Parameters that a query string may have besides those of its route. mem0's clients send them with every request: who
/// sends it, which version of the answer is wanted, and which organisation and project are meant. They change nothing,
/// since there is one of each here: what was added under one name is found and deleted under every other.
final class Accepted {
    private static final Set<String> ANYWHERE = Set.of(
            "source",
            "version",
            "api_version",
            "output_format",
            "async_mode",
            "enable_graph",
            "org_id",
            "project_id",
            "org_name",
            "project_name");

    private Accepted() {}

    /// The first parameter that is neither the route's nor one of these; null if there is none.
    static @Nullable String unknown(Query query, Set<String> known) {
        for (String name : query.values().keySet()) {
            if (!known.contains(name) && !ANYWHERE.contains(name)) {
                return name;
            }
        }
        return null;
    }
}
