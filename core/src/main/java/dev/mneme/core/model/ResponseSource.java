package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The audit record of one AI answer, unique by (user, chat, message). Never changes.
///
/// @param confidence 0 to 1
/// @param responseHash of the answer, as the caller computed it; the answer itself is not kept
/// @param metadata tools, tokens, cost, strategies
/// @param sequence of the change that recorded it: the order of records
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

    /// One whose ids came as strings.
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

    /// The same, recorded by another change.
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

    /// The same, with what else is known of it.
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
