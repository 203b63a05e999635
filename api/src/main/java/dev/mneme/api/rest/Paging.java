package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;

/// The parameters of a list that is read page by page.
final class Paging {
    /// The service checks it against the server's `http.pageLimit`.
    static final Parameter LIMIT = Parameter.integer(
                    "limit", "how many at most; up to 1000, unless the server's http.pageLimit says otherwise")
            .between(1, 10_000)
            .otherwise(50);

    static final Parameter CURSOR = Parameter.string("cursor", "nextCursor of the page before");

    private Paging() {}
}
