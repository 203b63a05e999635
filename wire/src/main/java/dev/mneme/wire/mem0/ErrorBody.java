package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.mneme.wire.Problem;
import org.jspecify.annotations.Nullable;

/// Why a request failed: `detail` for the Python client, `error` for programs that read mem0's older answers, and
/// besides them the code by which Mneme names the failure everywhere.
@JsonInclude(Include.NON_NULL)
public record ErrorBody(
        String detail,
        String error,
        String code,
        @Nullable String field,
        @JsonProperty("request_id") @Nullable String requestId) {
    public static ErrorBody of(Problem problem) {
        return new ErrorBody(problem.detail(), problem.detail(), problem.code(), problem.field(), problem.requestId());
    }
}
