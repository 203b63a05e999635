package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.core.model.MnemeException;
import java.util.Locale;

/// Booleans in a query string, as JavaScript (`true`) and Python (`True`) write them.
final class Flags {
    private Flags() {}

    static boolean of(Query query, String name) {
        String value = query.filled(name);
        return switch (value == null ? "false" : value.toLowerCase(Locale.ROOT)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw MnemeException.invalid(name, name + " must be true or false.");
        };
    }
}
