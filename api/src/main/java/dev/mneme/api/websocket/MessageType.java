package dev.mneme.api.websocket;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Every type of message, and whether a client may send it.
enum MessageType {
    CONNECT(From.EITHER),
    DISCONNECT(From.EITHER),
    PING(From.EITHER),
    PONG(From.EITHER),
    HEARTBEAT(From.EITHER),
    STATE_REQUEST(From.CLIENT),
    STATE_RESPONSE(From.SERVER),
    MODE_UPDATE(From.EITHER),
    CONTEXT_SYNC(From.EITHER),
    RESPONSE_GENERATED(From.SERVER),
    CONFLICT(From.SERVER),
    MEMORY_UPDATE(From.SERVER),
    PRESENCE(From.SERVER),
    ERROR(From.SERVER);

    /// Who may send a type.
    enum From {
        CLIENT,
        SERVER,
        EITHER
    }

    private static final Map<String, MessageType> BY_NAME =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(MessageType::wireName, Function.identity()));

    private final From from;

    MessageType(From from) {
        this.from = from;
    }

    From from() {
        return from;
    }

    /// For example `state-request`.
    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static @Nullable MessageType of(String wireName) {
        return BY_NAME.get(wireName);
    }
}
