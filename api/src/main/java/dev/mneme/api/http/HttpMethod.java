package dev.mneme.api.http;

/// The methods that routes have. `HEAD` and `OPTIONS` are answered for every path without a route of their own.
public enum HttpMethod {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE
}
