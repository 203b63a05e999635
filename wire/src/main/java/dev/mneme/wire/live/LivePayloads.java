package dev.mneme.wire.live;

import dev.mneme.wire.ResponseResource;
import java.util.Map;

/// Which payload belongs to which type of message, for each side of a WebSocket. A `ping` of a client may carry any
/// object, and its `pong` carries the same.
public final class LivePayloads {
    /// What the server sends, by type of message.
    public static final Map<String, Class<? extends Record>> FROM_SERVER = Map.ofEntries(
            Map.entry("connect", LiveWelcome.class),
            Map.entry("heartbeat", LiveHeartbeat.class),
            Map.entry("ping", LivePing.class),
            Map.entry("presence", LivePresence.class),
            Map.entry("state-response", LiveState.class),
            Map.entry("mode-update", LiveModeUpdate.class),
            Map.entry("context-sync", LiveContextSync.class),
            Map.entry("memory-update", LiveMemoryUpdate.class),
            Map.entry("response-generated", ResponseResource.class),
            Map.entry("conflict", LiveConflict.class),
            Map.entry("error", LiveError.class),
            Map.entry("disconnect", LiveDisconnect.class));

    /// What a client sends, by type of message.
    public static final Map<String, Class<? extends Record>> FROM_CLIENT = Map.of(
            "connect", LiveConnectRequest.class,
            "state-request", LiveStateRequest.class,
            "mode-update", LiveModeRequest.class,
            "context-sync", LiveContextRequest.class);

    private LivePayloads() {}
}
