package dev.mneme.client;

import org.jspecify.annotations.Nullable;

/// A request that brought no answer that can be read. The message says what happened, in one sentence; [#kind] what it
/// means for whoever asked.
public final class NoAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What is known of a request without an answer.
    public enum Kind {
        /// Nobody is there: nothing was sent.
        UNREACHABLE,
        /// There is no TLS connection to be had: nothing was sent.
        INSECURE,
        /// It asked for something and changes nothing: ask again.
        LOST,
        /// It writes, and it is not known whether the write was done.
        UNKNOWN,
        /// It was a part of a longer work, which can be begun again as a whole.
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

    /// Under which a `POST` of unknown outcome may be repeated; null for anything else.
    public @Nullable String idempotencyKey() {
        return idempotencyKey;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
