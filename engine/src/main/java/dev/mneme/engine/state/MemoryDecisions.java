package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Merge;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.FilterWork;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Timestamp;
import dev.mneme.engine.table.ContentHash;
import dev.mneme.engine.table.Keys;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What commands do to an owner's memories.
final class MemoryDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;
    private final SpaceChange vectors;
    private final Provenance by;

    MemoryDecisions(Entry entry, OwnerState owner, MemoryRows memories, SpaceChange vectors, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.memories = memories;
        this.vectors = vectors;
        this.by = by;
    }

    Outcome stage(Command.StageEmbedding staged) {
        MemoryRows.Placed placed = memories.find(owner, staged.id());
        if (placed == null) {
            return notFound();
        }
        return placed.memory().version() == staged.version()
                ? vectors.stage(staged, placed)
                : conflict(placed.memory());
    }

    Outcome add(Command.AddMemory add) {
        Rejected mismatch = vectors.mismatch(add.embedding());
        if (mismatch != null) {
            return mismatch;
        }
        Rejected used = idRefusal(add.id());
        if (used != null) {
            return used;
        }
        MemoryRows.Placed same = same(add, Set.of());
        return same == null ? new Outcome.Stored(MemoryEvent.ADD, insert(add, false)) : merge(same, add, false);
    }

    /// The memory that a new one would be the same as, if that is asked; or null.
    ///
    /// @param but memories that do not count
    MemoryRows.@Nullable Placed same(Command.AddMemory add, Set<MemoryId> but) {
        return switch (add.dedupe()) {
            case OFF -> null;
            case BY_TEXT -> memories.duplicate(owner, content(add), memory -> !but.contains(memory.id()));
            case BY_CONTENT ->
                memories.latestDuplicate(
                        owner,
                        content(add),
                        memory -> !but.contains(memory.id())
                                && Merge.of(memory, add).isPresent());
        };
    }

    static byte[] content(Command.AddMemory add) {
        return ContentHash.of(add.scope(), add.text(), add.role(), add.timestamp());
    }

    /// Stores a new memory, of which nothing more is to be asked.
    ///
    /// @param localOnly whether it is, even if its writer is not `inspired`
    Memory insert(Command.AddMemory add, boolean localOnly) {
        Embedding staged = vectors.takes(add.embedding()) ? add.embedding() : null;
        Embedding embedding = staged == null ? add.embedding() : null;
        vectors.claim(embedding);
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
                null,
                localOnly || owner.inspired(by.instance()));
        long sequence = owner.sequence() + 1;
        owner.change(ChangeType.MEMORY_ADDED, sequence, 1, by, memory);
        memories.add(owner, memory, embedding, sequence, by, add.dedupe() == Command.Dedupe.BY_CONTENT);
        if (staged != null) {
            vectors.stage(sequence, staged, sequence);
        }
        return memory;
    }

    /// Why a new memory cannot have this id, or null.
    @Nullable
    Rejected idRefusal(MemoryId id) {
        if (!memories.used(id)) {
            return null;
        }
        Memory newest = memories.newest(owner, id);
        return newest == null ? idUsed() : conflict(newest);
    }

    /// The memory is there already: it takes on what it lacks.
    ///
    /// @param localOnly whether what it takes on is, even if its writer is not `inspired`
    Outcome merge(MemoryRows.Placed same, Command.AddMemory add, boolean localOnly) {
        Memory now = same.memory();
        if (add.dedupe() == Command.Dedupe.BY_TEXT) {
            return mergeByText(same, Merge.byText(now, add));
        }
        Merge merge = Merge.of(now, add).orElseThrow();
        Embedding present = memories.embedding(owner, same.arrival());
        Embedding brought = present != null || vectors.takes(add.embedding()) ? null : add.embedding();
        if (merge.leaves(now) && brought == null) {
            return new Outcome.Stored(MemoryEvent.NONE, now);
        }
        vectors.claim(brought);
        return replace(same, merge, brought == null ? present : brought, localOnly);
    }

    private Outcome mergeByText(MemoryRows.Placed same, Merge merge) {
        if (merge.leaves(same.memory())) {
            return new Outcome.Stored(MemoryEvent.NONE, same.memory());
        }
        if (merge.categories().size() > Memory.MAX_CATEGORIES) {
            return tooLarge("categories");
        }
        if (merge.metadata().size() > Memory.MAX_METADATA) {
            return tooLarge("metadata");
        }
        return replace(same, merge, memories.embedding(owner, same.arrival()), false);
    }

    private Outcome replace(MemoryRows.Placed same, Merge merge, @Nullable Embedding embedding, boolean localOnly) {
        Memory now = same.memory();
        Memory next = next(
                now,
                now.text(),
                merge.name(),
                merge.metadata(),
                merge.categories(),
                merge.timestamp(),
                merge.expiresAt(),
                now.replacedBy(),
                localOnly);
        change(same, next, embedding);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    private static Rejected tooLarge(String field) {
        return new Rejected(
                ErrorCode.TOO_LARGE,
                "With that of the same memory that is there already, it would have too much: send less.",
                field,
                null);
    }

    Outcome update(Command.UpdateMemory update) {
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
        JsonObject metadata =
                update.metadataPatch() == null ? now.metadata() : now.metadata().mergePatch(update.metadataPatch());
        List<String> categories = update.categories() == null ? now.categories() : update.categories();
        Instant expiresAt =
                update.expiry() == null ? now.expiresAt() : update.expiry().at();
        Timestamp timestamp = update.timestamp() == null ? now.timestamp() : update.timestamp();
        if (tooLarge(now.metadata(), metadata, update.metadataLimit())) {
            return new Rejected(
                    ErrorCode.TOO_LARGE,
                    "With this change metadata would have more than " + update.metadataLimit()
                            + " bytes: remove something from it.",
                    "metadata",
                    null);
        }
        if (!sameText) {
            vectors.drop(placed.arrival());
        }
        if (staged != null) {
            vectors.stage(placed.arrival(), staged, placed.version().sequence());
        }
        if (sameText
                && (given == null || sameVector(placed, given))
                && metadata.equals(now.metadata())
                && categories.equals(now.categories())
                && Objects.equals(expiresAt, now.expiresAt())
                && Objects.equals(timestamp, now.timestamp())) {
            return new Outcome.Stored(MemoryEvent.NONE, now);
        }
        vectors.claim(given);
        Embedding embedding = given == null && sameText ? memories.embedding(owner, placed.arrival()) : given;
        Memory next = next(now, text, now.name(), metadata, categories, timestamp, expiresAt, now.replacedBy(), false);
        change(placed, next, embedding);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    /// What makes metadata smaller is never too large: it may have grown when the limit was another.
    private static boolean tooLarge(JsonObject before, JsonObject after, int limit) {
        return limit != Command.NO_LIMIT
                && !after.equals(before)
                && after.utf8Size() > limit
                && after.utf8Size() >= before.utf8Size();
    }

    private boolean sameVector(MemoryRows.Placed placed, Embedding embedding) {
        Embedding now = memories.embedding(owner, placed.arrival());
        return now != null && Arrays.equals(now.vector(), embedding.vector());
    }

    /// Marks a memory as superseded by a newer one; it stays as it is otherwise.
    void supersede(MemoryRows.Placed placed, MemoryId newer) {
        Memory now = placed.memory();
        Memory next = next(
                now,
                now.text(),
                now.name(),
                now.metadata(),
                now.categories(),
                now.timestamp(),
                now.expiresAt(),
                newer,
                false);
        change(placed, next, memories.embedding(owner, placed.arrival()));
    }

    private Memory next(
            Memory now,
            String text,
            @Nullable String name,
            JsonObject metadata,
            List<String> categories,
            @Nullable Timestamp timestamp,
            @Nullable Instant expiresAt,
            @Nullable MemoryId replacedBy,
            boolean localOnly) {
        return new Memory(
                now.id(),
                now.scope(),
                text,
                now.role(),
                name,
                metadata,
                categories,
                timestamp,
                now.createdAt(),
                entry.at(),
                expiresAt,
                now.version() + 1,
                replacedBy,
                localOnly || now.localOnly() || owner.inspired(by.instance()));
    }

    private void change(MemoryRows.Placed placed, Memory next, @Nullable Embedding embedding) {
        long sequence = owner.change(ChangeType.MEMORY_UPDATED, placed.arrival(), next.version(), by, next);
        memories.update(owner, placed, next, embedding, sequence, by);
    }

    Outcome delete(Command.DeleteMemory delete) {
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

    Outcome deleteUnchanged(Command.DeleteUnchanged delete) {
        int count = 0;
        for (Command.ForgetVersions.Version named : delete.memories()) {
            MemoryRows.Placed placed = memories.find(owner, named.id());
            if (placed != null && placed.memory().version() == named.version()) {
                remove(placed);
                count++;
            }
        }
        return new Outcome.DeletedMany(count, count < delete.memories().size());
    }

    /// Refuses no work, so that an old log gives what it gave.
    Outcome deleteMatching(Command.DeleteMatching delete) {
        FilterMatcher filter = FilterMatcher.of(delete.filter(), FilterWork.unlimited());
        List<MemoryRows.Placed> matching = memories.first(owner, filter::matches, delete.limit());
        matching.forEach(this::remove);
        return new Outcome.DeletedMany(matching.size());
    }

    void remove(MemoryRows.Placed placed) {
        Memory memory = placed.memory();
        long sequence = owner.change(ChangeType.MEMORY_DELETED, placed.arrival(), memory.version() + 1, by, memory);
        memories.delete(owner, placed, sequence, entry.at(), by);
        vectors.drop(placed.arrival());
        entry.rows()
                .delete(Keys.document(
                        owner.hash(), Document.FEEDBACK, memory.id().toString()));
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
