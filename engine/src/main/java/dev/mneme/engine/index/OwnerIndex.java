package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Restriction;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// The search index of one owner, in the heap: what was put is found by every search that begins afterwards.
///
/// **Promises**: a score is that of [Formula], over this owner's living memories alone; it does not depend on
/// filters or on other candidates. State after any history of puts, removals and expiries is that of an
/// index into which the remaining memories were put in order.
///
/// **Expiry** is by the readers' clocks, of which the latest counts: what one search saw expire stays hidden
/// from a search whose clock is a little behind.
///
/// **Not promised**: that owners of more than `OwnerSearch.FULL_LIMIT` memories get every hit of the plain
/// exact scan; their first stage keeps the best 200, which lost nothing when it was measured.
///
/// **Threads**: any number may search, at the same time; writers take turns, and wait for searches to end.
///
/// **Failures**: `MnemeException` with `embedder_mismatch` for a vector that cannot be compared with those
/// held; the index is then unchanged.
public final class OwnerIndex {
    /// Fair: otherwise searches on virtual threads, which nobody preempts, pass by a parked one and the
    /// writer behind it for seconds.
    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

    private static final int MAX_VIEWS = 8;

    private volatile Instant nextExpiry = Instant.MAX;

    /// Guarded by the lock.
    private OwnerMemories memories;

    /// What each restriction allows, as if there were nothing else. Made under the read lock, changed
    /// under the write lock together with `memories`.
    private final Map<Restriction, OwnerMemories> views = new ConcurrentHashMap<>();

    public OwnerIndex() {
        this(Vectors.QUANTIZE_FROM);
    }

    /// An index that, from so many memories on, scans vectors rounded to bytes first and takes exact
    /// ones for the best few hundred.
    public OwnerIndex(int quantizeFrom) {
        this(VectorMath.BEST, quantizeFrom);
    }

    /// An index that may take the words of a query as they are written, to measure what [Corrections] are worth.
    public static OwnerIndex withoutCorrections() {
        return new OwnerIndex(VectorMath.BEST, Vectors.QUANTIZE_FROM, false);
    }

    /// With a given arithmetic.
    OwnerIndex(VectorMath math, int quantizeFrom) {
        this(math, quantizeFrom, true);
    }

    private OwnerIndex(VectorMath math, int quantizeFrom, boolean corrects) {
        memories = new OwnerMemories(math, quantizeFrom, corrects);
    }

    /// Adds a memory, or replaces the one with this ordinal.
    ///
    /// @param ordinal the owner's sequence at the memory's add: its place in the order of arrival
    /// @param header the memory, for filters; its text is not used and may be empty
    /// @param analyzed what [AnalyzedMemory#of] made of the memory with its text
    /// @param embedding its vector and token vectors, or null while it has none
    public void put(long ordinal, Memory header, AnalyzedMemory analyzed, @Nullable Embedding embedding) {
        write(() -> {
            memories.put(ordinal, header, analyzed, embedding);
            views.forEach((restriction, view) -> {
                if (restriction.allows(header.scope())) {
                    view.put(ordinal, header, analyzed, embedding);
                } else {
                    view.remove(ordinal);
                }
            });
        });
    }

    /// Removes a memory.
    ///
    /// @return whether it was there
    public boolean remove(long ordinal) {
        boolean[] removed = new boolean[1];
        write(() -> {
            removed[0] = memories.remove(ordinal);
            memories = dense(memories);
            views.replaceAll((restriction, view) -> {
                view.remove(ordinal);
                return dense(view);
            });
        });
        return removed[0];
    }

    private static OwnerMemories dense(OwnerMemories memories) {
        return memories.isSparse() ? memories.compacted() : memories;
    }

    /// The best memories for a request, best first, ties by id.
    public List<SearchHit> search(IndexQuery request) {
        AnalyzedQuery query = request.text() == null ? null : AnalyzedQuery.of(request.text(), request.reference());
        Lock read = lock.readLock();
        readAsOf(request.now(), read);
        try {
            Restriction restriction = request.restriction();
            return OwnerSearch.run(restriction == null ? memories : view(restriction), request, query);
        } finally {
            read.unlock();
        }
    }

    /// For who holds the read lock. When there are too many, those in use live on with their readers alone.
    private OwnerMemories view(Restriction restriction) {
        if (views.size() >= MAX_VIEWS && !views.containsKey(restriction)) {
            views.clear();
        }
        return views.computeIfAbsent(restriction, each -> memories.of(header -> each.allows(header.scope())));
    }

    /// Takes the read lock when nothing that is held as living has expired by `now`.
    private void readAsOf(Instant now, Lock read) {
        read.lock();
        while (!now.isBefore(nextExpiry)) {
            read.unlock();
            write(() -> {
                memories.advance(now);
                views.values().forEach(view -> view.advance(now));
            });
            read.lock();
        }
    }

    /// Memories held, expired ones included.
    public int size() {
        Lock read = lock.readLock();
        read.lock();
        try {
            return memories.size();
        } finally {
            read.unlock();
        }
    }

    /// About how much heap the index takes.
    public long sizeBytes() {
        Lock read = lock.readLock();
        read.lock();
        try {
            return memories.sizeBytes()
                    + views.values().stream()
                            .mapToLong(OwnerMemories::sizeBytes)
                            .sum();
        } finally {
            read.unlock();
        }
    }

    private void write(Runnable change) {
        Lock write = lock.writeLock();
        write.lock();
        try {
            change.run();
        } catch (RuntimeException | Error e) {
            views.clear(); // they may have come apart
            throw e;
        } finally {
            nextExpiry = memories.nextExpiry();
            write.unlock();
        }
    }
}
