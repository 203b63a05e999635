package dev.mneme.inference.embed;

import dev.mneme.core.queue.FairQueue;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What waits for a worker: queries first, then adds, then bulk work; each of these in fair turns of its own.
///
/// What comes later is not put off for ever: while it waits, a small part of what those before it cost is owed to it
/// ([#share]), and once that pays for its next turn it has it.
///
/// **Threads**: one, or a lock of the caller's.
final class PurposeQueue<T> {
    /// Costs are owed in parts of this.
    private static final int WHOLE = 16;

    private final Map<Purpose, FairQueue<T>> queues = new EnumMap<>(Purpose.class);
    private final Map<Purpose, Long> owed = new EnumMap<>(Purpose.class);

    PurposeQueue() {
        for (Purpose purpose : Purpose.values()) {
            queues.put(purpose, new FairQueue<>());
            owed.put(purpose, 0L);
        }
    }

    /// What is owed to those who wait, of [#WHOLE]: an eighth to adds, a sixteenth to bulk work.
    private static int share(Purpose purpose) {
        return switch (purpose) {
            case QUERY -> 0;
            case ADD -> 2;
            case BULK -> 1;
        };
    }

    void add(Demand demand, long cost, T item) {
        of(demand.purpose()).add(demand.tenant(), cost, item);
    }

    private FairQueue<T> of(Purpose purpose) {
        return queues.get(purpose);
    }

    boolean isEmpty() {
        return queues.values().stream().allMatch(FairQueue::isEmpty);
    }

    boolean isEmpty(Purpose purpose) {
        return of(purpose).isEmpty();
    }

    /// Who is next; null when nobody waits.
    @Nullable
    T poll() {
        Purpose next = null;
        for (Purpose purpose : Purpose.values()) {
            if (!isEmpty(purpose)) {
                boolean isOwed = owed(purpose) >= of(purpose).nextCost() * WHOLE;
                if (next == null || isOwed) {
                    next = purpose;
                }
            }
        }
        return next == null ? null : poll(next);
    }

    /// Who is next of one purpose; null when nobody waits.
    @Nullable
    T poll(Purpose purpose) {
        FairQueue<T> queue = of(purpose);
        if (queue.isEmpty()) {
            return null;
        }
        long cost = queue.nextCost();
        T item = queue.poll();
        owed.put(purpose, queue.isEmpty() ? 0 : Math.max(0, owed(purpose) - cost * WHOLE));
        for (Purpose later : Purpose.values()) {
            if (later.compareTo(purpose) > 0 && !isEmpty(later)) {
                owed.put(later, owed(later) + cost * share(later));
            }
        }
        return item;
    }

    private long owed(Purpose purpose) {
        return owed.get(purpose);
    }
}
