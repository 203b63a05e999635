package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// What somebody thinks of a memory.
///
/// @param id the memory's: there is one feedback on each
public record FeedbackItem(
        String id,
        @Nullable String feedback,
        @JsonProperty("feedback_reason") @Nullable String feedbackReason) {}
