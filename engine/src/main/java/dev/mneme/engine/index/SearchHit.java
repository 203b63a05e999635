package dev.mneme.engine.index;

import dev.mneme.core.model.MemoryId;
import java.util.Collections;
import java.util.Map;

/// A memory that was found.
///
/// @param ordinal its place in the owner's order of arrival
/// @param score the sum of the weighted parts, 0 to 1
/// @param parts the available parts by the names of [Formula], each 0 to 1; empty unless asked for
public record SearchHit(long ordinal, MemoryId id, double score, Map<String, Double> parts) {
    public SearchHit {
        parts = Collections.unmodifiableMap(parts);
    }
}
