package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.Range;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The results of a search.
@Doc("What was found.")
@JsonInclude(Include.NON_NULL)
public record SearchAnswer(
        @Doc("best first, ties by id") List<Result> results,

        @Doc("the owner's, when one owner was asked") @Nullable @Form(Form.POSITION)
        String position,

        @Doc("how long the search took") @Range(min = 0) long tookMillis,

        @Doc("true when the time limit struck before everything was searched") @Nullable
        Boolean timedOut) {

    /// One result.
    @Doc("A memory that was found.")
    @JsonInclude(Include.NON_NULL)
    public record Result(
            MemoryResource memory,

            @Doc(value = "how well it answers", example = "0.83") @Range(min = 0, max = 1)
            double score,

            @Doc("what the score is made of, by name, each 0 to 1; when `explain` asked for it") @Nullable
            Map<String, Double> parts) {}
}
