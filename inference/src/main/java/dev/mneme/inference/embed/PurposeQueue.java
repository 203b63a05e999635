package dev.mneme.inference.embed;

import dev.mneme.core.queue.FairQueue;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What waits for a worker: queries first, then adds, then bulk work; each of these in fair turns of its own.
///
/// What comes later is not put off for ever: while it waits, a small part of what those before it cost is owed to it,
/// and once that pays for its next turn it has it.
///
/// **Threads**: one, or a lock of the caller's.
final class PurposeQueue<T> {
    /// Costs are owed in parts of this.
    private static final int WHOLE = 16;

    /// In the order in which they are served.
    private final List<Lane<T>> lanes =
            Stream.of(Purpose.values()).map(purpose -> new Lane<T>(purpose)).toList();

    private static final class Lane<T> {
        final Purpose purpose;
        final FairQueue<T> queue = new FairQueue<>();

        /// In parts of [#WHOLE].
        long owed;

        Lane(Purpose purpose) {
            this.purpose = purpose;
        }

        /// What is owed to those who wait: an eighth to adds, a sixteenth to bulk work.
        private int share() {
            return switch (purpose) {
                case QUERY -> 0;
                case ADD -> 2;
                case BULK -> 1;
            };
        }

        boolean isDue() {
            return owed >= queue.nextCost() * WHOLE;
        }

        /// An earlier lane had a turn.
        void passedBy(long cost) {
            if (!queue.isEmpty()) {
                owed += cost * share();
            }
        }

        void served(long cost) {
            owed = queue.isEmpty() ? 0 : Math.max(0, owed - cost * WHOLE);
        }
    }

    void add(Demand demand, long cost, T item) {
        lane(demand.purpose()).queue.add(demand.tenant(), cost, item);
    }

    int size(Purpose purpose) {
        return lane(purpose).queue.size();
    }

    private Lane<T> lane(Purpose purpose) {
        return lanes.stream()
                .filter(lane -> lane.purpose == purpose)
                .findFirst()
                .orElseThrow();
    }

    /// Who is next; null when nobody waits.
    @Nullable
    T poll() {
        Lane<T> next = null;
        for (Lane<T> lane : lanes) {
            if (!lane.queue.isEmpty() && (next == null || lane.isDue())) {
                next = lane;
            }
        }
        return next == null ? null : take(next);
    }

    /// Who is next of one purpose; null when nobody waits.
    @Nullable
    T poll(Purpose purpose) {
        return size(purpose) == 0 ? null : take(lane(purpose));
    }

    private @Nullable T take(Lane<T> lane) {
        long cost = lane.queue.nextCost();
        T item = lane.queue.poll();
        lane.served(cost);
        lanes.subList(lanes.indexOf(lane) + 1, lanes.size()).forEach(later -> later.passedBy(cost));
        return item;
    }
}
