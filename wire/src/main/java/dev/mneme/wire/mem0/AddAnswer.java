package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An add, as the third version of the platform answers it.
///
/// @param status `SUCCEEDED`, `PENDING` or `FAILED`
/// @param results left out while it is pending
@JsonInclude(Include.NON_NULL)
public record AddAnswer(
        String message,
        String status,
        @JsonProperty("event_id") String eventId,
        @Nullable List<AddResult> results) {}
