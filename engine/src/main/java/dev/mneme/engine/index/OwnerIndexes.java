package dev.mneme.engine.index;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The owners whose indexes are on the heap. Once they take more than the budget, the least recently used go first.
///
/// **Threads**: any. Each owner's changes come from one thread. The map is guarded by this object's lock, which is
/// never held while an index is loaded or searched.
public final class OwnerIndexes {
    private static final int WEIGH_EVERY = 64;

    /// How many changes are kept aside for an index that is being loaded. Beyond it the applying thread waits for
    /// the load, which reads a snapshot and so always ends. Starting the load again might never end under steady
    /// writes.
    static final int MAX_PENDING = 1_024;

    private final long budgetBytes;
    private final Map<ByteBuffer, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /// @param budgetBytes of heap; an owner in use may exceed it by itself
    public OwnerIndexes(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /// One owner, from the moment that its index is needed.
    private static final class Slot {
        final CompletableFuture<OwnerIndex> ready = new CompletableFuture<>();
        /// Changes that were applied while it was loading; guarded by this slot's lock.
        final List<Consumer<OwnerIndex>> pending = new ArrayList<>();
        /// Guarded by this slot's lock; null while loading.
        @Nullable
        OwnerIndex index;

        int changes;
        /// Guarded by the map's lock.
        long weight;
    }

    /// The owner's index. The first caller loads it, and others wait for that.
    OwnerIndex get(byte[] owner, Supplier<OwnerIndex> load) {
        ByteBuffer key = ByteBuffer.wrap(owner);
        Slot slot;
        boolean mine = false;
        synchronized (this) {
            slot = slots.get(key);
            if (slot == null) {
                slot = new Slot();
                slots.put(key, slot);
                mine = true;
            }
        }
        if (mine) {
            load(key, slot, load);
        }
        try {
            return slot.ready.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void load(ByteBuffer key, Slot slot, Supplier<OwnerIndex> load) {
        try {
            OwnerIndex index = load.get();
            synchronized (slot) {
                slot.pending.forEach(change -> change.accept(index));
                slot.pending.clear();
                slot.index = index;
            }
            weigh(key, slot, index);
            slot.ready.complete(index);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                slots.remove(key, slot);
            }
            slot.ready.completeExceptionally(e);
        }
    }

    /// Whether the owner's index is here or being loaded.
    synchronized boolean holds(byte[] owner) {
        return slots.containsKey(ByteBuffer.wrap(owner));
    }

    /// Changes the owner's index, if it is here or being loaded.
    void change(byte[] owner, Consumer<OwnerIndex> change) {
        ByteBuffer key = ByteBuffer.wrap(owner);
        for (Slot slot = slot(key); slot != null; slot = slot(key)) {
            OwnerIndex index;
            synchronized (slot) {
                index = slot.index;
                if (index != null) {
                    change.accept(index);
                } else if (slot.pending.size() < MAX_PENDING) {
                    slot.pending.add(change);
                    return;
                }
            }
            if (index != null) {
                if (++slot.changes % WEIGH_EVERY == 0) {
                    weigh(key, slot, index);
                }
                return;
            }
            slot.ready.handle((loaded, failure) -> loaded).join(); // one that failed is no longer in the map
        }
    }

    private synchronized @Nullable Slot slot(ByteBuffer key) {
        return slots.get(key);
    }

    /// Drops the owner's index.
    synchronized void forget(byte[] owner) {
        Slot slot = slots.remove(ByteBuffer.wrap(owner));
        if (slot != null) {
            bytes -= slot.weight;
        }
    }

    private void weigh(ByteBuffer key, Slot slot, OwnerIndex index) {
        long weight = index.sizeBytes();
        synchronized (this) {
            if (slots.get(key) != slot) {
                return;
            }
            bytes += weight - slot.weight;
            slot.weight = weight;
            Iterator<Slot> oldestFirst = slots.values().iterator();
            while (bytes > budgetBytes && oldestFirst.hasNext()) {
                Slot oldest = oldestFirst.next();
                if (oldest != slot && oldest.ready.isDone()) {
                    bytes -= oldest.weight;
                    oldestFirst.remove();
                }
            }
        }
    }

    /// How much of the heap the indexes take, as last measured.
    public synchronized long bytes() {
        return bytes;
    }
}
