package dev.mneme.core.command;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
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

    /// Deletes the owner's memories that match at the moment of applying, expired ones too.
    record DeleteMatching(Filter filter) implements Command {}

    /// Removes all that is kept of the owner but its head.
    record EraseOwner() implements Command {}

    /// Drops earlier versions of memories which the store's limit of age has passed by the command's time; those that
    /// it has not, and the present ones, stay. No change.
    record ForgetVersions(List<Version> versions) implements Command {
        public ForgetVersions {
            versions = List.copyOf(versions);
        }

        /// Which version of which memory.
        public record Version(MemoryId id, long version) {}
    }

    /// Stores a key, in the system shard.
    record PutKey(ApiKey key) implements Command {}

    /// Revokes a key, in the system shard.
    record DeleteKey(String keyId) implements Command {}
}
