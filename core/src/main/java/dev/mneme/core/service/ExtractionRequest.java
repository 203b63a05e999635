package dev.mneme.core.service;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.FactExtractor.Guidance;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages of which memories are to be made, as a caller brings them.
///
/// @param scope whose every memory is
/// @param metadata of every memory
/// @param timestamp when the messages were said, or null
/// @param expiresAt from then on the memories are hidden; null never
/// @param guidance what the caller wants beside what the operator does
public record ExtractionRequest(
        ScopeIds scope,
        List<Message> messages,
        JsonObject metadata,
        @Nullable Timestamp timestamp,
        @Nullable Instant expiresAt,
        Guidance guidance) {
    public ExtractionRequest {
        messages = List.copyOf(messages);
    }
}
