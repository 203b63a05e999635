package dev.mneme.api.websocket;

/// What a WebSocket client may send. A config that exists is valid.
///
/// @param messageBytes of one message, over all of its frames; the server's messages keep to it too
/// @param strangerMessageBytes of one message of a client that has shown no key
/// @param messagesPerSecond of one connection, sustained
/// @param messageBurst of one connection, at once
/// @param errorBurst how many messages may be refused in quick succession before the connection is closed
public record WebSocketConfig(
        int messageBytes, int strangerMessageBytes, int messagesPerSecond, int messageBurst, int errorBurst) {
    public static final WebSocketConfig DEFAULTS = new WebSocketConfig(2 << 20, 64 << 10, 100, 200, 20);

    /// How much a server's message takes besides the parts that it can be split into.
    static final int ENVELOPE_BYTES = 4 << 10;

    public WebSocketConfig {
        check(messageBytes >= 8 << 10, "websocket.messageBytes must be at least 8192, was " + messageBytes);
        check(
                strangerMessageBytes >= 1 << 10 && strangerMessageBytes <= messageBytes,
                "websocket.strangerMessageBytes must be 1024 to websocket.messageBytes, was " + strangerMessageBytes);
        check(messagesPerSecond > 0, "websocket.messagesPerSecond must be positive, was " + messagesPerSecond);
        check(messageBurst > 0, "websocket.messageBurst must be positive, was " + messageBurst);
        check(errorBurst > 0, "websocket.errorBurst must be positive, was " + errorBurst);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
