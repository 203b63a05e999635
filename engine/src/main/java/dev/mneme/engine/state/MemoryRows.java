package dev.mneme.engine.state;

import dev.mneme.core.model.Context;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ContentHash;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.EntityRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rows of memories within one entry: the newest version, the earlier ones, and everything that leads to
/// them.
final class MemoryRows {
    /// How many memories of one content a new one is compared with: the latest.
    static final int MAX_DUPLICATES = 64;

    private final Entry entry;

    MemoryRows(Entry entry) {
        this.entry = entry;
    }

    /// A memory with its place.
    record Placed(long arrival, Version version) {
        Memory memory() {
            return version.memory();
        }
    }

    /// The owner's memory of this id, if it is not deleted.
    @Nullable
    Placed find(OwnerState owner, MemoryId id) {
        Pointer pointer = pointer(owner, id);
        Placed placed = pointer == null ? null : at(owner, pointer.arrival());
        return placed == null || !placed.memory().id().equals(id) ? null : placed; // else somebody forged the pointer
    }

    /// Whether the id was ever used, by anybody.
    boolean used(MemoryId id) {
        return entry.rows().get(Keys.pointer(id)) != null;
    }

    private @Nullable Pointer pointer(OwnerState owner, MemoryId id) {
        byte[] row = entry.rows().get(Keys.pointer(id));
        if (row == null) {
            return null;
        }
        Pointer pointer = Pointer.decode(row);
        return Arrays.equals(pointer.owner(), owner.hash()) ? pointer : null;
    }

    private @Nullable Placed at(OwnerState owner, long arrival) {
        byte[] row = entry.rows().get(Keys.memory(owner.hash(), arrival));
        return row == null ? null : new Placed(arrival, Version.decode(row));
    }

    @Nullable
    Memory newest(OwnerState owner, MemoryId id) {
        Placed placed = find(owner, id);
        return placed == null ? null : placed.memory();
    }

    /// The memory as it was at a version or, where that is no longer kept, at the next one that is; null when
    /// none is.
    @Nullable
    Memory atVersion(OwnerState owner, MemoryId id, long version) {
        Pointer pointer = pointer(owner, id);
        if (pointer == null) {
            return null;
        }
        Placed newest = at(owner, pointer.arrival());
        if (newest != null && newest.version().version() == version) {
            return newest.memory();
        }
        Version kept = History.from(entry, owner.hash(), pointer.arrival(), version);
        if (kept != null) {
            return kept.memory();
        }
        return newest == null || newest.version().version() < version ? null : newest.memory();
    }

    @Nullable
    Embedding embedding(OwnerState owner, long arrival) {
        byte[] row = entry.rows().get(embeddingKey(owner, arrival));
        return row == null ? null : Rows.embedding(row);
    }

    /// Stores a new memory, whose arrival is the sequence of its change.
    ///
    /// @param latestAlone whether its row of equal memories is kept short: of those that say the same beside
    ///     contradicting metadata (an "ok" under a hundred thousand message ids) the latest are enough to know a
    ///     repetition by
    void add(
            OwnerState owner,
            Memory memory,
            @Nullable Embedding embedding,
            long sequence,
            Provenance by,
            boolean latestAlone) {
        byte[] hash = owner.hash();
        Version version = new Version(MemoryEvent.ADD, memory, memory.version(), sequence, memory.updatedAt(), by);
        entry.rows().insert(Keys.memory(hash, sequence), version.encode());
        entry.rows().put(Keys.pointer(memory.id()), new Pointer(hash, sequence).encode());
        entry.rows().insert(Keys.updated(hash, sequence), Rows.encode(sequence));
        if (embedding != null) {
            entry.rows().insert(embeddingKey(owner, sequence), Rows.encode(embedding, sequence));
        }
        addDuplicate(owner, memory, sequence, latestAlone);
        countEntities(owner, memory, 1);
        entry.countMemories(1);
        entry.index().add(new IndexUpdate.Put(hash, sequence, memory, embedding));
    }

    /// Whether the id is, or was, one of this owner's memories.
    boolean owns(OwnerState owner, MemoryId id) {
        return pointer(owner, id) != null;
    }

    /// Stores a memory of another store with its versions; its arrival is the sequence of its change here.
    ///
    /// @param embedding in the owner's space, or null
    void add(OwnerState owner, Exported.OfMemory imported, @Nullable Embedding embedding, long sequence) {
        byte[] hash = owner.hash();
        MemoryVersion newest = imported.newest();
        Memory memory = newest.memory();
        for (MemoryVersion version : imported.earlier()) {
            entry.rows()
                    .put(
                            Keys.version(hash, sequence, version.version()),
                            row(version, sequence).encode());
        }
        History.trim(entry, hash, sequence, newest.version());
        entry.rows().put(Keys.pointer(memory.id()), new Pointer(hash, sequence).encode());
        if (imported.deleted()) {
            return;
        }
        entry.rows().put(Keys.imported(hash), Rows.mark());
        entry.rows().put(Keys.memory(hash, sequence), row(newest, sequence).encode());
        entry.rows().put(Keys.updated(hash, sequence), Rows.encode(sequence));
        storeEmbedding(owner, sequence, embedding, sequence);
        addDuplicate(owner, memory, sequence, false);
        countEntities(owner, memory, 1);
        entry.countMemories(1);
        entry.index().add(new IndexUpdate.Put(hash, sequence, memory, embedding));
    }

    private static Version row(MemoryVersion version, long sequence) {
        boolean named =
                !version.instance().equals(Provenance.ofKey(version.keyId()).instance());
        Provenance by = new Provenance(version.keyId(), version.instance(), named);
        return new Version(version.event(), version.memory(), version.version(), sequence, version.at(), by);
    }

    /// Replaces a memory's newest version; the one before goes into the history.
    void update(
            OwnerState owner,
            Placed before,
            Memory memory,
            @Nullable Embedding embedding,
            long sequence,
            Provenance by) {
        byte[] hash = owner.hash();
        long arrival = before.arrival();
        entry.rows()
                .put(
                        Keys.version(hash, arrival, before.version().version()),
                        before.version().encode());
        Version version = new Version(MemoryEvent.UPDATE, memory, memory.version(), sequence, memory.updatedAt(), by);
        entry.rows().put(Keys.memory(hash, arrival), version.encode());
        entry.rows().delete(Keys.updated(hash, before.version().sequence()));
        entry.rows().insert(Keys.updated(hash, sequence), Rows.encode(arrival));
        storeEmbedding(owner, arrival, embedding, sequence);
        History.trim(entry, hash, arrival, memory.version());
        if (!memory.text().equals(before.memory().text())
                || !Objects.equals(memory.timestamp(), before.memory().timestamp())) {
            removeDuplicate(owner, before.memory(), arrival);
            addDuplicate(owner, memory, arrival, false);
        }
        countEntities(owner, memory, 0);
        entry.index().add(new IndexUpdate.Put(hash, arrival, memory, embedding));
    }

    /// Takes a memory away; its history stays, with the deletion as its last version.
    void delete(OwnerState owner, Placed before, long sequence, Instant at, Provenance by) {
        byte[] hash = owner.hash();
        long arrival = before.arrival();
        long last = before.version().version();
        entry.rows().put(Keys.version(hash, arrival, last), before.version().encode());
        Version deletion = new Version(MemoryEvent.DELETE, before.memory(), last + 1, sequence, at, by);
        entry.rows().put(Keys.version(hash, arrival, last + 1), deletion.encode());
        History.trim(entry, hash, arrival, last + 1);
        entry.rows().delete(Keys.memory(hash, arrival));
        entry.rows().delete(Keys.updated(hash, before.version().sequence()));
        entry.rows().delete(embeddingKey(owner, arrival));
        removeDuplicate(owner, before.memory(), arrival);
        countEntities(owner, before.memory(), -1);
        entry.countMemories(-1);
        entry.index().add(new IndexUpdate.Remove(hash, arrival));
    }

    /// The owner's first memories, by arrival, that match.
    List<Placed> first(OwnerState owner, Predicate<Memory> matching, int limit) {
        byte[] table = Keys.owned('m', owner.hash());
        List<Placed> first = new ArrayList<>();
        entry.rows().visit(table, Keys.end(table), (key, row) -> {
            Version version = Version.decode(row);
            if (matching.test(version.memory())) {
                first.add(new Placed(Keys.lastNumber(key), version));
            }
            return first.size() < limit;
        });
        return first;
    }

    /// Removes every row of the owner but its head. No more than the keys of what goes are held at once.
    ///
    /// @return how many memories there were
    long erase(OwnerState owner) {
        long[] memories = {0};
        visit('m', owner, (key, row) -> {
            Memory memory = Version.decode(row).memory();
            countEntities(owner, memory, -1);
            entry.rows().delete(Keys.pointer(memory.id()));
            memories[0]++;
        });
        entry.countMemories(-memories[0]);
        visit(
                'v',
                owner,
                (key, row) -> entry.rows()
                        .delete(Keys.pointer(Version.decode(row).memory().id())));
        visit('c', owner, (key, row) -> {
            ChangeRow change = ChangeRow.decode(row);
            entry.rows().delete(Keys.operator(change.logIndex(), change.ordinal()));
        });
        visit('x', owner, (key, row) -> {
            Context context = Rows.ContextRow.decode(row).context();
            dropExpiry(key, context == null ? null : context.expiresAt());
        });
        visit('z', owner, (key, row) -> dropExpiry(key, Rows.syncEvent(row).expiresAt()));
        for (char table : Keys.OWNED_TABLES.toCharArray()) {
            visit(table, owner, (key, row) -> entry.rows().delete(key));
        }
        entry.index().add(new IndexUpdate.Drop(owner.hash()));
        return memories[0];
    }

    private void dropExpiry(byte[] key, @Nullable Instant expiresAt) {
        if (expiresAt != null) {
            entry.rows().delete(Keys.expiry(expiresAt, key));
        }
    }

    private void visit(char table, OwnerState owner, BiConsumer<byte[], byte[]> visitor) {
        byte[] rows = Keys.owned(table, owner.hash());
        entry.rows().visit(rows, Keys.end(rows), (key, row) -> {
            visitor.accept(key, row);
            return true;
        });
    }

    private static byte[] embeddingKey(OwnerState owner, long arrival) {
        return Keys.embedding(owner.hash(), owner.spaces().generation(), arrival);
    }

    /// How many memories the owner has: all of them carry its id.
    long count(OwnerState owner) {
        byte[] row =
                entry.rows().get(Keys.entity(owner.owner().kind(), owner.owner().id(), owner.hash()));
        return row == null ? 0 : EntityRow.decode(row).memories();
    }

    private void storeEmbedding(OwnerState owner, long arrival, @Nullable Embedding embedding, long sequence) {
        byte[] key = embeddingKey(owner, arrival);
        if (embedding == null) {
            entry.rows().delete(key);
        } else {
            entry.rows().put(key, Rows.encode(embedding, sequence));
        }
    }

    /// The memory with the content, but for expired and superseded ones; of several, the one with the lowest
    /// id.
    ///
    /// @param counts which memories may be it
    @Nullable
    Placed duplicate(OwnerState owner, byte[] contentHash, Predicate<Memory> counts) {
        return lowest(owner, duplicates(Keys.duplicate(owner.hash(), contentHash)), counts);
    }

    /// The same among the latest [#MAX_DUPLICATES] that arrived.
    @Nullable
    Placed latestDuplicate(OwnerState owner, byte[] contentHash, Predicate<Memory> counts) {
        List<Long> all = duplicates(Keys.duplicate(owner.hash(), contentHash));
        return lowest(owner, all.subList(Math.max(0, all.size() - MAX_DUPLICATES), all.size()), counts);
    }

    private @Nullable Placed lowest(OwnerState owner, List<Long> arrivals, Predicate<Memory> counts) {
        Placed lowest = null;
        for (long arrival : arrivals) {
            Placed placed = at(owner, arrival);
            if (placed != null
                    && !placed.memory().expired(entry.at())
                    && placed.memory().replacedBy() == null
                    && (lowest == null
                            || placed.memory().id().compareTo(lowest.memory().id()) < 0)
                    && counts.test(placed.memory())) {
                lowest = placed;
            }
        }
        return lowest;
    }

    void addDuplicate(OwnerState owner, Memory memory, long arrival, boolean latestAlone) {
        byte[] key = Keys.duplicate(owner.hash(), ContentHash.of(memory));
        List<Long> arrivals = duplicates(key);
        arrivals.add(arrival);
        arrivals.sort(null);
        storeDuplicates(key, latestAlone ? latest(arrivals) : arrivals);
    }

    private static List<Long> latest(List<Long> arrivals) {
        if (arrivals.size() <= MAX_DUPLICATES) {
            return arrivals;
        }
        List<Long> latest = new ArrayList<>(List.of(Rows.OLDER_LEFT_OUT));
        latest.addAll(arrivals.subList(arrivals.size() - MAX_DUPLICATES, arrivals.size()));
        return latest;
    }

    void removeDuplicate(OwnerState owner, Memory memory, long arrival) {
        byte[] key = Keys.duplicate(owner.hash(), ContentHash.of(memory));
        List<Long> arrivals = duplicates(key);
        arrivals.remove(arrival);
        storeDuplicates(key, arrivals);
    }

    private List<Long> duplicates(byte[] key) {
        byte[] row = entry.rows().get(key);
        return row == null ? new ArrayList<>() : Rows.arrivals(row);
    }

    private void storeDuplicates(byte[] key, List<Long> arrivals) {
        if (arrivals.isEmpty()) {
            entry.rows().delete(key);
            return;
        }
        entry.rows().put(key, Rows.encode(arrivals));
    }

    void countEntities(OwnerState owner, Memory memory, int more) {
        for (OwnerKind kind : OwnerKind.values()) {
            String id = memory.scope().id(kind);
            if (id == null) {
                continue;
            }
            byte[] key = Keys.entity(kind, id, owner.hash());
            byte[] row = entry.rows().get(key);
            EntityRow now = row == null ? new EntityRow(0, entry.at(), memory.createdAt()) : EntityRow.decode(row);
            if (now.memories() + more == 0) {
                entry.rows().delete(key);
            } else {
                entry.rows().put(key, now.with(more, memory, entry.at()).encode());
            }
        }
    }
}
