package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A change of mode.
@Doc("A change of mode, or an attempt that failed.")
public record TransitionResource(
        @Doc(value = "whose instance it was", example = "alice")
        String userId,

        @Doc(value = "the instance", example = "desk") String instanceId,

        @Doc("the mode before; null at the first") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String fromMode,

        @Doc("the mode after it, or that was wanted") @OneOf({"inspired", "didactic", "parallel"})
        String toMode,

        @Doc("what was open at the time: the caller's own JSON object") @Nullable
        Map<String, @Nullable Object> contextSnapshot,

        @Doc("how long it took, in milliseconds") @Nullable @Range(min = 0)
        Long transitionDuration,

        boolean success,
        @Doc("why it failed") @Nullable String errorMessage,
        @Doc("when") @Time String timestamp) {}
