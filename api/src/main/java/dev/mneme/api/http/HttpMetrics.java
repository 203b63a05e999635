package dev.mneme.api.http;

/// Hears of every answered request. Called on the request's thread; must neither block nor throw.
@FunctionalInterface
public interface HttpMetrics {
    HttpMetrics NONE = (method, template, status, nanos) -> {};

    /// @param template the route's path template, or `unmatched`: of a small, fixed set
    /// @param nanos from the request's first line until the answer was handed over
    void request(String method, String template, int status, long nanos);
}
