package dev.mneme.api.http;

import io.helidon.websocket.WsListener;
import java.util.function.Supplier;

/// A path that can be upgraded to WebSocket.
///
/// @param listener makes the listener of one connection; its `onHttpUpgrade` checks origin and key
public record WsEndpoint(String path, Supplier<WsListener> listener) {}
