package dev.mneme.api.http;

import dev.mneme.core.model.ApiKey;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How the listener listens.
///
/// @param port 0 lets the system choose one
/// @param tls null: plain HTTP
/// @param maxRequestBytes of a body, whether its length is announced or not
/// @param clientMemoryBytes that may be held for clients at once: headers, bodies, messages and answers; at least four
///     times maxRequestBytes
/// @param maxConnections open at once; beyond it the quietest goes
/// @param allowedOrigins browsers' origins, such as `https://app.example`, that may call beside the server's own
/// @param rate of a key that has none of its own
/// @param requestTimeout how long the headers of a request may take to arrive, and how long its body
/// @param writeTimeout how long one write to a client may take
/// @param stopWithin how long requests that run may go on when the server stops
public record HttpConfig(
        String host,
        int port,
        @Nullable TlsFiles tls,
        int maxRequestBytes,
        long clientMemoryBytes,
        int maxConnections,
        Set<String> allowedOrigins,
        ApiKey.Rate rate,
        Duration requestTimeout,
        Duration writeTimeout,
        Duration stopWithin) {
    public static final HttpConfig DEFAULTS = new HttpConfig(
            "127.0.0.1",
            8765,
            null,
            8 << 20,
            64 << 20,
            10_000,
            Set.of(),
            new ApiKey.Rate(10_000, 20_000),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10));

    public HttpConfig {
        check(!host.isBlank(), "http.host must not be empty");
        check(port >= 0 && port <= 65_535, "http.port must be 0 to 65535, was " + port);
        check(maxRequestBytes >= 1_024, "http.maxRequestBytes must be 1024 or more, was " + maxRequestBytes);
        check(maxRequestBytes <= 256 << 20, "http.maxRequestBytes must be 256 MiB at most, was " + maxRequestBytes);
        check(
                clientMemoryBytes >= 4L * maxRequestBytes,
                "http.memoryBytes must be four times http.maxRequestBytes or more");
        check(maxConnections >= 1, "http.maxConnections must be 1 or more, was " + maxConnections);
        check(requestTimeout.isPositive(), "http.requestTimeout must be above zero, was " + requestTimeout);
        check(writeTimeout.isPositive(), "http.writeTimeout must be above zero, was " + writeTimeout);
        check(!stopWithin.isNegative(), "http.stopWithin must not be negative, was " + stopWithin);
        allowedOrigins = Set.copyOf(allowedOrigins);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    public HttpConfig withPort(int other) {
        return copy(other, tls, allowedOrigins, writeTimeout, stopWithin);
    }

    public HttpConfig withTls(TlsFiles files) {
        return copy(port, files, allowedOrigins, writeTimeout, stopWithin);
    }

    public HttpConfig withAllowedOrigins(Set<String> origins) {
        return copy(port, tls, origins, writeTimeout, stopWithin);
    }

    public HttpConfig withTimeouts(Duration write, Duration stop) {
        return copy(port, tls, allowedOrigins, write, stop);
    }

    private HttpConfig copy(
            int newPort, @Nullable TlsFiles newTls, Set<String> origins, Duration write, Duration stop) {
        return new HttpConfig(
                host,
                newPort,
                newTls,
                maxRequestBytes,
                clientMemoryBytes,
                maxConnections,
                origins,
                rate,
                requestTimeout,
                write,
                stop);
    }
}
