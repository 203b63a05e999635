package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

/// What a committed write did.
///
/// @param previous the position that the reader had before this change
/// @param type such as `memory.added`
/// @param key the id of the key that wrote it
/// @param instance the instance that wrote it
/// @param memory as the change left it; of a deleted one, as it last was
@JsonInclude(Include.NON_NULL)
public record ChangeResource(
        String position,
        String previous,
        String type,
        String at,
        String key,
        String instance,
        @Nullable MemoryResource memory) {}
