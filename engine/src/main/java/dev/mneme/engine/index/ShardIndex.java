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

/// The search index of one shard: the forward index on disk (what the analyser made of each memory)
/// and, on the heap, the owners that are in use.
///
/// A row of the forward index is `owner hash · arrival -> version · analysed memory`. It is a cache of the
/// analysis and nothing else: a memory whose row is missing, or of another version of it or of the analyser,
/// is analysed when its owner is loaded. So the whole folder can be deleted at any time, and a memory whose
/// owner nobody searches is not analysed at all until somebody does: an add then costs no analysis and no row.
///
/// It remembers the log index that it contains: no row is of something that was changed or removed up to there.
/// By this a start sees which owners' rows must be checked.
///
/// Loading an owner and applying a change may coincide. The owner is registered before its rows are
/// read, and changes that are applied from then on are kept aside and put on top; applying one twice
/// changes nothing.
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

    /// Held for a write of rows: tables take one at a time, and a checkpoint writes too.
    private final Object writing = new Object();

    /// The log index that the forward index contains, on the disk or not; guarded by `writing`.
    private long contained;

    /// @param forward the forward index; thrown away with its folder
    /// @param loaded the owners on the heap, shared with the other shards
    public ShardIndex(Tables forward, IndexSource source, OwnerIndexes loaded) {
        this.forward = forward;
        this.source = source;
        this.loaded = loaded;
        this.contained = forward.appliedIndex();
    }

    /// What an applied entry means for the index. When it returns, every search finds it.
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

    /// All memories were replaced by others. Nothing of the earlier ones is found any more.
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

    /// At which update each owner's index is thrown away last, for the owners whose index is. An index on the heap is
    /// loaded from rows that contain the whole entry, so it must not be given what stands before that update: it
    /// might have vectors of a space that the owner has left.
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

    /// An owner that is loaded from now on is loaded from rows which have this memory already.
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

    /// The owner's index, loaded when it is not.
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

    /// What a row says of the memory; null if it is of another version of either the memory or the analyser.
    private static byte @Nullable [] analysis(byte[] row, Memory memory) {
        ByteReader in = new ByteReader(row);
        if (in.unsigned() != memory.version()) {
            return null;
        }
        byte[] analysis = in.rest();
        return AnalyzedMemoryCodec.isCurrent(analysis) ? analysis : null;
    }

    /// Says that the tables contain this log index. Where the forward index contains less, the owners that
    /// changed since then have to be checked: all of them when it is new, and then every row is made. All of
    /// them, too, when its rows are of an earlier version of the analyser, which are made anew.
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

    /// Whether an earlier version of the analyser made the first row, which is the last to be made anew.
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

    /// Makes the rows of one more owner what its memories say: old ones are made anew, left-over ones removed,
    /// and missing ones made when the forward index is new.
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

    /// Makes durable what the forward index contains, which may be no more than that it had no row to change.
    public void checkpoint() {
        Tables.Batch nothing = new Tables.Batch();
        synchronized (writing) {
            nothing.appliedIndex(contained);
            forward.write(nothing);
        }
        forward.checkpoint();
    }

    /// Drops from the disk what an erased owner's words left behind.
    public void compact(byte[] owner) {
        forward.compact(key(owner, 0), key(owner, -1));
    }

    /// A memory without its text: for filters.
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
