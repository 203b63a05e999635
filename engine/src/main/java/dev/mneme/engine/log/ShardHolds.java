package dev.mneme.engine.log;

import java.util.ArrayList;
import java.util.List;

/// What is to be released of a shard, and who holds it back. Not thread-safe: guarded by the catalog's
/// monitor.
///
/// ```text
///   released        the hindmost hold     asked for
///   ----+------------------+------------------+------
///       kept by the holds, and then by nobody
/// ```
final class ShardHolds {
    private final List<Held> holds = new ArrayList<>();
    private long asked;

    /// One reader's.
    static final class Held {
        private long from;
        private boolean lost;

        private Held(long from) {
            this.from = from;
        }
    }

    Held begin(long from) {
        Held hold = new Held(from);
        holds.add(hold);
        return hold;
    }

    void advance(Held hold, long index) {
        hold.from = Math.max(hold.from, index);
    }

    void end(Held hold) {
        holds.remove(hold);
    }

    boolean isLost(Held hold) {
        return hold.lost;
    }

    /// The shard itself needs nothing below an index.
    ///
    /// @param index at most the index after the last entry
    void ask(long index) {
        asked = Math.max(asked, index);
    }

    /// The shard ends before an index: what comes there later was asked for by nobody.
    void endBefore(long index) {
        asked = Math.min(asked, index);
    }

    /// Before which index the entries may go.
    long releasable() {
        return Math.min(asked, hindmost());
    }

    /// The lowest index that somebody holds; [Long#MAX_VALUE] when nobody does.
    long hindmost() {
        return holds.stream().mapToLong(hold -> hold.from).min().orElse(Long.MAX_VALUE);
    }

    /// Loses the holds that keep something below an index which the shard itself does not need.
    void loseBelow(long index) {
        long needless = Math.min(index, asked);
        holds.removeIf(hold -> {
            hold.lost = hold.from < needless;
            return hold.lost;
        });
    }

    /// Begins anew, as the shard does.
    void loseAll() {
        holds.forEach(hold -> hold.lost = true);
        holds.clear();
        asked = 0;
    }
}
