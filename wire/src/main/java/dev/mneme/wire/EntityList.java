package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Scope ids that memories carry, ordered by kind and id.
@Doc("Scope ids that memories carry, by kind and id.")
public record EntityList(
        List<Entity> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor) {
    /// A scope id.
    @Doc("A user, agent, application or run.")
    public record Entity(
            @OneOf({"user", "agent", "app", "run"}) String kind,
            @Doc(value = "its id", example = "alice") String id,

            @Doc("how many live memories carry it") @Range(min = 0)
            long memories,

            @Doc("when one of them last changed") @Time String updatedAt) {}
}
