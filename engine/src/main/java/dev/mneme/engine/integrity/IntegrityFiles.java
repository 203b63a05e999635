package dev.mneme.engine.integrity;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What of tamper evidence lies in files of its own.
///
/// @param key the integrity key; null: in the data folder
/// @param anchor where to say how far the folder has come; null: nowhere
/// @param anchorEvery how often that is said, at most, while something is written
public record IntegrityFiles(@Nullable Path key, @Nullable Path anchor, Duration anchorEvery) {
    private static final Duration EVERY = Duration.ofSeconds(10);

    public static final IntegrityFiles DEFAULTS = new IntegrityFiles(null, null);

    public IntegrityFiles(@Nullable Path key, @Nullable Path anchor) {
        this(key, anchor, EVERY);
    }
}
