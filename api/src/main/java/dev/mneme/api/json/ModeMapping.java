package dev.mneme.api.json;

import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Transition;
import dev.mneme.wire.CapabilitiesResource;
import dev.mneme.wire.ModeResource;
import dev.mneme.wire.TransitionResource;
import org.jspecify.annotations.Nullable;

/// Modes and transitions as the doors show them.
public final class ModeMapping {
    private ModeMapping() {}

    public static ModeResource resource(ModeState state) {
        return new ModeResource(
                state.userId(),
                state.instanceId(),
                state.current().wireName(),
                name(state.previous()),
                resource(state.capabilities()),
                PlainJson.of(state.configuration()),
                Times.format(state.activatedAt()),
                Times.format(state.updatedAt()),
                state.version());
    }

    public static CapabilitiesResource resource(Capabilities capabilities) {
        return new CapabilitiesResource(
                capabilities.localAi(),
                capabilities.externalAi(),
                capabilities.multiChannel(),
                capabilities.offlineCapable(),
                capabilities.realTimeSync());
    }

    public static @Nullable Capabilities capabilities(@Nullable CapabilitiesResource sent) {
        return sent == null
                ? null
                : new Capabilities(
                        sent.localAI(),
                        sent.externalAI(),
                        sent.multiChannel(),
                        sent.offlineCapable(),
                        sent.realTimeSync());
    }

    public static TransitionResource resource(Transition transition) {
        return new TransitionResource(
                transition.userId(),
                transition.instanceId(),
                name(transition.from()),
                transition.to().wireName(),
                transition.contextSnapshot() instanceof JsonObject snapshot ? PlainJson.of(snapshot) : null,
                transition.durationMillis(),
                transition.success(),
                transition.error(),
                Times.format(transition.at()));
    }

    public static @Nullable String name(@Nullable Mode mode) {
        return mode == null ? null : mode.wireName();
    }
}
