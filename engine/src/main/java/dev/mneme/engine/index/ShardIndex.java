package dev.mneme.engine.index;

import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The search index of one shard: the forward index on disk (the analyses of memories) and, on the heap, the owners
/// that are in use.
///
/// A row of the forward index is `owner hash · arrival -> version · analysed memory`. It is only a cache of the
/// analysis. A memory is analysed when its owner is loaded, if its row is missing, or is of another version of the
/// memory or of the analyser. So the whole folder can be deleted at any time. A memory whose owner nobody searches is
/// not analysed at all until somebody does, so that its add costs no analysis and no row.
///
/// It remembers which log index it contains: no row is of something that was changed or removed up to there. This tells
/// a start which owners' rows must be checked.
///
/// Loading an owner and applying a change may coincide. The owner is registered before its rows are read. Changes that
/// are applied from then on are kept aside and applied afterwards; applying a change twice has no further effect.
///
/// **Threads**: [#begin], [#applied], [#replaced] and [#rebuildSlice] on the shard's thread, or before it starts; the
/// rest on any.
public final class ShardIndex {
    private static final int SLICE = 256;
    private static final byte ROW = 'f';

    private final Tables forward;
    private final IndexSource source;
    private final OwnerIndexes loaded;
    private final AtomicLong backlog = new AtomicLong();
    private @Nullable List<byte[]> ownersToRebuild;
    private boolean fillsGaps;

    private long applied;

    /// Held while rows are written: tables take one write at a time, and a checkpoint writes too.
    private final Object writing = new Object();

    /// The log index that the forward index contains, whether it is on the disk yet or not; guarded by `writing`.
    private long contained;

    /// @param forward the forward index, which goes when its folder is deleted
    /// @param loaded the owners on the heap, shared with the other shards
    public ShardIndex(Tables forward, IndexSource source, OwnerIndexes loaded) {
        this.forward = forward;
        this.source = source;
        this.loaded = loaded;
        this.contained = forward.appliedIndex();
    }

    /// Applies what an entry means for the index. When it returns, every search finds it.
    public void applied(long logIndex, List<IndexUpdate> updates) {
        Tables.Batch rows = new Tables.Batch();
        Map<ByteBuffer, Integer> thrownAway = lastThrownAway(updates);
        for (int i = 0; i < updates.size(); i++) {
            IndexUpdate update = updates.get(i);
            boolean onHeap = thrownAway.isEmpty() || i > thrownAway.getOrDefault(ByteBuffer.wrap(update.owner()), -1);
            switch (update) {
                case IndexUpdate.Put put -> put(rows, put, onHeap);
                case IndexUpdate.Remove remove -> remove(rows, remove, onHeap);
                case IndexUpdate.Reload reload -> loaded.forget(reload.owner());
                case IndexUpdate.Drop drop -> {
                    drop(rows, drop.owner());
                    loaded.forget(drop.owner());
                }
            }
        }
        applied = Math.max(logIndex, applied);
        write(rows, ownersToRebuild == null ? applied : 0);
    }

    /// All memories were replaced. None of the former ones is found any more.
    ///
    /// @param owners shows each owner that had or has memories
    public void replaced(long logIndex, Consumer<Consumer<byte[]>> owners) {
        ownersToRebuild = null;
        backlog.set(0);
        applied = logIndex;
        synchronized (writing) {
            contained = logIndex;
            forward.replaceAll(logIndex, none -> {});
        }
        owners.accept(loaded::forget);
    }

    /// Keeps nothing of the owner on the heap: the next search loads it from the rows.
    public void forget(byte[] owner) {
        loaded.forget(owner);
    }

    /// @param contains what the forward index contains afterwards, if that is more than before
    private void write(Tables.Batch rows, long contains) {
        synchronized (writing) {
            contained = Math.max(contains, contained);
            if (!rows.rows().isEmpty()) {
                rows.appliedIndex(contained);
                forward.write(rows);
            }
        }
    }

    /// For owners whose index is thrown away: the last update that does so. An index on the heap is loaded from
    /// rows that contain the whole entry, so it must not be given updates from before that one, which might have
    /// vectors of a space that the owner has left.
    private static Map<ByteBuffer, Integer> lastThrownAway(List<IndexUpdate> updates) {
        Map<ByteBuffer, Integer> last = new HashMap<>();
        for (int i = 0; i < updates.size(); i++) {
            IndexUpdate update = updates.get(i);
            if (update instanceof IndexUpdate.Reload || update instanceof IndexUpdate.Drop) {
                last.put(ByteBuffer.wrap(update.owner()), i);
            }
        }
        return last;
    }

    /// Writes a row. An owner that is loaded from now on is loaded from rows that have this memory already.
    private void put(Tables.Batch rows, IndexUpdate.Put put, boolean onHeap) {
        byte[] key = key(put.owner(), put.arrival());
        if (loaded.holds(put.owner())) {
            AnalyzedMemory analyzed = AnalyzedMemory.of(put.memory());
            rows.put(key, row(put.memory(), analyzed));
            if (onHeap) {
                loaded.change(
                        put.owner(),
                        index -> index.put(put.arrival(), header(put.memory()), analyzed, put.embedding()));
            }
        } else if (put.memory().version() > 1) {
            rows.delete(key); // the words of the version before
        }
    }

    private void remove(Tables.Batch rows, IndexUpdate.Remove remove, boolean onHeap) {
        rows.delete(key(remove.owner(), remove.arrival()));
        if (onHeap) {
            loaded.change(remove.owner(), index -> index.remove(remove.arrival()));
        }
    }

    private void drop(Tables.Batch rows, byte[] owner) {
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(key(owner, 0), key(owner, -1), (key, row) -> {
                rows.delete(key);
                return true;
            });
        }
    }

    /// The owner's index, which is loaded if necessary.
    public OwnerIndex owner(byte[] owner) {
        return loaded.get(owner, () -> load(owner));
    }

    private OwnerIndex load(byte[] owner) {
        Map<Long, byte[]> rows = rows(owner);
        OwnerIndex index = new OwnerIndex();
        source.memories(
                owner,
                (arrival, memory, embedding) ->
                        index.put(arrival, header(memory), analyzed(memory, rows.get(arrival)), embedding.get()));
        return index;
    }

    private static AnalyzedMemory analyzed(Memory memory, byte @Nullable [] row) {
        byte[] analysis = row == null ? null : analysis(row, memory);
        return analysis == null ? AnalyzedMemory.of(memory) : AnalyzedMemory.decode(analysis);
    }

    /// The row's analysis of the memory; null if it is of another version of either the memory or the analyser.
    private static byte @Nullable [] analysis(byte[] row, Memory memory) {
        ByteReader in = new ByteReader(row);
        if (in.unsigned() != memory.version()) {
            return null;
        }
        byte[] analysis = in.rest();
        return AnalyzedMemoryCodec.isCurrent(analysis) ? analysis : null;
    }

    /// Says that the tables contain this log index. If the forward index contains less, the owners that changed since
    /// then have to be checked. If it is new, every owner has to be, and every row is made; if its rows are of an
    /// earlier version of the analyser, every row is made anew.
    public void begin(long tablesContain) {
        long contains = forward.appliedIndex();
        applied = Math.max(contains, tablesContain);
        boolean outdated = isOutdated();
        if (contains < tablesContain || outdated) {
            List<byte[]> owners = new ArrayList<>();
            source.ownersChangedAfter(outdated ? 0 : contains, owners::add);
            ownersToRebuild = owners;
            fillsGaps = contains == 0;
            backlog.set(owners.size());
        }
    }

    /// Whether an earlier version of the analyser made the first row, which is the last one to be made anew.
    private boolean isOutdated() {
        boolean[] outdated = {false};
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(new byte[] {ROW}, new byte[] {ROW + 1}, (key, row) -> {
                ByteReader in = new ByteReader(row);
                in.unsigned();
                outdated[0] = !AnalyzedMemoryCodec.isCurrent(in.rest());
                return false;
            });
        }
        return outdated[0];
    }

    /// How many owners have yet to be checked.
    public long backlog() {
        return backlog.get();
    }

    /// Corrects the rows of one more owner: rows that no longer agree with their memories are made anew, rows without a
    /// memory are removed, and missing ones are made when the forward index is new.
    ///
    /// @return whether there is more to do
    public boolean rebuildSlice() {
        List<byte[]> owners = ownersToRebuild;
        if (owners == null || owners.isEmpty()) {
            ownersToRebuild = null;
            write(new Tables.Batch(), applied);
            return false;
        }
        byte[] owner = owners.removeLast();
        Map<Long, byte[]> leftOver = rows(owner);
        Tables.Batch[] rows = {new Tables.Batch()};
        source.memories(owner, (arrival, memory, embedding) -> {
            byte[] row = leftOver.remove(arrival);
            boolean wrong = row == null ? fillsGaps : analysis(row, memory) == null;
            if (wrong) {
                rows[0].put(key(owner, arrival), row(memory, AnalyzedMemory.of(memory)));
            }
            if (rows[0].rows().size() >= SLICE) {
                write(rows[0], 0);
                rows[0] = new Tables.Batch();
            }
        });
        leftOver.keySet().forEach(arrival -> rows[0].delete(key(owner, arrival)));
        write(rows[0], 0);
        backlog.decrementAndGet();
        return true;
    }

    private Map<Long, byte[]> rows(byte[] owner) {
        Map<Long, byte[]> rows = new HashMap<>();
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(key(owner, 0), key(owner, -1), (key, row) -> {
                rows.put(ByteBuffer.wrap(key, key.length - 8, 8).getLong(), row);
                return true;
            });
        }
        return rows;
    }

    /// Makes the forward index's contents durable, even if only its log index has changed.
    public void checkpoint() {
        Tables.Batch nothing = new Tables.Batch();
        synchronized (writing) {
            nothing.appliedIndex(contained);
            forward.write(nothing);
        }
        forward.checkpoint();
    }

    /// Cleans up on the disk what an erased owner's words left behind.
    public void compact(byte[] owner) {
        forward.compact(key(owner, 0), key(owner, -1));
    }

    /// A memory without its text, for filters.
    private static Memory header(Memory memory) {
        return new Memory(
                memory.id(),
                memory.scope(),
                "",
                memory.role(),
                memory.name(),
                memory.metadata(),
                memory.categories(),
                memory.timestamp(),
                memory.createdAt(),
                memory.updatedAt(),
                memory.expiresAt(),
                memory.version(),
                memory.replacedBy());
    }

    private static byte[] row(Memory memory, AnalyzedMemory analyzed) {
        return new ByteWriter(256)
                .unsigned(memory.version())
                .raw(analyzed.encode())
                .toByteArray();
    }

    private static byte[] key(byte[] owner, long arrival) {
        return ByteBuffer.allocate(1 + owner.length + 8)
                .put(ROW)
                .put(owner)
                .putLong(arrival)
                .array();
    }
}
