package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Range;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An answer to record, as a first-generation desktop sends it.
@Doc(value = "Where an AI answer came from, to record once.", example = """
                {"userId":"alice","chatId":12,"messageId":340,"mode":"parallel","responseHash":"5f3a",
                 "source":{"sourceType":"external","provider":"anthropic","model":"claude"}}""")
public record ResponsePublication(
        @Doc(value = "whose chat it was in", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("the chat") @OrNumber Object chatId,

        @Doc("the message, unique in its chat") @OrNumber Object messageId,

        @Doc("the mode that the instance was in") @Nullable @OneOf({"inspired", "didactic", "parallel"})
        String mode,

        @Doc("where it came from") Source source,

        @Doc("of the answer, as the caller computes it") @Length(min = 1, max = 256)
        String responseHash) {

    /// Where an answer came from.
    @Doc("Where an answer came from.")
    public record Source(
            @Doc("what kind of source") @OneOf({"local", "external", "harmonized"})
            String sourceType,

            @Doc("whose model answered") @Length(min = 1, max = 256)
            String provider,

            @Doc("the model that answered") @Length(min = 1, max = 256)
            String model,

            @Doc("how sure it was") @Nullable @Range(min = 0, max = 1)
            Double confidence,

            @Doc("the caller's own JSON object") @Nullable Map<String, @Nullable Object> metadata) {}
}
