package dev.mneme.core.memory;

import dev.mneme.core.model.Position;
import org.jspecify.annotations.Nullable;

/// The result of a deletion.
///
/// @param count how many memories were deleted
/// @param position the owner's position after it; null where several owners were asked
public record Deletion(long count, @Nullable Position position, boolean replayed) {}
