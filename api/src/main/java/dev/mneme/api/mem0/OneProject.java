package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.core.model.MnemeException;
import java.util.List;

/// The organisation and the project that a query string may name, as 2.x clients do in every one: there is one
/// of each.
final class OneProject {
    static final List<String> NAMES = List.of("org_id", "project_id", "org_name", "project_name");

    private OneProject() {}

    /// @throws MnemeException `invalid_request` where another is named: what is asked of that must not happen
    ///     to
    ///     this
    static void require(Query query) {
        for (String name : NAMES) {
            String value = query.filled(name);
            if (value != null && !value.equals(Mem0Api.PROJECT)) {
                throw MnemeException.invalid(
                        name, "There is one organisation and one project here, '" + Mem0Api.PROJECT + "'.");
            }
        }
    }
}
