package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The results for the lines of an import.
@Doc("What became of the lines of an import.")
public record ImportAnswer(
        @Doc("records that came in") @Range(min = 0) int added,

        @Doc("records that were there already") @Range(min = 0)
        int known,

        @Doc("a line each, in their order; without onError=skip the first bad one is the last")
        List<Line> items) {

    /// The result for one line.
    @Doc("What became of one line.")
    @JsonInclude(Include.NON_NULL)
    public record Line(
            @Doc("the first is 1") @Range(min = 1) int line,

            @Doc("NONE: it was there already") @Nullable @OneOf({"ADD", "NONE"})
            String event,

            @Doc("why it was refused") @Nullable Problem error) {}
}
