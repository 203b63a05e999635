package dev.mneme.client;

import org.jspecify.annotations.Nullable;

/// A request without a readable answer. The message says in one sentence what happened, and [#kind] what it means for
/// the caller.
public final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What is known about a request without an answer.
    public enum Kind {
        /// Nobody answers: nothing was sent.
        UNREACHABLE,
        /// There is no TLS connection: nothing was sent.
        INSECURE,
        /// The request changes nothing, so it can be sent again.
        LOST,
        /// The request is a write, and it is not known whether it was done.
        UNKNOWN,
        /// The request was a part of a longer piece of work, which can be begun again as a whole.
        UNFINISHED,
        /// The waiting thread was interrupted.
        INTERRUPTED,
        /// An answer came, and it is not JSON.
        NOT_JSON
    }

    private final Kind kind;
    private final @Nullable String idempotencyKey;

    NoAnswer(Kind kind, String message, Throwable cause) {
        this(kind, message, null, cause);
    }

    NoAnswer(Kind kind, String message, @Nullable String idempotencyKey, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.idempotencyKey = idempotencyKey;
    }

    public Kind kind() {
        return kind;
    }

    /// The key under which a `POST` of unknown outcome may be repeated; null for any other request.
    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
