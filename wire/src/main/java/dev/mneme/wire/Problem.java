package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

/// Why a request failed (RFC 9457, `application/problem+json`). Clients branch on `code`.
///
/// @param type where the code is explained, relative to the server
/// @param detail what was wrong and what to do
/// @param field the part of the request at fault, such as `items[3].text`
/// @param requestId names the request in the server's log
/// @param retryAfterMillis how long to wait before trying again
/// @param currentVersion for `version_conflict`: the version that is there
/// @param current for `version_conflict`: what is there
@JsonInclude(Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String code,
        String detail,
        @Nullable String field,
        @Nullable String requestId,
        @Nullable Long retryAfterMillis,
        @Nullable Long currentVersion,
        @Nullable MemoryResource current) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /// The same problem under another HTTP status.
    public Problem withStatus(int other) {
        return new Problem(
                type, title, other, code, detail, field, requestId, retryAfterMillis, currentVersion, current);
    }
}
