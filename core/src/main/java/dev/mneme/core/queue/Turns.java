package dev.mneme.core.queue;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/// Keeps the order of turns by virtual time. Each waiting party has a tag, and the lowest tag is next. A turn moves the
/// tag of the one that had it on by its cost. A newcomer begins at the tag of the latest turn, or where its own last
/// turn ended if that is later. So nobody can save up turns by staying away, and nobody can get rid of a turn's cost by
/// leaving the line for a moment. When nobody waits any more, everything is forgotten.
///
/// **Threads**: one, or callers that hold a lock of their own.
///
/// @param <K> identifies who waits
/// @param <L> what each has in its line
final class Turns<K, L> {
    private static final Comparator<Turn<?, ?>> LOWEST =
            Comparator.<Turn<?, ?>>comparingLong(turn -> turn.tag).thenComparingLong(turn -> turn.arrival);

    private final Map<K, Turn<K, L>> all = new HashMap<>();
    private final PriorityQueue<Turn<K, L>> waiting = new PriorityQueue<>(LOWEST);

    /// Those who wait for nothing now, but whose last turn is not yet made up for.
    private final PriorityQueue<Turn<K, L>> away = new PriorityQueue<>(LOWEST);

    private long now;
    private long arrivals;

    private static final class Turn<K, L> {
        final K who;
        final L line;
        long tag;
        long arrival;
        boolean isWaiting;

        Turn(K who, L line) {
            this.who = who;
            this.line = line;
        }
    }

    /// The line of one that waits, which takes part in the turns from now on.
    L enter(K who, Supplier<L> line) {
        Turn<K, L> turn = all.computeIfAbsent(who, each -> new Turn<>(each, line.get()));
        if (!turn.isWaiting) {
            away.remove(turn);
            turn.tag = Math.max(turn.tag, now);
            turn.arrival = arrivals++;
            turn.isWaiting = true;
            waiting.add(turn);
        }
        return turn.line;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// The line that is next.
    L first() {
        return Objects.requireNonNull(waiting.peek()).line;
    }

    /// Ends the turn of [#first].
    ///
    /// @param last whether its line is empty now
    void served(long cost, boolean last) {
        Turn<K, L> turn = waiting.remove();
        now = turn.tag;
        turn.tag += cost;
        turn.arrival = arrivals++;
        if (!last) {
            waiting.add(turn);
            forgetMadeUp();
            return;
        }
        turn.isWaiting = false;
        if (waiting.isEmpty()) {
            all.clear();
            away.clear();
            now = 0;
        } else {
            away.add(turn);
            forgetMadeUp();
        }
    }

    private void forgetMadeUp() {
        for (Turn<K, L> turn = away.peek(); turn != null && turn.tag <= now; turn = away.peek()) {
            away.remove();
            all.remove(turn.who);
        }
    }
}
