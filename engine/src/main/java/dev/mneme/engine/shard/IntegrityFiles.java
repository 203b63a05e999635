package dev.mneme.engine.shard;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What of tamper evidence lies in files of its own.
///
/// @param key the integrity key; null: in the data folder
/// @param anchor where to say how far the folder has come; null: nowhere
public record IntegrityFiles(@Nullable Path key, @Nullable Path anchor) {
    public static final IntegrityFiles DEFAULTS = new IntegrityFiles(null, null);
}
