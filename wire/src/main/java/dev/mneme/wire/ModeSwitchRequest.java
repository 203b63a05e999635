package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A switch of mode, or an attempt at one.
@Doc(value = "A switch of mode, or an attempt that failed.", example = """
                {"userId":"alice","instanceId":"desk","toMode":"parallel","configuration":{"model":"big"},
                 "transitionDuration":250}""")
public record ModeSwitchRequest(
        @Doc(value = "whose instance it is", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc(value = "the instance; left out: the caller's own", example = "desk") @Nullable @Length(min = 1, max = 256)
        String instanceId,

        @Doc("the mode to switch to") @OneOf({"inspired", "didactic", "parallel"})
        String toMode,

        @Doc("left out: the mode's usual ones") @Nullable CapabilitiesResource capabilities,

        @Doc("the caller's own JSON object, 64 KiB at most; left out: the one that is there stays, unless it was made"
                + " while inspired")
        @Nullable
        Map<String, @Nullable Object> configuration,

        @Doc("what was open at the time: the caller's own JSON object, 64 KiB at most") @Nullable
        Map<String, @Nullable Object> contextSnapshot,

        @Doc("how long it took, in milliseconds") @Nullable @Range(min = 0)
        Long transitionDuration,

        @Doc("why it failed: then only the transition is recorded, and the mode stays")
        @Nullable
        @Length(min = 1, max = 1_024)
        String errorMessage,

        @Doc("the version that the writer saw; 0: has no mode yet") @Nullable @Range(min = 0)
        Long expectedVersion) {}
