package dev.mneme.api.websocket;

import dev.mneme.api.live.EncodedChanges;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.spi.NodeRuntime;

/// What all connections of the door share.
///
/// @param updates changes as [ChangeMessages] writes them
/// @param instanceId the server's own name, as the sender of its messages
record WebSocketContext(
        WebSocketConfig config,
        LiveConnections connections,
        KeyService keys,
        ChangeFeed feed,
        Presence presence,
        EncodedChanges updates,
        ModeService modes,
        ClientWrites writes,
        NodeRuntime runtime,
        String instanceId,
        String serverVersion) {
    /// Version of the messages, which `connect` tells.
    static final int PROTOCOL = 1;
}
