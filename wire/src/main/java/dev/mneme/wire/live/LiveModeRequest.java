package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payload of a client's `mode-update`: it switches the mode of the sender's instance.
@Doc("Switches the mode of the sender's instance; send currentMode or toMode.")
@JsonInclude(Include.NON_NULL)
public record LiveModeRequest(
        @Doc("the new mode") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String currentMode,

        @Doc("the new mode, by the name of the first generation") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String toMode,

        @Doc("the instance's own JSON object; left out: as it was") @Nullable
        Map<String, @Nullable Object> configuration) {}
