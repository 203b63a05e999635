package dev.mneme.core.hub;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a service of a hub is.
///
/// @param connected whether it answers
/// @param degraded what does not work, in words for an operator; empty when all does
/// @param since when the present state began
/// @param problems what was set aside or differs from what is expected, at most 100 sentences
public record HubHealth(
        boolean connected, String degraded, @Nullable Instant since, List<String> problems) {
    public HubHealth {
        problems = List.copyOf(problems);
    }
}
