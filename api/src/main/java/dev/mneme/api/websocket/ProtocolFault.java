package dev.mneme.api.websocket;

import dev.mneme.api.live.Goodbye.Reason;

/// The client broke the WebSocket protocol or one of its limits, so that nothing further can be read.
final class ProtocolFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    ProtocolFault(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
