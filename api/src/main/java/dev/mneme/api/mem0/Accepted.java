package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a query string may say besides what a route asks for. mem0's clients send these with every request: who
/// sends it, in which version an answer is wanted, and which organisation and project are meant. They change
/// nothing: there is one of each here, and what was added under one name is found and deleted under every other.
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

    /// The first parameter that neither the route nor anybody knows; null: there is none.
    static @Nullable String unknown(Query query, Set<String> known) {
        for (String name : query.values().keySet()) {
            if (!known.contains(name) && !ANYWHERE.contains(name)) {
                return name;
            }
        }
        return null;
    }
}
