package dev.mneme.inference.embed;

import dev.mneme.core.queue.FairQueue;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Tasks that wait for a worker: queries first, then adds, then bulk work; within each of these, fair turns.
///
/// Later kinds do not wait for ever: while they wait, they are credited a small part of the cost of earlier ones, and
/// once that pays for their next turn, they get it.
///
/// **Threads**: one, or callers that hold a lock of their own.
final class PurposeQueue<T> {
    /// Credits are counted in parts of this.
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

        /// The share that is credited to those who wait: an eighth to adds, a sixteenth to bulk work.
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

        /// A task of an earlier kind had a turn.
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

    /// The next task; null when nobody waits.
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

    /// The next task of one purpose; null when nobody waits.
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
