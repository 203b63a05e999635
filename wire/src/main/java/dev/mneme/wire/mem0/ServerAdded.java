package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An add, as mem0's own server answers it.
///
/// @param status `PENDING` if it could not be waited for; otherwise left out, as `message` and `eventId` are
@JsonInclude(Include.NON_NULL)
public record ServerAdded(
        List<AddResult> results,
        @Nullable String message,
        @Nullable String status,
        @JsonProperty("event_id") @Nullable String eventId) {}
