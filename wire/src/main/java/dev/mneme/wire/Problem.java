package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Why a request failed (RFC 9457, `application/problem+json`).
@Doc("Why a request failed (RFC 9457). Branch on `code`; `detail` says what to do.")
@JsonInclude(Include.NON_NULL)
public record Problem(
        @Doc(value = "where the code is explained, relative to the server", example = "/docs#invalid_request")
        String type,

        @Doc("the same words for every problem of a code") String title,
        @Doc("the HTTP status") @Range(min = 400, max = 599) int status,

        @Doc("why; a code is never renamed")
        @OneOf({
            "invalid_request",
            "unauthenticated",
            "not_allowed",
            "not_found",
            "version_conflict",
            "position_expired",
            "too_large",
            "idempotency_key_reused",
            "embedder_mismatch",
            "rate_limited",
            "overloaded",
            "position_ahead",
            "not_primary",
            "no_quorum",
            "hub_unavailable",
            "log_failed",
            "outcome_unknown",
            "storage_full",
            "integrity_violation",
            "internal"
        })
        String code,

        @Doc("what was wrong and what to do") String detail,

        @Doc(value = "the part of the request at fault", example = "items[3].text") @Nullable
        String field,

        @Doc("names the request in the server's log") @Nullable
        String requestId,

        @Doc("how long to wait before trying again") @Nullable @Range(min = 0)
        Long retryAfterMillis,

        @Doc("of version_conflict: the version that is there; 0: none is") @Nullable @Range(min = 0)
        Long currentVersion,

        @Doc("of version_conflict: what is there") @Nullable Current current,

        @Doc(value = "of edits that clash: the JSON Pointers (RFC 6901) where they do", example = "[\"/theme\"]")
        @Nullable
        List<String> paths) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /// The same problem under another HTTP status.
    public Problem withStatus(int other) {
        return new Problem(
                type, title, other, code, detail, field, requestId, retryAfterMillis, currentVersion, current, paths);
    }
}
