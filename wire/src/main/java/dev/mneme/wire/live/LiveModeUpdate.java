package dev.mneme.wire.live;

import dev.mneme.wire.CapabilitiesResource;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payload of the server's `mode-update`: the mode by the names of this generation and of the first.
@Doc("The mode of an instance, after it was switched or configured.")
public record LiveModeUpdate(
        @Doc("the mode now") @OneOf({"inspired", "didactic", "parallel"})
        String currentMode,

        @Doc("the mode before; null at the first") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String previousMode,

        @Doc("of a switch: the mode before; else the mode that goes on")
        @Nullable
        @OneOf({"inspired", "didactic", "parallel"})
        String fromMode,

        @Doc("the same as currentMode") @OneOf({"inspired", "didactic", "parallel"})
        String toMode,

        @Doc("the instance's own JSON object") Map<String, @Nullable Object> configuration,
        CapabilitiesResource capabilities,
        @Doc(value = "the instance", example = "desk") String instanceId,

        @Doc("when it was switched to, in epoch milliseconds")
        long activatedAt,

        @Doc("counts the mode's changes") long version) {}
