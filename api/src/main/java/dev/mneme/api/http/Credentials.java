package dev.mneme.api.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Finds the API key's secret in a request's headers: `Authorization: Bearer …` or `Token …`, or `X-API-Key`.
public final class Credentials {
    private Credentials() {}

    /// Whether a request's `Accept` asks for server-sent events.
    public static boolean takesEvents(@Nullable String accept) {
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
    }

    /// @return the secret; null when the request brings none
    public static @Nullable String secret(@Nullable String authorization, @Nullable String apiKey) {
        if (authorization == null) {
            return apiKey == null ? null : apiKey.strip();
        }
        int space = authorization.indexOf(' ');
        String scheme = space < 0 ? "" : authorization.substring(0, space);
        if (scheme.equalsIgnoreCase("Bearer") || scheme.equalsIgnoreCase("Token")) {
            return authorization.substring(space + 1).strip();
        }
        return null;
    }
}
