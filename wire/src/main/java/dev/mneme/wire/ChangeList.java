package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes after a position.
///
/// @param position where to go on
/// @param reset true when the position asked for can no longer be served: read the state at `position` and go
///     on from there
@JsonInclude(Include.NON_NULL)
public record ChangeList(
        List<ChangeResource> changes,
        String position,
        @Nullable Boolean reset) {}
