package dev.mneme.api.request;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Times of requests. They were read before, so they are in Mneme's own form.
public final class SentTimes {
    private SentTimes() {}

    public static @Nullable Instant instant(@Nullable String time) {
        return time == null ? null : Instant.parse(time);
    }
}
