package dev.mneme.core.spi;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param nextCursor where the next page begins; null at the end
/// @param position the owner's, when one owner was asked
public record MemoryPage(
        List<Memory> items,
        @Nullable String nextCursor,
        @Nullable Position position) {}
