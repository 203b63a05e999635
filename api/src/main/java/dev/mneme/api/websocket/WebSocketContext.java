package dev.mneme.api.websocket;

import dev.mneme.api.live.EncodedChanges;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.spi.NodeRuntime;

/// What every connection of the door shares.
///
/// @param updates changes as [ChangeMessages] writes them
/// @param instanceId the server's own, the sender of its messages
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
    /// Of the messages, as a `connect` says it.
    static final int PROTOCOL = 1;
}
