package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The audit record of one AI answer.
@Doc("The audit record of one AI answer. Never changes.")
public record ResponseResource(
        @Doc(value = "whose chat it was in", example = "alice")
        String userId,

        @Doc("the instance that answered") String instanceId,

        @Doc("the chat; a number if it came as one") @OrNumber
        Object chatId,

        @Doc("the message, unique in its chat; a number if it came as one") @OrNumber
        Object messageId,

        @Doc("the mode that the instance was in") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc("where the answer came from") @OneOf({"local", "external", "harmonized"})
        String sourceType,

        @Doc(value = "whose model answered", example = "anthropic")
        String provider,

        @Doc("the model that answered") String model,

        @Doc("how sure it was") @Nullable @Range(min = 0, max = 1)
        Double confidence,

        @Doc("of the answer, as the caller computed it") String responseHash,
        @Doc("the caller's own JSON object") Map<String, @Nullable Object> metadata,
        @Doc("when the answer was given") @Time String timestamp)
        implements Current {}
