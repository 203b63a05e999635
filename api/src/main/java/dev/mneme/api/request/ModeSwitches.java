package dev.mneme.api.request;

import dev.mneme.api.json.ModeMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.wire.ModePatchRequest;
import dev.mneme.wire.ModeSwitchRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the core's switches and patches from requests that concern a mode.
public final class ModeSwitches {
    private ModeSwitches() {}

    /// @param expectedVersion the version that the caller saw, or `Command.ANY_VERSION`
    public static ModeService.Switch of(ModeSwitchRequest body, long expectedVersion) {
        return new ModeService.Switch(
                body.instanceId(),
                Mode.of(body.toMode()).orElseThrow(),
                ModeMapping.capabilities(body.capabilities()),
                object(body.configuration()),
                object(body.contextSnapshot()),
                body.transitionDuration(),
                body.errorMessage(),
                expectedVersion);
    }

    /// @throws MnemeException `invalid_request` for an empty patch
    public static void requireChange(ModePatchRequest body) {
        if (body.configuration() == null && body.capabilities() == null) {
            throw MnemeException.invalid("body", "Say what to change: configuration or capabilities.");
        }
    }

    /// JSON that may be left out.
    public static @Nullable JsonObject object(@Nullable Map<String, @Nullable Object> sent) {
        return sent == null ? null : PlainJson.toJson(sent);
    }
}
