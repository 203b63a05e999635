package dev.mneme.core.command;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a caller asks of one owner. It carries all it needs, so that it is decided identically
/// anywhere; the time is its batch's.
public sealed interface Command {
    /// Stands for "whatever version it has".
    long ANY_VERSION = -1;

    /// As a limit of metadata: the command says none. So do entries of older logs, which are decided as they were
    /// when they were answered.
    int NO_LIMIT = 0;

    /// @param metadataLimit how many bytes the metadata may have after a merge, by [Json#utf8Size], or [#NO_LIMIT]
    record AddMemory(
            MemoryId id,
            ScopeIds scope,
            String text,
            @Nullable String role,
            @Nullable String name,
            JsonObject metadata,
            List<String> categories,
            @Nullable Timestamp timestamp,
            @Nullable Instant expiresAt,
            @Nullable Embedding embedding,
            Dedupe dedupe,
            int metadataLimit)
            implements Command {
        public AddMemory {
            categories = List.copyOf(categories);
        }

        /// One that says no limit.
        public AddMemory(
                MemoryId id,
                ScopeIds scope,
                String text,
                @Nullable String role,
                @Nullable String name,
                JsonObject metadata,
                List<String> categories,
                @Nullable Timestamp timestamp,
                @Nullable Instant expiresAt,
                @Nullable Embedding embedding,
                Dedupe dedupe) {
            this(id, scope, text, role, name, metadata, categories, timestamp, expiresAt, embedding, dedupe, NO_LIMIT);
        }

        /// One that says no limit.
        ///
        /// @param dedupe whether it may be the same as one that is there
        public AddMemory(
                MemoryId id,
                ScopeIds scope,
                String text,
                @Nullable String role,
                @Nullable String name,
                JsonObject metadata,
                List<String> categories,
                @Nullable Timestamp timestamp,
                @Nullable Instant expiresAt,
                @Nullable Embedding embedding,
                boolean dedupe) {
            this(
                    id,
                    scope,
                    text,
                    role,
                    name,
                    metadata,
                    categories,
                    timestamp,
                    expiresAt,
                    embedding,
                    dedupe ? Dedupe.BY_CONTENT : Dedupe.OFF);
        }
    }

    /// When a new memory is the same as a live one of its scope ids, text, role and timestamp.
    enum Dedupe {
        /// Never.
        OFF,
        /// Whatever else it says: its expiry and its speaker are dropped, and so is what contradicts. Only entries of
        /// older logs are decided so, as they were when they were answered.
        BY_TEXT,
        /// When nothing contradicts: see [Merge].
        BY_CONTENT
    }

    /// Null leaves a part as it is. A changed text brings its embedding, or loses the old one.
    ///
    /// @param expiry null leaves the expiry
    /// @param timestamp the caller's; null leaves it
    /// @param metadataLimit how many bytes the metadata may have after the patch, by [Json#utf8Size], or
    ///     [#NO_LIMIT]. What makes metadata smaller is taken beyond it, too
    record UpdateMemory(
            MemoryId id,
            @Nullable String text,
            @Nullable Embedding embedding,
            @Nullable JsonObject metadataPatch,
            @Nullable List<String> categories,
            @Nullable Expiry expiry,
            @Nullable Timestamp timestamp,
            long expectedVersion,
            int metadataLimit)
            implements Command {
        /// One that says no limit.
        public UpdateMemory(
                MemoryId id,
                @Nullable String text,
                @Nullable Embedding embedding,
                @Nullable JsonObject metadataPatch,
                @Nullable List<String> categories,
                @Nullable Expiry expiry,
                @Nullable Timestamp timestamp,
                long expectedVersion) {
            this(id, text, embedding, metadataPatch, categories, expiry, timestamp, expectedVersion, NO_LIMIT);
        }

        /// One that says no limit and leaves the timestamp.
        public UpdateMemory(
                MemoryId id,
                @Nullable String text,
                @Nullable Embedding embedding,
                @Nullable JsonObject metadataPatch,
                @Nullable List<String> categories,
                @Nullable Expiry expiry,
                long expectedVersion) {
            this(id, text, embedding, metadataPatch, categories, expiry, null, expectedVersion);
        }

        /// A new expiry; `at` null: none any more.
        public record Expiry(@Nullable Instant at) {}
    }

    record DeleteMemory(MemoryId id, long expectedVersion) implements Command {}

    /// Deletes those of the owner's memories that are still at the versions they were found with, and so still match
    /// what they were found by. Nothing is to be searched when it is applied.
    record DeleteUnchanged(List<ForgetVersions.Version> memories) implements Command {
        /// Two rows of each go into the history.
        public static final int MAX_MEMORIES = 128;

        public DeleteUnchanged {
            memories = List.copyOf(memories);
        }
    }

    /// Deletes the owner's memories that match at the moment of applying, expired ones too, the oldest first. In logs
    /// of before [DeleteUnchanged]: a filter of a client's making is not evaluated while others' writes wait.
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

    /// Drops earlier versions of memories which the store's limit of age has passed by the command's
    /// time; those that it has not, and the present ones, stay. No change.
    record ForgetVersions(List<Version> versions) implements Command {
        public ForgetVersions {
            versions = List.copyOf(versions);
        }

        /// Which version of which memory.
        public record Version(MemoryId id, long version) {}
    }

    /// The owner's vectors are to be of another space from some time on: vectors of it are staged,
    /// beside those in use, until [SwitchSpace]. Of the space in use: what was begun is given up.
    /// Without effect on an owner that has no vectors yet, or that has begun already. No change, like
    /// the three that follow.
    record BeginSpace(EmbeddingSpace space) implements Command {}

    /// A vector of the space to come, made of the text that the memory had at a version; refused when
    /// it has another version by now.
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

    /// Takes what is stored of an owner as it is now, after somebody changed it from outside: an operator's
    /// decision.
    record AcceptOwner() implements Command {}

    /// The same for the API keys; those whose row is not from here go.
    record AcceptKeys() implements Command {}

    /// Revokes a key, in the system shard.
    record DeleteKey(String keyId) implements Command {}

    /// Says what a shard's later entries are decided by, besides themselves and the rows. The shard keeps it in a row:
    /// no decision may depend on what a node is configured with. Makes no change and no position.
    ///
    /// @param epoch of positions
    record Govern(String epoch, Retention retention) implements Command {}

    /// Stores a document's next version, or its first: of the owner, or in the system shard of the server. No
    /// change.
    ///
    /// @param expectedVersion the version that the writer saw: 0 for none, [#ANY_VERSION] for whatever is there
    record PutDocument(String collection, String id, JsonObject data, long expectedVersion) implements Command {
        public PutDocument {
            Document.requireNames(collection, id);
        }
    }

    /// Removes a document. No change.
    record DeleteDocument(String collection, String id, long expectedVersion) implements Command {
        public DeleteDocument {
            Document.requireNames(collection, id);
        }
    }

    /// Stores a context's next version, or its first.
    ///
    /// @param expectedVersion the version that the writer saw: 0 for none, [#ANY_VERSION] for whatever is there
    record PutContext(
            String key,
            ContextType type,
            @Nullable Mode mode,
            Json data,
            List<String> tags,
            @Nullable Instant expiresAt,
            long expectedVersion,
            MergeStrategy strategy)
            implements Command {
        public PutContext {
            tags = List.copyOf(tags);
        }
    }

    /// What happens when the version that the writer saw is no longer the newest.
    enum MergeStrategy {
        /// It is a version conflict.
        REPLACE,
        /// Both edits are kept where they touch different fields; else it is a version conflict. Tags
        /// are joined likewise; type and mode that the writer left alone stay as the others made them;
        /// the expiry is the writer's.
        MERGE,
        /// The newest stays, and the writer is told so.
        IGNORE
    }

    record DeleteContext(String key, long expectedVersion) implements Command {}

    /// Switches an instance's mode, or records that it failed to.
    ///
    /// @param capabilities null for the mode's usual ones
    /// @param configuration null keeps the one that is there
    /// @param error null for a switch that succeeded; else only the transition is recorded
    /// @param from the mode before by the caller's account: it counts where none is stored; null: not told
    record SwitchMode(
            String instanceId,
            Mode to,
            @Nullable Capabilities capabilities,
            @Nullable JsonObject configuration,
            @Nullable Json contextSnapshot,
            @Nullable Long durationMillis,
            @Nullable String error,
            long expectedVersion,
            @Nullable Mode from)
            implements Command {
        /// One that knows of no mode before.
        public SwitchMode(
                String instanceId,
                Mode to,
                @Nullable Capabilities capabilities,
                @Nullable JsonObject configuration,
                @Nullable Json contextSnapshot,
                @Nullable Long durationMillis,
                @Nullable String error,
                long expectedVersion) {
            this(
                    instanceId,
                    to,
                    capabilities,
                    configuration,
                    contextSnapshot,
                    durationMillis,
                    error,
                    expectedVersion,
                    null);
        }
    }

    /// Changes a mode's configuration without a switch. Null leaves a part as it is.
    record ConfigureMode(
            String instanceId,
            @Nullable JsonObject configurationPatch,
            @Nullable Capabilities capabilities,
            long expectedVersion)
            implements Command {}

    /// Records where an answer came from, once.
    record RecordResponse(
            String instanceId,
            String chatId,
            String messageId,
            @Nullable Mode mode,
            SourceType sourceType,
            String provider,
            String model,
            @Nullable Double confidence,
            String responseHash,
            JsonObject metadata,
            @Nullable Instant timestamp,
            NumberedIds numbered)
            implements Command {
        /// One whose ids came as strings.
        public RecordResponse(
                String instanceId,
                String chatId,
                String messageId,
                @Nullable Mode mode,
                SourceType sourceType,
                String provider,
                String model,
                @Nullable Double confidence,
                String responseHash,
                JsonObject metadata,
                @Nullable Instant timestamp) {
            this(
                    instanceId,
                    chatId,
                    messageId,
                    mode,
                    sourceType,
                    provider,
                    model,
                    confidence,
                    responseHash,
                    metadata,
                    timestamp,
                    NumberedIds.NONE);
        }
    }

    /// @param targets null: every instance
    record PostSyncEvent(
            MemoryId id,
            String sourceInstance,
            SyncEvent.Type type,
            Json data,
            @Nullable Set<String> targets,
            SyncEvent.Priority priority,
            @Nullable Instant expiresAt)
            implements Command {}

    /// An instance has processed an event.
    record ProcessSyncEvent(MemoryId id, String instanceId) implements Command {}

    /// Removes what has expired, if it is still at the version that was seen and expired still.
    record Expire(List<Expired> records) implements Command {
        public Expire {
            records = List.copyOf(records);
        }
    }

    /// Stores a record of another store with its ids, times and versions, unless it is there. An operator's.
    ///
    /// What is there wins: the outcome is then `NONE`, so that an import which is repeated changes nothing.
    record Import(Exported exported) implements Command {
        /// What a refusal names when a memory's id is another owner's.
        public static final String ID = "memory.id";

        /// What it says then: the same wherever the other owner's data lies.
        public static final String ID_IN_USE =
                "This id is, or was, another memory's, which keeps it: give this one an id of its own.";
    }

    /// What somebody decided about the owner's memories who had seen some of them: all of it, or, when that
    /// is no longer how they are, nothing. Refused with `version_conflict`, and the memory as it is, when one
    /// that was seen is at another version, superseded or gone, and when a fact to add is there already word
    /// for word; likewise when a document is at another version than expected. What contradicts itself is
    /// refused with `invalid_request`.
    ///
    /// A fact with `dedupe` is never merged into another memory. One that is superseded, or that goes with
    /// the same command, is not the same as a new one.
    ///
    /// @param seen what the decisions were based on; all that is replaced or removed is among them
    /// @param documents what is written with it, such as that the work is done
    /// @param localOnly whether what is added is local only, whatever the writer's mode is by now; what
    ///     supersedes a memory that is local only is so in any case
    record Revise(List<Seen> seen, List<Revision> revisions, List<PutDocument> documents, boolean localOnly)
            implements Command {
        /// Each of the lists has so many members at most.
        public static final int MAX = 128;

        public Revise {
            seen = List.copyOf(seen);
            revisions = List.copyOf(revisions);
            documents = List.copyOf(documents);
        }

        /// One whose facts are local only if their writer is `inspired`.
        public Revise(List<Seen> seen, List<Revision> revisions, List<PutDocument> documents) {
            this(seen, revisions, documents, false);
        }

        /// What is added, on its own or in the place of another.
        public List<AddMemory> facts() {
            return revisions.stream()
                    .flatMap(revision -> switch (revision) {
                        case Revision.Add(AddMemory fact) -> Stream.of(fact);
                        case Revision.Replace(MemoryId replaced, AddMemory fact) -> Stream.of(fact);
                        case Revision.Remove remove -> Stream.empty();
                    })
                    .toList();
        }

        /// What is replaced or removed.
        public List<MemoryId> targets() {
            return revisions.stream()
                    .flatMap(revision -> switch (revision) {
                        case Revision.Add add -> Stream.empty();
                        case Revision.Replace(MemoryId replaced, AddMemory fact) -> Stream.of(replaced);
                        case Revision.Remove(MemoryId id) -> Stream.of(id);
                    })
                    .toList();
        }
    }

    /// A memory at the version that somebody saw.
    record Seen(MemoryId id, long version) {}

    /// One decision. A memory may be replaced or removed by one of them only.
    sealed interface Revision {
        /// A new fact.
        record Add(AddMemory fact) implements Revision {}

        /// A new fact supersedes one that stays, marked with the new one's id.
        record Replace(MemoryId replaced, AddMemory fact) implements Revision {}

        /// What is no longer true is deleted.
        record Remove(MemoryId id) implements Revision {}
    }

    /// One record that was seen expired.
    sealed interface Expired {
        record OfContext(String key, long version) implements Expired {}

        record OfSyncEvent(MemoryId id, long version) implements Expired {}
    }
}
