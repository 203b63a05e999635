package dev.mneme.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A request to the server.
///
/// @param path with its query
/// @param body JSON, unless the headers name another `Content-Type`; null for none
/// @param timeout how long its answer may take
/// @param part whether it is a part of a longer piece of work that can be begun again as a whole: if its answer does
///     not come in time, that is a 504
public record Request(
        String method,
        String path,
        @Nullable String body,
        Map<String, String> headers,
        Duration timeout,
        boolean part) {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    public Request {
        headers = Map.copyOf(headers);
    }

    public Request(String method, String path, @Nullable String body, Map<String, String> headers) {
        this(method, path, body, headers, READ_TIMEOUT, false);
    }

    public static Request get(String path) {
        return new Request("GET", path, null, Map.of());
    }

    /// A write with the given idempotency key, or a random one.
    public static Request write(String method, String path, @Nullable String body, @Nullable String idempotencyKey) {
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        return new Request(method, path, body, Map.of("Idempotency-Key", key));
    }

    /// The same with one more header.
    public Request with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Request(method, path, body, all, timeout, part);
    }

    /// Whether it changes something.
    public boolean isWrite() {
        return !method.equals("GET") && headers.containsKey("Idempotency-Key");
    }
}
