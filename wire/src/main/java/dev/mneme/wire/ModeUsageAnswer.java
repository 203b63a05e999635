package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;

/// For how long each mode was on.
@Doc("How long which mode was on. Time before an instance's first mode counts for none.")
public record ModeUsageAnswer(
        @Time String since,
        @Doc("no later than the answer") @Time String until,

        @Doc("of the user as a whole, whose mode is that of the instance switched last")
        List<Share> user,

        @Doc("of each instance, by its name") List<OfInstance> instances) {
    /// A mode's share.
    @Doc("A mode's share of the time between `since` and `until`.")
    public record Share(
            @OneOf({"inspired", "didactic", "parallel"}) String mode,
            @Doc("how long it was on") @Range(min = 0) long millis,

            @Doc("the same, of the whole time") @Range(min = 0, max = 1)
            double share) {}

    /// An instance's.
    @Doc("How long which mode of an instance was on.")
    public record OfInstance(
            @Doc(value = "the instance", example = "desk") String instanceId, List<Share> modes) {}
}
