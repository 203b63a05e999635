package dev.mneme.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A path with its query, percent-encoded.
public final class Query {
    private final StringBuilder text;
    private char separator = '?';

    public Query(String path) {
        text = new StringBuilder(path);
    }

    /// A path that ends in an id that somebody typed.
    public static Query of(String path, String id) {
        return new Query(path + "/" + encode(id));
    }

    /// Adds a parameter, unless its value is null.
    public Query with(String name, @Nullable Object value) {
        if (value != null) {
            text.append(separator).append(name).append('=').append(encode(value.toString()));
            separator = '&';
        }
        return this;
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
