package dev.mneme.engine.feed;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SubjectSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The latest changes of a shard, on the heap, so that live readers need not go to the tables. Bounded
/// by count and by the size of texts and metadata; the oldest go first.
///
/// Of each owner it holds an unbroken run that ends with the owner's latest change, or nothing.
///
/// **Threads**: any; guarded by its own lock.
public final class RecentChanges {
    private static final int MAX_CHANGES = 8_192;

    private final long maxBytes;
    private final ArrayDeque<Change> all = new ArrayDeque<>();
    private final Map<Owner, ArrayDeque<Change>> byOwner = new HashMap<>();
    private long bytes;

    /// @param maxBytes of heap
    public RecentChanges(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    public synchronized void add(Change change) {
        if (change.type() == ChangeType.OWNER_ERASED) {
            byOwner.remove(change.owner());
        }
        all.add(change);
        byOwner.computeIfAbsent(change.owner(), owner -> new ArrayDeque<>(4)).add(change);
        bytes += size(change);
        while (all.size() > MAX_CHANGES || bytes > maxBytes) {
            forgetOldest();
        }
    }

    /// Forgets an owner's changes: they are no longer the latest.
    public synchronized void forget(Owner owner) {
        byOwner.remove(owner);
    }

    /// Forgets all: another history took its place.
    public synchronized void clear() {
        all.clear();
        byOwner.clear();
        bytes = 0;
    }

    private void forgetOldest() {
        Change oldest = all.remove();
        bytes -= size(oldest);
        ArrayDeque<Change> run = byOwner.get(oldest.owner());
        if (run != null && run.getFirst().equals(oldest)) {
            run.removeFirst();
            if (run.isEmpty()) {
                byOwner.remove(oldest.owner());
            }
        }
    }

    private static long size(Change change) {
        return SubjectSize.bytes(change.subject());
    }

    /// The owner's changes after a sequence, at most `limit`; null when they are not (all) here.
    public synchronized @Nullable List<Change> after(Owner owner, long sequence, int limit) {
        ArrayDeque<Change> run = byOwner.get(owner);
        if (run == null
                || run.getFirst().position().sequence() > sequence + 1
                || run.getLast().position().sequence() < sequence) {
            return null;
        }
        List<Change> changes = new ArrayList<>();
        Iterator<Change> newestFirst = run.descendingIterator();
        while (newestFirst.hasNext()) {
            Change change = newestFirst.next();
            if (change.position().sequence() <= sequence) {
                break;
            }
            changes.add(change);
        }
        List<Change> oldestFirst = changes.reversed();
        return new ArrayList<>(oldestFirst.subList(0, Math.min(limit, oldestFirst.size())));
    }

    /// The latest sequence of the owner, if its latest change is here; else -1.
    public synchronized long latest(Owner owner) {
        ArrayDeque<Change> run = byOwner.get(owner);
        return run == null ? -1 : run.getLast().position().sequence();
    }
}
