package dev.mneme.engine.index;

import dev.mneme.core.model.MemoryId;
import java.util.Collections;
import java.util.Map;

/// A memory that was found.
///
/// @param ordinal where it stands in the owner's order of arrival
/// @param score what the weighted parts add up to, 0 to 1
/// @param parts the parts that could be had, by the names of [Formula], each 0 to 1; empty unless asked for
public record SearchHit(long ordinal, MemoryId id, double score, Map<String, Double> parts) {
    public SearchHit {
        parts = Collections.unmodifiableMap(parts);
    }
}
