package dev.mneme.api.mem0;

import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import java.util.Set;

/// Checks deletions of many memories. Anything that is not understood might have been meant to narrow the deletion, so
/// it is refused rather than ignored.
final class WholesaleDeletion {
    private WholesaleDeletion() {}

    /// @param known parameters that the query string may have, besides those that are [Accepted] everywhere
    /// @throws MnemeException `invalid_request` for any other parameter, and for a body with members
    static void require(Request request, Set<String> known) {
        String unknown = Accepted.unknown(request.query(), known);
        if (unknown != null) {
            throw MnemeException.invalid(
                    unknown, "Nothing was deleted: '" + unknown + "' is not understood here. " + use(known));
        }
        if (request.body().length > 0 && !Body.of(request).isEmpty()) {
            throw MnemeException.invalid(
                    "body", "Nothing was deleted: this takes no body, which might have narrowed it. " + use(known));
        }
    }

    private static String use(Set<String> known) {
        return known.isEmpty() ? "Leave it out." : "Name user_id, agent_id, app_id or run_id in the query string.";
    }
}
