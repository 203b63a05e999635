package dev.mneme.api.websocket;

/// What a client sent: a whole text message, or a control frame.
sealed interface Message {
    record Text(String text) implements Message {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Ping(byte[] payload) implements Message {}

    record Pong() implements Message {}

    /// The client closes with this code (1005: it gave none).
    record Close(int code) implements Message {}
}
