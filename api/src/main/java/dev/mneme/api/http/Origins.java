package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Decides which browser pages may call: those of the server itself, and those of origins that were allowed by name.
public final class Origins {
    private final Set<String> allowed;

    public Origins(Set<String> allowed) {
        this.allowed = Set.copyOf(allowed);
    }

    /// @param origin the `Origin` header; null when no browser page asks
    /// @param host the `Host` header
    /// @throws MnemeException `not_allowed`
    public void require(@Nullable String origin, @Nullable String host) {
        if (origin != null && !isOwn(origin, host) && !allowed.contains(origin)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "Pages of this origin may not call this server: add the origin to http.allowedOrigins.");
        }
    }

    /// Whether a page of this other origin may read the answer.
    boolean sharesWith(@Nullable String origin) {
        return origin != null && allowed.contains(origin);
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        return host != null
                && scheme > 0
                && origin.substring(scheme + 3).toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
    }
}
