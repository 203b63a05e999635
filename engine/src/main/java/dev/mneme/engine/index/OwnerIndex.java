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

/// The search index of one owner, on the heap. Every search finds what was put before it began.
///
/// **Promises**: a score is that of [Formula], over this owner's living memories alone; it does not depend on filters
/// or on other candidates. After any history of puts, removals and expiries, the state is that of an index into which
/// the remaining memories were put in order.
///
/// **Expiry** follows the readers' clocks, of which the latest counts: a memory that one search saw expire stays hidden
/// from a search whose clock is a little behind.
///
/// **Not promised**: that owners of more than `OwnerSearch.FULL_LIMIT` memories get every hit of a plain exact scan.
/// Their first stage keeps the best 200, which lost nothing when it was measured.
///
/// **Threads**: any number may search at the same time; writers take turns, and wait for searches to end.
///
/// **Failures**: `MnemeException` with `embedder_mismatch` for a vector that cannot be compared with those in the
/// index, which is then unchanged.
public final class OwnerIndex {
    /// Fair. Otherwise searches on virtual threads, which nothing preempts, overtake a parked one and the writer behind
    /// it for seconds.
    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

    private static final int MAX_VIEWS = 8;

    private volatile Instant nextExpiry = Instant.MAX;

    /// Guarded by the lock.
    private OwnerMemories memories;

    /// For each restriction the memories that it allows, as if there were no others. Made under the read lock, changed
    /// under the write lock together with `memories`.
    private final Map<Restriction, OwnerMemories> views = new ConcurrentHashMap<>();

    public OwnerIndex() {
        this(Vectors.QUANTIZE_FROM);
    }

    /// An index that, from this many memories on, first scans vectors rounded to bytes, and then exact ones for the
    /// best few hundred.
    public OwnerIndex(int quantizeFrom) {
        this(VectorMath.BEST, quantizeFrom);
    }

    /// An index that takes a query's words as they are written, to measure what [Corrections] are worth.
    public static OwnerIndex withoutCorrections() {
        return new OwnerIndex(VectorMath.BEST, Vectors.QUANTIZE_FROM, false);
    }

    /// An index with a given arithmetic.
    OwnerIndex(VectorMath math, int quantizeFrom) {
        this(math, quantizeFrom, true);
    }

    private OwnerIndex(VectorMath math, int quantizeFrom, boolean corrects) {
        memories = new OwnerMemories(math, quantizeFrom, corrects);
    }

    /// Adds a memory, or replaces the one with this ordinal.
    ///
    /// @param ordinal the owner's sequence when the memory was added, which is its place in the order of arrival
    /// @param header the memory, for filters; its text is not used and may be empty
    /// @param analyzed the result of [AnalyzedMemory#of] for the memory with its text
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

    /// The view of a restriction; call it with the read lock held. When there are too many views, those in use live on
    /// only with their readers.
    private OwnerMemories view(Restriction restriction) {
        if (views.size() >= MAX_VIEWS && !views.containsKey(restriction)) {
            views.clear();
        }
        return views.computeIfAbsent(restriction, each -> memories.of(header -> each.allows(header.scope())));
    }

    /// Takes the read lock once no memory that counts as living has expired by `now`.
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

    /// How many memories it has, expired ones included.
    public int size() {
        Lock read = lock.readLock();
        read.lock();
        try {
            return memories.size();
        } finally {
            read.unlock();
        }
    }

    /// About how much of the heap the index takes.
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
