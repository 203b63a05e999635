package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The mode that an instance is in.
@Doc("The mode that one instance of a user is in.")
public record ModeResource(
        @Doc(value = "whose instance it is", example = "alice")
        String userId,

        @Doc(value = "the instance", example = "desk") String instanceId,

        @Doc("inspired: local AI alone; didactic: external AI; parallel: both")
        @OneOf({"inspired", "didactic", "parallel"})
        String currentMode,

        @Doc("the one before; null at the first") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String previousMode,

        CapabilitiesResource capabilities,
        @Doc("the caller's own JSON object") Map<String, @Nullable Object> configuration,
        @Doc("when it was switched to") @Time String activatedAt,

        @Doc("when mode or configuration last changed") @Time
        String updatedAt,

        @Doc(value = "counts its changes; also its ETag", example = "1") @Range(min = 1)
        long version)
        implements Current {}
