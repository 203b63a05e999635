package dev.mneme.api.live;

import dev.mneme.core.model.ErrorCode;
import org.jspecify.annotations.Nullable;

/// Why the server ends a live connection.
///
/// @param code the error code, or null when nothing failed
/// @param message for the client: what happened and what to do
public record Goodbye(Reason reason, @Nullable ErrorCode code, String message) {
    /// The kinds of end, each with its WebSocket close code (RFC 6455 §7.4). Codes from 4000 are the application's own:
    /// 4000 + the corresponding HTTP status.
    public enum Reason {
        NORMAL(1000),
        STOPPING(1001),
        PROTOCOL_ERROR(1002),
        NOT_TEXT(1003),
        NOT_UTF8(1007),
        TOO_LARGE(1009),
        FAILED(1011),
        TOO_MANY_CONNECTIONS(1013),
        OVERLOADED(1013),
        TOO_MANY_ERRORS(4400),
        UNAUTHENTICATED(4401),
        NOT_ALLOWED(4403),
        SILENT(4408),
        FLOOD(4429);

        private final int closeCode;

        Reason(int closeCode) {
            this.closeCode = closeCode;
        }

        public int closeCode() {
            return closeCode;
        }
    }

    public static final Goodbye SERVER_STOPS =
            new Goodbye(Reason.STOPPING, null, "The server is stopping: connect again with resumeFrom.");
    static final Goodbye KEY_REVOKED =
            new Goodbye(Reason.UNAUTHENTICATED, ErrorCode.UNAUTHENTICATED, "This API key was revoked.");
    static final Goodbye KEY_EXPIRED = new Goodbye(
            Reason.UNAUTHENTICATED, ErrorCode.UNAUTHENTICATED, "This API key has expired: ask for a new one.");
    static final Goodbye NO_CREDENTIALS = new Goodbye(
            Reason.UNAUTHENTICATED,
            ErrorCode.UNAUTHENTICATED,
            "No API key came in time: send it in the handshake or in the first frame, a connect.");
    static final Goodbye SILENCE = new Goodbye(
            Reason.SILENT, null, "Nothing was heard of this client: answer pings, or connect again with resumeFrom.");
}
