package dev.mneme.api.http;

import org.jspecify.annotations.Nullable;

/// Says of an answer across owners that it is not of all of them.
public final class LeftOut {
    /// Of answers that leave somebody out; others lack it.
    public static final Parameter HEADER = Parameter.integer(
            "Mneme-Owners-Left-Out",
            "how many owners this leaves out, because their stored data was changed from outside; missing: none");

    private LeftOut() {}

    /// @return the header's value; null for none
    public static @Nullable String value(int owners) {
        return owners == 0 ? null : String.valueOf(owners);
    }
}
