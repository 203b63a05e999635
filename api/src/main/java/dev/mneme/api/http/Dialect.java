package dev.mneme.api.http;

import java.util.regex.Pattern;

/// The habits of a route: how strictly it takes requests, and what its failures look like.
public enum Dialect {
    /// Mneme's own: a parameter or body that the route does not know is refused, and failures are RFC 9457 problems.
    OWN,

    /// mem0's, whose clients send what they like and read `detail` or `error` of a failure. The route itself
    /// decides about things that it does not know. A path may end with a slash or not, and may begin with one slash
    /// too many (a client joins its `host` and the path as they are).
    MEM0;

    private static final Pattern MEM0_PATHS = Pattern.compile(
            "/+(v[123]|memories|search|entities|api-keys|reset|configure|requests|generate-instructions|auth"
                    + "|api/v1/(orgs|webhooks))([/?].*)?",
            Pattern.DOTALL);

    /// The dialect of a path that no route has, or whose route is not found yet.
    static Dialect ofPath(String rawPath) {
        return MEM0_PATHS.matcher(rawPath).matches() ? MEM0 : OWN;
    }
}
