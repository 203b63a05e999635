package dev.mneme.api.websocket;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mneme.api.json.ModeMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ModeState;
import dev.mneme.wire.live.LiveContextSync;
import dev.mneme.wire.live.LiveModeUpdate;
import dev.mneme.wire.live.LivePresence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the payloads of `wire.live` from records of the core.
final class Payloads {
    private Payloads() {}

    /// JSON that is written as it is.
    ///
    /// @param length in bytes, as UTF-8
    record Raw(String json, int length) {
        @JsonValue
        @JsonRawValue
        @Override
        public String json() {
            return json;
        }
    }

    /// `LiveState`, whose large members are written once, when their sizes are added up, and not again with the
    /// message.
    ///
    /// @param modes as `LiveModeUpdate`, like `modeState`
    /// @param contexts as `LiveContextSync`
    @JsonInclude(Include.NON_NULL)
    record State(
            @JsonInclude(Include.ALWAYS) @Nullable Raw modeState,
            List<Raw> modes,
            Map<String, Raw> contexts,
            @Nullable LivePresence presence,
            long timestamp,
            @Nullable String since,
            @Nullable Integer part,
            @Nullable Integer parts) {}

    /// @param switched whether the mode was switched; else it was configured
    static LiveModeUpdate modeUpdate(ModeState state, boolean switched) {
        return new LiveModeUpdate(
                state.current().wireName(),
                ModeMapping.name(state.previous()),
                switched ? ModeMapping.name(state.previous()) : state.current().wireName(),
                state.current().wireName(),
                PlainJson.of(state.configuration()),
                ModeMapping.resource(state.capabilities()),
                state.instanceId(),
                state.activatedAt().toEpochMilli(),
                state.version());
    }

    static LiveContextSync contextSync(Context context, boolean deleted) {
        return new LiveContextSync(
                context.key(),
                context.type().wireName(),
                ModeMapping.name(context.mode()),
                deleted ? null : PlainJson.of(context.data()),
                context.tags(),
                context.version(),
                "replace",
                deleted ? true : null);
    }
}
