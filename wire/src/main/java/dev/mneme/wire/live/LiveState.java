package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payload of `state-response`.
@Doc("A user's modes and contexts, and who is connected, at one position.")
@JsonInclude(Include.NON_NULL)
public record LiveState(
        @Doc("the mode of the instance that was switched last, the same in every part; null: no instance has a mode")
        @JsonInclude(Include.ALWAYS)
        @Nullable
        LiveModeUpdate modeState,

        @Doc("the mode of each instance") List<LiveModeUpdate> modes,
        @Doc("the contexts by key") Map<String, LiveContextSync> contexts,
        @Nullable LivePresence presence,
        @Doc("epoch milliseconds") long timestamp,

        @Doc("where the state has only the changes after this position: that position") @Nullable
        String since,

        @Doc("which part of the state this is, where it takes several messages") @Nullable
        Integer part,

        @Doc("how many parts there are") @Nullable Integer parts) {}
