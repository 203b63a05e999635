package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was found, best first, ties by id.
///
/// @param position the owner's, when one owner was asked
/// @param timedOut true when the time limit struck before everything was searched
@JsonInclude(Include.NON_NULL)
public record SearchAnswer(
        List<Result> results,
        @Nullable String position,
        long tookMillis,
        @Nullable Boolean timedOut) {

    /// @param score 0 to 1
    /// @param parts what the score is made of, when that was asked for
    @JsonInclude(Include.NON_NULL)
    public record Result(
            MemoryResource memory, double score, @Nullable Map<String, Double> parts) {}
}
