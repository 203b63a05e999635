package dev.mneme.api.json;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.wire.Current;
import dev.mneme.wire.Problem;
import org.jspecify.annotations.Nullable;

/// The one place that turns an [ErrorCode] into the answer of a door.
public final class ErrorMapping {
    private ErrorMapping() {}

    /// The HTTP status of a code. A version conflict is 412 if the version came by `If-Match`.
    public static int status(ErrorCode code, boolean byIfMatch) {
        return switch (code) {
            case INVALID_REQUEST -> 400;
            case UNAUTHENTICATED -> 401;
            case NOT_ALLOWED -> 403;
            case NOT_FOUND -> 404;
            case VERSION_CONFLICT -> byIfMatch ? 412 : 409;
            case POSITION_EXPIRED -> 410;
            case TOO_LARGE -> 413;
            case IDEMPOTENCY_KEY_REUSED, EMBEDDER_MISMATCH -> 422;
            case RATE_LIMITED -> 429;
            case INTEGRITY_VIOLATION, INTERNAL -> 500;
            case OVERLOADED, POSITION_AHEAD, NOT_PRIMARY, NO_QUORUM, HUB_UNAVAILABLE, LOG_FAILED, OUTCOME_UNKNOWN ->
                503;
            case STORAGE_FULL -> 507;
        };
    }

    /// A short title, the same for every problem of a code.
    public static String title(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST -> "The request is wrong";
            case UNAUTHENTICATED -> "An API key is needed";
            case NOT_ALLOWED -> "The key may not do this";
            case NOT_FOUND -> "Not found";
            case VERSION_CONFLICT -> "The version has changed";
            case POSITION_EXPIRED -> "The position is no longer kept";
            case TOO_LARGE -> "Too large";
            case IDEMPOTENCY_KEY_REUSED -> "The idempotency key was used for another request";
            case EMBEDDER_MISMATCH -> "The vector is of another embedder";
            case RATE_LIMITED -> "Too many requests";
            case OVERLOADED -> "The server is overloaded";
            case POSITION_AHEAD -> "The position is not reached yet";
            case NOT_PRIMARY -> "Another node is the primary";
            case NO_QUORUM -> "Too few replicas can be reached";
            case HUB_UNAVAILABLE -> "The hub's database cannot be reached";
            case LOG_FAILED -> "The log has failed";
            case OUTCOME_UNKNOWN -> "The outcome is unknown";
            case STORAGE_FULL -> "The disk is full";
            case INTEGRITY_VIOLATION -> "The stored data was changed from outside";
            case INTERNAL -> "Internal error";
        };
    }

    /// How long a caller should wait before the same request can succeed; null if waiting does not help.
    public static @Nullable Long retryAfterMillis(ErrorCode code) {
        return switch (code) {
            case OVERLOADED, RATE_LIMITED, NO_QUORUM, HUB_UNAVAILABLE, OUTCOME_UNKNOWN -> 1_000L;
            case POSITION_AHEAD, NOT_PRIMARY -> 500L;
            default -> null;
        };
    }

    public static Problem problem(MnemeException failure, boolean byIfMatch, @Nullable String requestId) {
        return problem(failure, byIfMatch, requestId, retryAfterMillis(failure.code()));
    }

    public static Problem problem(
            MnemeException failure, boolean byIfMatch, @Nullable String requestId, @Nullable Long retryAfterMillis) {
        ErrorCode code = failure.code();
        Subject current = failure.current();
        return new Problem(
                "/docs#" + code.wireName(),
                title(code),
                status(code, byIfMatch),
                code.wireName(),
                String.valueOf(failure.getMessage()),
                failure.field(),
                requestId,
                retryAfterMillis,
                currentVersion(code, current),
                current == null ? null : resource(current),
                failure.paths().isEmpty() ? null : failure.paths());
    }

    private static @Nullable Long currentVersion(ErrorCode code, @Nullable Subject current) {
        return code == ErrorCode.VERSION_CONFLICT ? Long.valueOf(current == null ? 0 : current.version()) : null;
    }

    /// The record that a conflict shows; null for one that no client can be in conflict with.
    private static @Nullable Current resource(Subject current) {
        return switch (current) {
            case Memory memory -> MemoryMapping.resource(memory);
            case Context context -> ContextMapping.resource(context);
            case ModeState state -> ModeMapping.resource(state);
            case ResponseSource source -> ResponseMapping.resource(source);
            case Conflict conflict -> ConflictMapping.resource(conflict);
            default -> null;
        };
    }
}
