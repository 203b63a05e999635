package dev.mneme.api.http;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/// A successful answer of a route, for its documentation.
///
/// @param type the `wire` record that it carries; null for none, or for what is no JSON
public record Reply(int status, String mediaType, @Nullable Type type, String description) {
    public static Reply json(int status, Type type, String description) {
        return new Reply(status, "application/json", type, description);
    }

    public static Reply page(String mediaType, String description) {
        return new Reply(200, mediaType, null, description);
    }
}
