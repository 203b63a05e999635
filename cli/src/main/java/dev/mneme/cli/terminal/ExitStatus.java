package dev.mneme.cli.terminal;

import java.util.Arrays;
import java.util.Optional;

/// The exit status of the process. The numbers are a contract with scripts: they are never changed or reused.
public enum ExitStatus {
    OK(0),
    /// The request or the command line is wrong: correct it.
    USAGE(2),
    NOT_FOUND(3),
    /// Somebody else wrote first, or the requested thing is no longer there: read again.
    CONFLICT(4),
    /// No key, a wrong key, or a key that may not do this.
    DENIED(5),
    /// Nobody answers, or the server asks to wait: try again later.
    UNAVAILABLE(6),
    /// The server is in trouble, or it is not known whether the write was done.
    FAILED(7);

    private final int code;

    ExitStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /// The status with this code; empty if there is none.
    public static Optional<ExitStatus> ofCode(int code) {
        return Arrays.stream(values()).filter(status -> status.code == code).findFirst();
    }

    /// The status for a problem of the server; by the HTTP status if this version does not know the code.
    public static ExitStatus of(String problemCode, int httpStatus) {
        return switch (problemCode) {
            case "invalid_request", "too_large", "embedder_mismatch" -> USAGE;
            case "unauthenticated", "not_allowed" -> DENIED;
            case "not_found" -> NOT_FOUND;
            case "version_conflict", "position_expired", "idempotency_key_reused" -> CONFLICT;
            case "rate_limited", "overloaded", "position_ahead", "not_primary", "no_quorum", "hub_unavailable" ->
                UNAVAILABLE;
            case "log_failed", "outcome_unknown", "storage_full", "integrity_violation", "internal" -> FAILED;
            default -> ofHttp(httpStatus);
        };
    }

    private static ExitStatus ofHttp(int httpStatus) {
        return switch (httpStatus) {
            case 401, 403 -> DENIED;
            case 404 -> NOT_FOUND;
            case 409, 410, 412 -> CONFLICT;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> httpStatus >= 400 && httpStatus < 500 ? USAGE : FAILED;
        };
    }
}
