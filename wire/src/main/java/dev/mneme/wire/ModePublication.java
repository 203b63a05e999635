package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A change of mode to publish.
@Doc(value = "A change of mode of the calling instance.", example = """
                {"userId":"alice","fromMode":"didactic","toMode":"parallel"}""")
public record ModePublication(
        @Doc(value = "whose instance", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("the mode before, as the caller saw it: it counts where none is stored for the instance")
        @Nullable
        @OneOf({"inspired", "didactic", "parallel"})
        String fromMode,

        @Doc("the new one") @OneOf({"inspired", "didactic", "parallel"})
        String toMode,

        @Doc("of the mode; left out: it stays") @Nullable Map<String, @Nullable Object> configuration) {}
