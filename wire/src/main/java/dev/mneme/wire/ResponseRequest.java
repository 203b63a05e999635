package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer to record.
@Doc(value = "Where an AI answer came from, to record once.", example = """
                {"userId":"alice","chatId":"c1","messageId":"m7","mode":"parallel","sourceType":"external",
                 "provider":"anthropic","model":"claude","confidence":0.9,"responseHash":"sha256:5f…",
                 "metadata":{"promptTokens":1200,"completionTokens":300,"mcpToolsUsed":["files.read"]}}""")
public record ResponseRequest(
        @Doc(value = "whose chat it was in", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("which instance answered; left out: the writing one") @Nullable @Length(min = 1, max = 128)
        String instanceId,

        @Doc("the chat; a number is given back as one") @OrNumber
        Object chatId,

        @Doc("the message, unique in its chat; a number is given back as one") @OrNumber
        Object messageId,

        @Doc("the mode that the instance was in") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc("where the answer came from") @OneOf({"local", "external", "harmonized"})
        String sourceType,

        @Doc(value = "whose model answered", example = "anthropic") @Length(min = 1, max = 256)
        String provider,

        @Doc("the model that answered") @Length(min = 1, max = 256)
        String model,

        @Doc("how sure it was") @Nullable @Range(min = 0, max = 1)
        Double confidence,

        @Doc("of the answer, as the caller computes it; the answer itself is not kept") @Length(min = 1, max = 256)
        String responseHash,

        @Doc("the caller's own JSON object; totals read promptTokens, completionTokens, totalTokens, cost and"
                + " mcpToolsUsed")
        @Nullable
        Map<String, @Nullable Object> metadata,

        @Doc("when it was given; left out: now") @Nullable @Time
        String timestamp) {}
