package dev.mneme.api.request;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Times of requests, which were read already: they are in our own form.
public final class SentTimes {
    private SentTimes() {}

    public static @Nullable Instant instant(@Nullable String time) {
        return time == null ? null : Instant.parse(time);
    }
}
