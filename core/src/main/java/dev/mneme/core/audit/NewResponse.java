package dev.mneme.core.audit;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SourceType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An answer of a model, as a caller records it.
///
/// @param user whose chat it was in
/// @param instanceId the instance that answered; null for the caller's
/// @param confidence 0 to 1
/// @param responseHash hash of the answer, as the caller computes it
/// @param metadata see [Usage]
/// @param timestamp when it was given; null for now
/// @param numbered which ids came as numbers
public record NewResponse(
        Owner user,
        @Nullable String instanceId,
        String chatId,
        String messageId,
        @Nullable Mode mode,
        SourceType sourceType,
        String provider,
        String model,
        @Nullable Double confidence,
        String responseHash,
        JsonObject metadata,
        @Nullable Instant timestamp,
        NumberedIds numbered) {}
