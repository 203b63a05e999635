package dev.mneme.core.command;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Conflict;
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

/// What a caller asks of one owner. A command carries everything that it is decided by, except the time, which is that
/// of its batch. So every node decides it alike.
public sealed interface Command {
    /// Stands for "at whatever version the record is".
    long ANY_VERSION = -1;

    /// No limit of metadata is named. Entries of older logs name none either, and are decided as they were when they
    /// were answered.
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

        /// A memory without a limit of metadata.
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

        /// A memory without a limit of metadata.
        ///
        /// @param dedupe whether it may be a duplicate of one that is there
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

    /// When a new memory is a duplicate of a live one that has its scope ids, text, role and timestamp.
    enum Dedupe {
        /// Never.
        OFF,
        /// Always, whatever else it says: its expiry, its speaker and whatever contradicts are dropped. Only entries of
        /// older logs are decided so, as they were when they were answered.
        BY_TEXT,
        /// When nothing contradicts: see [Merge].
        BY_CONTENT
    }

    /// Changes parts of a memory; null leaves a part as it is. A changed text brings its embedding, or loses the
    /// old one.
    ///
    /// @param expiry null leaves the expiry
    /// @param timestamp the caller's; null leaves it
    /// @param metadataLimit how many bytes the metadata may have after the patch, by [Json#utf8Size], or
    ///     [#NO_LIMIT]. A patch that makes the metadata smaller is taken even if they are still above the limit
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
        /// An update without a limit of metadata.
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

        /// An update without a limit of metadata that leaves the timestamp as it is.
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

        /// A new expiry; null removes it.
        public record Expiry(@Nullable Instant at) {}
    }

    record DeleteMemory(MemoryId id, long expectedVersion) implements Command {}

    /// Deletes those of the named memories that are still at the version at which they were found, and so still match
    /// the filter that found them. Applying it needs no search.
    record DeleteUnchanged(List<ForgetVersions.Version> memories) implements Command {
        /// Each adds two rows to the history.
        public static final int MAX_MEMORIES = 128;

        public DeleteUnchanged {
            memories = List.copyOf(memories);
        }
    }

    /// Deletes the owner's memories that match when the command is applied, expired ones too, the oldest first. Only
    /// logs from before [DeleteUnchanged] hold it: it evaluates a client's filter while others' writes wait.
    ///
    /// @param limit how many at most, so that no entry is too large to be applied
    record DeleteMatching(Filter filter, int limit) implements Command {
        /// Each adds two rows to the history.
        public static final int MAX_LIMIT = 128;

        public DeleteMatching(Filter filter) {
            this(filter, MAX_LIMIT);
        }
    }

    /// Removes everything that is kept of the owner, except its head.
    record EraseOwner() implements Command {}

    /// Drops earlier versions of memories that are older than the store's limit of age at the command's time. Younger
    /// versions and the present ones stay. Makes no change.
    record ForgetVersions(List<Version> versions) implements Command {
        public ForgetVersions {
            versions = List.copyOf(versions);
        }

        /// A version of a memory.
        public record Version(MemoryId id, long version) {}
    }

    /// Begins the owner's move to another embedding space. Vectors of the new space are staged beside those in use,
    /// until [SwitchSpace]. Naming the space in use cancels a move. It has no effect on an owner that has no
    /// vectors yet, or whose move has begun. Like the three commands that follow, it makes no change.
    record BeginSpace(EmbeddingSpace space) implements Command {}

    /// Stages a vector of the space to come, made of the text that the memory had at this version. It is refused when
    /// the memory has another version by now.
    record StageEmbedding(MemoryId id, long version, Embedding embedding) implements Command {}

    /// Puts the staged vectors in the place of the owner's. It is refused while a memory lacks a vector of its present
    /// text.
    record SwitchSpace(EmbeddingSpace space) implements Command {}

    /// Removes vectors that are no longer in use, at most this many.
    record DropOldVectors(int limit) implements Command {}

    /// Remembers, in the system shard, that the server's own embedder made or makes vectors of this space.
    record PutEmbedder(EmbeddingSpace space) implements Command {}

    /// Stores a key, in the system shard.
    record PutKey(ApiKey key) implements Command {}

    /// An operator accepts what is stored of an owner as it is, after somebody changed it from outside.
    record AcceptOwner() implements Command {}

    /// An operator accepts the API keys as they are. Keys whose rows were not written by this server are removed.
    record AcceptKeys() implements Command {}

    /// Revokes a key, in the system shard.
    record DeleteKey(String keyId) implements Command {}

    /// Sets the rules by which a shard's later entries are decided, besides the entries themselves and the rows.
    /// The shard keeps the rules in a row, since no decision may depend on a node's configuration. Makes no change
    /// and no position.
    ///
    /// @param epoch of positions
    record Govern(String epoch, Retention retention) implements Command {}

    /// Stores the first or the next version of a document: the owner's, or, in the system shard, the server's. Makes no
    /// change.
    ///
    /// @param expectedVersion the version that the writer saw: 0 for none, [#ANY_VERSION] for whatever is there
    record PutDocument(String collection, String id, JsonObject data, long expectedVersion) implements Command {
        public PutDocument {
            Document.requireNames(collection, id);
        }
    }

    /// Removes a document. Makes no change.
    record DeleteDocument(String collection, String id, long expectedVersion) implements Command {
        public DeleteDocument {
            Document.requireNames(collection, id);
        }
    }

    /// Stores the first or the next version of a context.
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
        /// Both edits are kept if they touch different fields; otherwise it is a version conflict. Tags are
        /// joined likewise. Type and mode stay as the others made them, if the writer left them alone. The
        /// expiry is the writer's.
        MERGE,
        /// The newest stays, and the writer is told so.
        IGNORE
    }

    record DeleteContext(String key, long expectedVersion) implements Command {}

    /// Switches an instance's mode, or records that a switch failed.
    ///
    /// @param capabilities null for the mode's usual ones
    /// @param configuration null keeps the present one
    /// @param error null for a switch that succeeded; otherwise only the transition is recorded
    /// @param from the former mode according to the caller: it counts where none is stored; null: not known
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
        /// A switch whose caller knows of no former mode.
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
        /// A record whose ids came as strings.
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

    /// Stores a conflict: what was written and lost, beside what won.
    ///
    /// @param mine its version is 0
    /// @param localOnly whether what was lost was written while `inspired`. It is local only as well when the
    ///     record is, or the writer is `inspired`
    record RecordConflict(
            MemoryId id,
            Conflict.About about,
            Conflict.@Nullable Side base,
            Conflict.Side mine,
            Conflict.Side theirs,
            boolean localOnly)
            implements Command {}

    /// Resolves an open conflict together with the write that the decision asks for: both, or neither. A write that is
    /// refused leaves the conflict open, and its refusal is the outcome.
    ///
    /// @param write of the record that the conflict is about, on top of the version that was shown; null: the
    ///     record stays as it is
    record ResolveConflict(
            MemoryId id, Conflict.Take take, @Nullable Command write) implements Command {
        public ResolveConflict {
            boolean ofOneRecord = switch (write) {
                case null -> true;
                case UpdateMemory update -> true;
                case DeleteMemory delete -> true;
                case PutContext put -> true;
                case DeleteContext delete -> true;
                case SwitchMode mode -> true;
                default -> false;
            };
            if (!ofOneRecord || (take == Conflict.Take.THEIRS) != (write == null)) {
                throw new IllegalArgumentException("a conflict is not resolved by this");
            }
        }
    }

    /// Removes records that are still at the version that was seen, and still expired.
    record Expire(List<Expired> records) implements Command {
        public Expire {
            records = List.copyOf(records);
        }
    }

    /// Stores a record of another store with its ids, times and versions, unless it is there already. For operators.
    ///
    /// The record that is there wins: the outcome is then `NONE`, so that a repeated import changes nothing.
    record Import(Exported exported) implements Command {
        /// The field that a refusal names when a memory's id belongs to another owner.
        public static final String ID = "memory.id";

        /// The message of that refusal: the same wherever the other owner's data lies.
        public static final String ID_IN_USE =
                "This id is, or was, another memory's, which keeps it: give this one an id of its own.";
    }

    /// Applies decisions that somebody made about the owner's memories after seeing some of them: all of the
    /// decisions, or none if those memories have changed. It is refused with `version_conflict`, and the memory as
    /// it is, when a memory that was seen is at another version, superseded or gone, when a fact to add is there
    /// already word for word, and when a document is at another version than expected. Decisions that contradict
    /// each other are refused with `invalid_request`.
    ///
    /// A fact with `dedupe` is never merged into another memory. A memory that is superseded, or removed by the
    /// same command, is no duplicate of a new one.
    ///
    /// @param seen what the decisions were based on; it includes everything that is replaced or removed
    /// @param documents documents that are written with the decisions, such as one that says that the work is done
    /// @param localOnly whether the facts are local only, whatever the writer's mode is by now. A fact that
    ///     supersedes a memory that is local only is local only in any case
    record Revise(List<Seen> seen, List<Revision> revisions, List<PutDocument> documents, boolean localOnly)
            implements Command {
        /// The most members that each of the lists may have.
        public static final int MAX = 128;

        public Revise {
            seen = List.copyOf(seen);
            revisions = List.copyOf(revisions);
            documents = List.copyOf(documents);
        }

        /// A revision whose facts are local only if their writer is `inspired`.
        public Revise(List<Seen> seen, List<Revision> revisions, List<PutDocument> documents) {
            this(seen, revisions, documents, false);
        }

        /// The facts that are added, on their own or in the place of another memory.
        public List<AddMemory> facts() {
            return revisions.stream()
                    .flatMap(revision -> switch (revision) {
                        case Revision.Add(AddMemory fact) -> Stream.of(fact);
                        case Revision.Replace(MemoryId replaced, AddMemory fact) -> Stream.of(fact);
                        case Revision.Remove remove -> Stream.empty();
                    })
                    .toList();
        }

        /// The memories that are replaced or removed.
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

    /// One decision. Only one decision may replace or remove a memory.
    sealed interface Revision {
        /// A new fact.
        record Add(AddMemory fact) implements Revision {}

        /// A new fact supersedes a memory. That memory stays, and names the new one.
        record Replace(MemoryId replaced, AddMemory fact) implements Revision {}

        /// A memory that is no longer true is deleted.
        record Remove(MemoryId id) implements Revision {}
    }

    /// A record that was found to be expired.
    sealed interface Expired {
        record OfContext(String key, long version) implements Expired {}

        record OfSyncEvent(MemoryId id, long version) implements Expired {}

        record OfConflict(MemoryId id, long version) implements Expired {}
    }
}
