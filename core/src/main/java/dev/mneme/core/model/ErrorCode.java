package dev.mneme.core.model;

import java.util.Locale;

/// Why a request failed, and what the caller can do about it. A code's name is never changed or reused, since clients
/// branch on it.
public enum ErrorCode {
    INVALID_REQUEST(Advice.FIX_REQUEST),
    UNAUTHENTICATED(Advice.FIX_CREDENTIALS),
    NOT_ALLOWED(Advice.FIX_CREDENTIALS),
    NOT_FOUND(Advice.FIX_REQUEST),
    VERSION_CONFLICT(Advice.READ_AGAIN),
    POSITION_EXPIRED(Advice.READ_AGAIN),
    TOO_LARGE(Advice.FIX_REQUEST),
    IDEMPOTENCY_KEY_REUSED(Advice.FIX_REQUEST),
    EMBEDDER_MISMATCH(Advice.FIX_REQUEST),
    RATE_LIMITED(Advice.BACK_OFF),
    OVERLOADED(Advice.BACK_OFF),
    POSITION_AHEAD(Advice.BACK_OFF),
    NOT_PRIMARY(Advice.BACK_OFF),
    NO_QUORUM(Advice.BACK_OFF),
    HUB_UNAVAILABLE(Advice.BACK_OFF),
    LOG_FAILED(Advice.CALL_OPERATOR),
    OUTCOME_UNKNOWN(Advice.RETRY_SAME_KEY),
    STORAGE_FULL(Advice.CALL_OPERATOR),
    INTEGRITY_VIOLATION(Advice.CALL_OPERATOR),
    INTERNAL(Advice.CALL_OPERATOR);

    /// What the caller can do.
    public enum Advice {
        FIX_REQUEST,
        FIX_CREDENTIALS,
        READ_AGAIN,
        BACK_OFF,
        RETRY_SAME_KEY,
        CALL_OPERATOR
    }

    private final Advice advice;

    ErrorCode(Advice advice) {
        this.advice = advice;
    }

    public Advice advice() {
        return advice;
    }

    /// Whether the very same request may succeed later, although nothing about it or its caller has changed.
    public boolean isPassing() {
        return switch (this) {
            case RATE_LIMITED,
                    OVERLOADED,
                    POSITION_AHEAD,
                    NOT_PRIMARY,
                    NO_QUORUM,
                    HUB_UNAVAILABLE,
                    LOG_FAILED,
                    OUTCOME_UNKNOWN,
                    STORAGE_FULL,
                    INTERNAL -> true;
            case INVALID_REQUEST,
                    UNAUTHENTICATED,
                    NOT_ALLOWED,
                    NOT_FOUND,
                    VERSION_CONFLICT,
                    POSITION_EXPIRED,
                    TOO_LARGE,
                    IDEMPOTENCY_KEY_REUSED,
                    EMBEDDER_MISMATCH,
                    INTEGRITY_VIOLATION -> false;
        };
    }

    /// The code as every door spells it, for example `version_conflict`.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
