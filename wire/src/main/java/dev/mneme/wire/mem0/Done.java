package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// Says that something was done.
///
/// @param cascadeCount how many linked memories were deleted too
@JsonInclude(Include.NON_NULL)
public record Done(
        String message,
        @JsonProperty("event_id") @Nullable String eventId,
        @JsonProperty("cascade_count") @Nullable Integer cascadeCount) {
    public Done(String message) {
        this(message, null, null);
    }
}
