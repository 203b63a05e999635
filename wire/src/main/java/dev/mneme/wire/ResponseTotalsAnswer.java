package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sums over response sources.
@Doc("Sums over response sources, as a whole and by group.")
public record ResponseTotalsAnswer(
        @Doc("by what the groups are") @OneOf({"provider", "model", "mode", "sourceType", "tool", "day"})
        String by,

        @Doc("of all that was asked for") Sum total,

        @Doc("days in their order, others the most answers first; one that used several tools is in each of theirs")
        List<Group> groups,

        @Doc("the owner's, as of which all is counted") @Form(Form.POSITION)
        String position) {

    /// One group.
    @Doc("The sum of one group.")
    public record Group(
            @Doc("null: those without a mode, or without tools") @Nullable
            String key,

            Sum sum) {}

    /// What is added up.
    @Doc("What is added up.")
    public record Sum(
            @Doc("how many answers") @Range(min = 0) long responses,

            @Doc("of those that say one") @Nullable @Range(min = 0, max = 1)
            Double meanConfidence,

            @Range(min = 0) long promptTokens,
            @Range(min = 0) long completionTokens,
            @Range(min = 0) long totalTokens,

            @Doc("of those whose cost is known: metadata.cost, else the server's responses.prices") @Range(min = 0)
            double cost,

            @Doc("how many answers' cost is not known") @Range(min = 0)
            long unpriced) {}
}
