package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of entities, with how many there are of each type.
public record EntityPage(
        long count,
        @Nullable String next,
        @Nullable String previous,
        List<EntityItem> results,
        @JsonProperty("total_users") long totalUsers,
        @JsonProperty("total_agents") long totalAgents,
        @JsonProperty("total_apps") long totalApps,
        @JsonProperty("total_runs") long totalRuns) {}
