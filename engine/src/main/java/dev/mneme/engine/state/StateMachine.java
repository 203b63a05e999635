package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decides the commands of one shard. It looks at the rows and at the entry alone, so that every replica that
/// applies
/// the same entries comes to the same rows.
///
/// Used by the shard's thread alone.
public final class StateMachine {
    private final Tables tables;
    private final String epoch;
    private final Retention retention;

    public StateMachine(Tables tables, String epoch, Retention retention) {
        this.tables = tables;
        this.epoch = epoch;
        this.retention = retention;
    }

    /// Decides every write of an entry; nothing is stored yet.
    public Applied apply(long logIndex, ShardBatch batch) {
        Entry entry = new Entry(new Transaction(tables), epoch, logIndex, batch.at(), retention);
        List<WriteResult> results = new ArrayList<>();
        batch.writes().forEach(write -> results.add(apply(entry, write)));
        entry.store();
        return new Applied(entry.rows().batch(logIndex), results, entry.changes(), entry.index());
    }

    private WriteResult apply(Entry entry, Write write) {
        OwnerState owner = new OwnerState(entry, write.owner());
        MemoryRows memories = new MemoryRows(entry);
        return Idempotency.replay(entry, owner, write, memories).orElseGet(() -> {
            List<Outcome> outcomes = new ArrayList<>();
            Decisions decisions =
                    new Decisions(entry, owner, memories, new SpaceChange(entry, owner, memories), write.by());
            write.commands().forEach(command -> outcomes.add(decisions.decide(command)));
            Idempotency.keep(entry, owner, write, outcomes);
            if (owner.sequence() > 0 || write.idempotency() != null) {
                owner.store();
            }
            return new WriteResult(outcomes, owner.position(), false);
        });
    }

    /// The commands of one write, decided in order.
    private record Decisions(Entry entry, OwnerState owner, MemoryRows memories, SpaceChange vectors, Provenance by) {
        Outcome decide(Command command) {
            return switch (command) {
                case Command.AddMemory add -> add(add);
                case Command.UpdateMemory update -> update(update);
                case Command.DeleteMemory delete -> delete(delete);
                case Command.DeleteMatching delete -> deleteMatching(delete);
                case Command.EraseOwner erase -> erase();
                case Command.ForgetVersions versions -> new Outcome.DeletedMany(History.forget(entry, owner, versions));
                case Command.BeginSpace(EmbeddingSpace space) -> vectors.begin(space);
                case Command.StageEmbedding staged -> stage(staged);
                case Command.SwitchSpace(EmbeddingSpace space) -> vectors.switchTo(space);
                case Command.DropOldVectors(int limit) -> vectors.dropOld(limit);
                case Command.PutEmbedder(EmbeddingSpace space) -> {
                    entry.rows().put(Keys.embedder(space), Rows.encode(space));
                    yield new Outcome.Done();
                }
                case Command.PutKey put -> {
                    entry.rows().put(Keys.apiKey(put.key().id()), Rows.encode(put.key()));
                    yield new Outcome.Done();
                }
                case Command.DeleteKey delete -> deleteKey(delete);
            };
        }

        private Outcome stage(Command.StageEmbedding staged) {
            MemoryRows.Placed placed = memories.find(owner, staged.id());
            if (placed == null) {
                return notFound();
            }
            return placed.memory().version() == staged.version()
                    ? vectors.stage(staged, placed)
                    : conflict(placed.memory());
        }

        private Outcome deleteKey(Command.DeleteKey delete) {
            byte[] key = Keys.apiKey(delete.keyId());
            if (entry.rows().get(key) == null) {
                return new Rejected(ErrorCode.NOT_FOUND, "There is no key with this id.", null, null);
            }
            entry.rows().delete(key);
            return new Outcome.Done();
        }

        private Outcome add(Command.AddMemory add) {
            Rejected mismatch = vectors.mismatch(add.embedding());
            if (mismatch != null) {
                return mismatch;
            }
            if (memories.used(add.id())) {
                Memory newest = memories.newest(owner, add.id());
                return newest == null ? idUsed() : conflict(newest);
            }
            if (add.dedupe()) {
                byte[] content = ContentHash.of(add.scope(), add.text(), add.role(), add.timestamp());
                MemoryRows.Placed same = memories.duplicate(owner, content);
                if (same != null) {
                    return merge(same, add);
                }
            }
            Embedding staged = vectors.takes(add.embedding()) ? add.embedding() : null;
            Embedding embedding = staged == null ? add.embedding() : null;
            claimSpace(embedding);
            Memory memory = new Memory(
                    add.id(),
                    add.scope(),
                    add.text(),
                    add.role(),
                    add.name(),
                    add.metadata(),
                    add.categories(),
                    add.timestamp(),
                    entry.at(),
                    entry.at(),
                    add.expiresAt(),
                    1,
                    null);
            long sequence = owner.sequence() + 1;
            owner.change(ChangeType.MEMORY_ADDED, sequence, 1, entry.at(), by, memory);
            memories.add(owner, memory, embedding, sequence, by);
            if (staged != null) {
                vectors.stage(sequence, staged);
            }
            return new Outcome.Stored(MemoryEvent.ADD, memory);
        }

        /// The memory is there already: it takes on the metadata and categories that it lacks.
        private Outcome merge(MemoryRows.Placed same, Command.AddMemory add) {
            Memory now = same.memory();
            JsonObject metadata = lacking(now.metadata(), add.metadata());
            List<String> categories = new ArrayList<>(now.categories());
            add.categories().stream().filter(c -> !categories.contains(c)).forEach(categories::add);
            if (metadata.equals(now.metadata()) && categories.equals(now.categories())) {
                return new Outcome.Stored(MemoryEvent.NONE, now);
            }
            if (categories.size() > Memory.MAX_CATEGORIES) {
                return new Rejected(
                        ErrorCode.TOO_LARGE,
                        "With those of the same memory that is there it would have more than " + Memory.MAX_CATEGORIES
                                + " categories: send fewer.",
                        "categories",
                        null);
            }
            if (metadata.size() > Memory.MAX_METADATA) {
                return new Rejected(
                        ErrorCode.TOO_LARGE,
                        "With that of the same memory that is there the metadata would be too large: send less.",
                        "metadata",
                        null);
            }
            Embedding embedding = memories.embedding(owner, same.arrival());
            return replace(same, now.text(), embedding, metadata, categories, now.expiresAt());
        }

        private static JsonObject lacking(JsonObject ours, JsonObject theirs) {
            Map<String, Json> merged = new LinkedHashMap<>(ours.members());
            theirs.members().forEach((name, value) -> {
                Json mine = merged.get(name);
                if (value instanceof Json.JsonNull) {
                    return;
                }
                if (mine == null || mine instanceof Json.JsonNull) {
                    merged.put(name, value);
                } else if (mine instanceof JsonObject a && value instanceof JsonObject b) {
                    merged.put(name, lacking(a, b));
                }
            });
            return new JsonObject(merged);
        }

        private Outcome update(Command.UpdateMemory update) {
            MemoryRows.Placed placed = memories.find(owner, update.id());
            if (placed == null) {
                return notFound();
            }
            Memory now = placed.memory();
            if (update.expectedVersion() != Command.ANY_VERSION && update.expectedVersion() != now.version()) {
                return conflict(now);
            }
            Rejected mismatch = vectors.mismatch(update.embedding());
            if (mismatch != null) {
                return mismatch;
            }
            Embedding staged = vectors.takes(update.embedding()) ? update.embedding() : null;
            Embedding given = staged == null ? update.embedding() : null;
            String text = update.text() == null ? now.text() : update.text();
            boolean sameText = text.equals(now.text());
            JsonObject metadata = update.metadataPatch() == null
                    ? now.metadata()
                    : now.metadata().mergePatch(update.metadataPatch());
            List<String> categories = update.categories() == null ? now.categories() : update.categories();
            Instant expiresAt =
                    update.expiry() == null ? now.expiresAt() : update.expiry().at();
            if (!sameText) {
                vectors.drop(placed.arrival());
            }
            if (staged != null) {
                vectors.stage(placed.arrival(), staged);
            }
            if (sameText
                    && (given == null || sameVector(placed, given))
                    && metadata.equals(now.metadata())
                    && categories.equals(now.categories())
                    && java.util.Objects.equals(expiresAt, now.expiresAt())) {
                return new Outcome.Stored(MemoryEvent.NONE, now);
            }
            claimSpace(given);
            Embedding embedding = given == null && sameText ? memories.embedding(owner, placed.arrival()) : given;
            return replace(placed, text, embedding, metadata, categories, expiresAt);
        }

        private boolean sameVector(MemoryRows.Placed placed, Embedding embedding) {
            Embedding now = memories.embedding(owner, placed.arrival());
            return now != null && Arrays.equals(now.vector(), embedding.vector());
        }

        private Outcome replace(
                MemoryRows.Placed placed,
                String text,
                @Nullable Embedding embedding,
                JsonObject metadata,
                List<String> categories,
                @Nullable Instant expiresAt) {
            Memory now = placed.memory();
            Memory next = new Memory(
                    now.id(),
                    now.scope(),
                    text,
                    now.role(),
                    now.name(),
                    metadata,
                    categories,
                    now.timestamp(),
                    now.createdAt(),
                    entry.at(),
                    expiresAt,
                    now.version() + 1,
                    now.replacedBy());
            long sequence =
                    owner.change(ChangeType.MEMORY_UPDATED, placed.arrival(), next.version(), entry.at(), by, next);
            memories.update(owner, placed, next, embedding, sequence, by);
            return new Outcome.Stored(MemoryEvent.UPDATE, next);
        }

        private Outcome delete(Command.DeleteMemory delete) {
            MemoryRows.Placed placed = memories.find(owner, delete.id());
            if (placed == null) {
                return notFound();
            }
            Memory now = placed.memory();
            if (delete.expectedVersion() != Command.ANY_VERSION && delete.expectedVersion() != now.version()) {
                return conflict(now);
            }
            remove(placed);
            return new Outcome.Deleted(delete.id());
        }

        private Outcome deleteMatching(Command.DeleteMatching delete) {
            List<MemoryRows.Placed> matching =
                    memories.first(owner, memory -> FilterMatcher.matches(delete.filter(), memory), delete.limit());
            matching.forEach(this::remove);
            return new Outcome.DeletedMany(matching.size());
        }

        private void remove(MemoryRows.Placed placed) {
            Memory memory = placed.memory();
            long sequence = owner.change(
                    ChangeType.MEMORY_DELETED, placed.arrival(), memory.version() + 1, entry.at(), by, memory);
            memories.delete(owner, placed, sequence, entry.at(), by);
            vectors.drop(placed.arrival());
        }

        private Outcome erase() {
            long count = memories.erase(owner);
            owner.change(ChangeType.OWNER_ERASED, 0, 0, entry.at(), by, null);
            owner.erased();
            return new Outcome.DeletedMany(count);
        }

        private void claimSpace(@Nullable Embedding embedding) {
            if (embedding != null && owner.spaces().now() == null) {
                owner.spaces(owner.spaces().claimed(embedding.space()));
            }
        }

        private static Rejected idUsed() {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT, "This id was used before: a new memory needs a new id.", "id", null);
        }

        private static Rejected notFound() {
            return new Rejected(ErrorCode.NOT_FOUND, "There is no memory with this id.", null, null);
        }

        private static Rejected conflict(Memory now) {
            MnemeException conflict = MnemeException.conflict(now);
            return new Rejected(conflict.code(), String.valueOf(conflict.getMessage()), null, now);
        }
    }
}
