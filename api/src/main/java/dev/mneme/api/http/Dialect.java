package dev.mneme.api.http;

/// Whose habits a route keeps: how strictly it takes a request, and what its failures look like.
public enum Dialect {
    /// Ours: a parameter or a body that the route does not know is refused, and failures are RFC 9457 problems.
    OWN,

    /// mem0's, whose clients send what they like and read `detail` or `error` of a failure. What a route does
    /// not
    /// know is its own to judge; slashes at the end of a path may be there or not, and so may one too many at
    /// its
    /// beginning (a client joins its `host` and the path as they are).
    MEM0;

    /// Of a path that no route has.
    static Dialect ofPath(String rawPath) {
        return rawPath.matches("/+v[123]/.*") ? MEM0 : OWN;
    }
}
