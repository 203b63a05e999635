package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The state of the server.
@Doc("How the server is. What counts everybody's data is left out for keys with a restriction.")
@JsonInclude(Include.NON_NULL)
public record Status(
        @Doc("the server's") String version,
        @Range(min = 0) long uptimeSeconds,
        @Doc("of every position that this server gives") String epoch,

        @Doc("how the write-ahead log is") @OneOf({"ok", "log_failed", "storage_full"})
        String log,

        @Doc("what turns texts into vectors; left out: nothing does") @Nullable
        String embedder,

        @Doc("the user whom the key is for; left out for keys that are for more, or for others") @Nullable
        String onlyUser,

        @Nullable List<Shard> shards,
        @Doc("how many there are") @Nullable @Range(min = 0) Long owners,
        @Doc("how many there are") @Nullable @Range(min = 0) Long memories,

        @Doc("open WebSocket connections") @Nullable @Range(min = 0)
        Integer sockets,

        @Doc("memories that the search index has yet to rebuild") @Nullable @Range(min = 0)
        Long indexBacklog,

        @Doc("owners whose vectors are still to be moved to the present embedder; left out until they are counted")
        @Nullable
        @Range(min = 0)
        Long reembedding,

        @Nullable Storage storage,
        @Nullable Integrity integrity,

        @Doc("how far the times that writes are stamped with are ahead of the machine's clock, which was wrong once")
        @Nullable
        @Range(min = 0)
        Long clockAheadMillis) {

    /// How edits of the stored data are detected, and what was found.
    @Doc("What edits of the stored data are measured by, and what was found; see docs/integrity.md.")
    public record Integrity(
            @Doc("whether the background check, which runs after each start, is through")
            boolean checked,

            @Doc("what was found changed from outside") @Range(min = 0)
            int problems,

            @Doc("what nothing can tell of the last stop") @Range(min = 0)
            int unknown,

            @Doc("where the integrity key is: who can write with_data can replace it, and seal forged data anew")
            @OneOf({"with_data", "elsewhere"})
            String key,

            @Doc("whether an anchor says how far the data had come; without one an older copy is not noticed")
            boolean anchor,

            @Doc("how the log ended before this start; after uncertain, nothing tells whether something that was"
                    + " acknowledged is missing")
            @OneOf({"closed", "killed", "uncertain"})
            String lastStop,

            @Doc("stops so far that were uncertain") @Range(min = 0)
            int uncertainStops) {}

    /// What is on the disk.
    @Doc("What the data folder takes on the disk.")
    public record Storage(
            @Doc("segments of the write-ahead log") Files log,
            @Doc("what is kept") Files tables,

            @Doc("what searches are loaded from; it can be rebuilt")
            Files index) {}

    /// Files of one kind.
    @Doc("Files of one kind.")
    public record Files(
            @Range(min = 0) long files,
            @Doc("of all of them together") @Range(min = 0) long bytes) {}

    /// A shard.
    @Doc("A part of the data, which one thread owns.")
    @JsonInclude(Include.NON_NULL)
    public record Shard(
            String name,

            @Doc("the last entry of its log") @Range(min = 0)
            long logIndex,

            @Doc("the last entry that its tables contain") @Range(min = 0)
            long applied,

            @Doc("the last entry that its durable tables contain") @Range(min = 0)
            long checkpoint,

            @Doc("writes that wait") @Range(min = 0) int queue,
            @Doc("what stopped it") @Nullable String error) {}
}
