package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the server is. What counts everybody's data is left out for keys with a restriction.
///
/// @param log `ok`, `log_failed` or `storage_full`
/// @param sockets open WebSocket connections
/// @param indexBacklog memories that the search index has yet to rebuild
/// @param reembedding owners whose vectors are still to be moved to the present embedder; absent until they
///     are counted
/// @param embedder the id of what turns texts into vectors; null: nothing does
@JsonInclude(Include.NON_NULL)
public record Status(
        String version,
        long uptimeSeconds,
        String epoch,
        String log,
        @Nullable String embedder,
        @Nullable List<Shard> shards,
        @Nullable Long owners,
        @Nullable Long memories,
        @Nullable Integer sockets,
        @Nullable Long indexBacklog,
        @Nullable Long reembedding) {

    /// @param logIndex the last entry of its log
    /// @param applied the last entry that its tables contain
    /// @param checkpoint the last entry that its durable tables contain
    /// @param queue writes that wait
    /// @param error what stopped it
    @JsonInclude(Include.NON_NULL)
    public record Shard(
            String name,
            long logIndex,
            long applied,
            long checkpoint,
            int queue,
            @Nullable String error) {}
}
