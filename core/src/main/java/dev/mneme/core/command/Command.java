package dev.mneme.core.command;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ScopeIds;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a caller asks of one owner. It carries all it needs, so that it is decided identically anywhere; the
/// time is
/// its batch's.
public sealed interface Command {
    /// Stands for "whatever version it has".
    long ANY_VERSION = -1;

    record AddMemory(
            MemoryId id,
            ScopeIds scope,
            String text,
            @Nullable String role,
            @Nullable String name,
            JsonObject metadata,
            List<String> categories,
            @Nullable Instant timestamp,
            @Nullable Instant expiresAt,
            @Nullable Embedding embedding,
            boolean dedupe)
            implements Command {
        public AddMemory {
            categories = List.copyOf(categories);
        }
    }

    /// Null leaves a part as it is. A changed text brings its embedding, or loses the old one.
    ///
    /// @param expiry null leaves the expiry
    record UpdateMemory(
            MemoryId id,
            @Nullable String text,
            @Nullable Embedding embedding,
            @Nullable JsonObject metadataPatch,
            @Nullable List<String> categories,
            @Nullable Expiry expiry,
            long expectedVersion)
            implements Command {

        /// A new expiry; `at` null: none any more.
        public record Expiry(@Nullable Instant at) {}
    }

    record DeleteMemory(MemoryId id, long expectedVersion) implements Command {}

    /// Deletes the owner's memories that match at the moment of applying, expired ones too, the oldest first.
    ///
    /// @param limit how many at most, so that no entry is too large to be applied
    record DeleteMatching(Filter filter, int limit) implements Command {
        /// Two rows of each go into the history.
        public static final int MAX_LIMIT = 128;

        public DeleteMatching(Filter filter) {
            this(filter, MAX_LIMIT);
        }
    }

    /// Removes all that is kept of the owner but its head.
    record EraseOwner() implements Command {}

    /// Drops earlier versions of memories which the store's limit of age has passed by the command's time;
    /// those that
    /// it has not, and the present ones, stay. No change.
    record ForgetVersions(List<Version> versions) implements Command {
        public ForgetVersions {
            versions = List.copyOf(versions);
        }

        /// Which version of which memory.
        public record Version(MemoryId id, long version) {}
    }

    /// The owner's vectors are to be of another space from some time on: vectors of it are staged, beside
    /// those in use,
    /// until [SwitchSpace]. Of the space in use: what was begun is given up. Without effect on an owner that
    /// has no
    /// vectors yet, or that has begun already. No change, like the three that follow.
    record BeginSpace(EmbeddingSpace space) implements Command {}

    /// A vector of the space to come, made of the text that the memory had at a version; refused when it has
    /// another
    /// version by now.
    record StageEmbedding(MemoryId id, long version, Embedding embedding) implements Command {}

    /// The staged vectors become the owner's; refused while a memory lacks one that was made of its present
    /// text.
    record SwitchSpace(EmbeddingSpace space) implements Command {}

    /// Removes vectors that are no longer in use, so many at most.
    record DropOldVectors(int limit) implements Command {}

    /// Remembers that the server's own embedder made, or makes, vectors of this space; in the system shard.
    record PutEmbedder(EmbeddingSpace space) implements Command {}

    /// Stores a key, in the system shard.
    record PutKey(ApiKey key) implements Command {}

    /// Revokes a key, in the system shard.
    record DeleteKey(String keyId) implements Command {}
}
