package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes after a position.
@Doc("Changes after a position.")
@JsonInclude(Include.NON_NULL)
public record ChangeList(
        @Doc("oldest first") List<ChangeResource> changes,
        @Doc("where to go on") String position,

        @Doc("true when the position asked for can no longer be served: read the state at `position`, and go on there")
        @Nullable
        Boolean reset) {}
