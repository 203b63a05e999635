package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// An add as the third version of the platform answers it.
///
/// @param status `SUCCEEDED`
public record AddAnswer(
        String message,
        String status,
        @JsonProperty("event_id") String eventId,
        List<AddResult> results) {}
