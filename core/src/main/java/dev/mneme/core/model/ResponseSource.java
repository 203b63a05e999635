package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The audit record of one AI answer. There is one for each user, chat and message, and it never changes.
///
/// @param confidence 0 to 1
/// @param responseHash hash of the answer, as the caller computed it; the answer itself is not kept
/// @param metadata tools, tokens, cost, strategies
/// @param sequence of the change that recorded it, which puts the records in order
public record ResponseSource(
        String userId,
        String instanceId,
        String chatId,
        String messageId,
        @Nullable Mode mode,
        SourceType sourceType,
        String provider,
        String model,
        @Nullable Double confidence,
        String responseHash,
        JsonObject metadata,
        Instant at,
        long sequence,
        boolean localOnly,
        NumberedIds numbered)
        implements Subject {

    /// A record whose ids came as strings.
    public ResponseSource(
            String userId,
            String instanceId,
            String chatId,
            String messageId,
            @Nullable Mode mode,
            SourceType sourceType,
            String provider,
            String model,
            @Nullable Double confidence,
            String responseHash,
            JsonObject metadata,
            Instant at,
            long sequence,
            boolean localOnly) {
        this(
                userId,
                instanceId,
                chatId,
                messageId,
                mode,
                sourceType,
                provider,
                model,
                confidence,
                responseHash,
                metadata,
                at,
                sequence,
                localOnly,
                NumberedIds.NONE);
    }

    /// The same record, recorded by another change.
    public ResponseSource withSequence(long other) {
        return new ResponseSource(
                userId,
                instanceId,
                chatId,
                messageId,
                mode,
                sourceType,
                provider,
                model,
                confidence,
                responseHash,
                metadata,
                at,
                other,
                localOnly,
                numbered);
    }

    /// The same record with these two facts about it.
    public ResponseSource flagged(boolean local, NumberedIds numbers) {
        return new ResponseSource(
                userId,
                instanceId,
                chatId,
                messageId,
                mode,
                sourceType,
                provider,
                model,
                confidence,
                responseHash,
                metadata,
                at,
                sequence,
                local,
                numbers);
    }

    @Override
    public long version() {
        return 1;
    }
}
