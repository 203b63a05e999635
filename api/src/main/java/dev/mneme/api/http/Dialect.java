package dev.mneme.api.http;

import java.util.regex.Pattern;

/// Whose habits a route keeps: how strictly it takes a request, and what its failures look like.
public enum Dialect {
    /// Ours: a parameter or a body that the route does not know is refused, and failures are RFC 9457 problems.
    OWN,

    /// mem0's, whose clients send what they like and read `detail` or `error` of a failure. What a
    /// route does not know is its own to judge; slashes at the end of a path may be there or not, and
    /// so may one too many at its beginning (a client joins its `host` and the path as they are).
    MEM0;

    private static final Pattern MEM0_PATHS = Pattern.compile(
            "/+(v[123]|memories|search|entities|api-keys|reset|configure|requests|generate-instructions|auth"
                    + "|api/v1/(orgs|webhooks))([/?].*)?",
            Pattern.DOTALL);

    /// Of a path that no route has, or whose route is not found yet.
    static Dialect ofPath(String rawPath) {
        return MEM0_PATHS.matcher(rawPath).matches() ? MEM0 : OWN;
    }
}
