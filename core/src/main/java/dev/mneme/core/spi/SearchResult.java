package dev.mneme.core.spi;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// @param hits best first, ties by id
/// @param position the owner's, when one owner was asked
/// @param timedOut whether the time limit was reached before every shard was searched
public record SearchResult(List<Hit> hits, @Nullable Position position, boolean timedOut) {
    /// @param parts each part's value, in [0, 1], by the names of the retrieval formula
    public record Hit(Memory memory, double score, Map<String, Double> parts) {}
}
