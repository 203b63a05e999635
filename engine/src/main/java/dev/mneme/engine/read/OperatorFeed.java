package dev.mneme.engine.read;

import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import dev.mneme.engine.read.OperatorCursor.Place;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every owner's changes, each shard's in the order of its log. A page takes some of every shard that has any before it
/// takes more of one, so that a busy shard does not keep the others' changes from a slow reader.
public final class OperatorFeed {
    private static final int BEFORE_ALL = -1;

    /// Changes that the reader has yet to read are no longer kept.
    private static final int GONE = -1;

    private OperatorFeed() {}

    /// The cursor of the present.
    public static String now(List<? extends ShardView> shards, String epoch) {
        return current(shards, epoch).toString();
    }

    private static OperatorCursor current(List<? extends ShardView> shards, String epoch) {
        List<Place> places = new ArrayList<>();
        for (ShardView shard : shards) {
            try (Scans scans = shard.scan()) {
                places.add(new Place(
                        scans.lastOperated(),
                        Integer.MAX_VALUE - 1,
                        scans.shard().trims()));
            }
        }
        return new OperatorCursor(epoch, places);
    }

    private static OperatorCursor oldest(List<? extends ShardView> shards, String epoch) {
        List<Place> places = new ArrayList<>();
        for (ShardView shard : shards) {
            try (Scans scans = shard.scan()) {
                places.add(new Place(0, BEFORE_ALL, scans.shard().trims()));
            }
        }
        return new OperatorCursor(epoch, places);
    }

    public static OperatorBatch read(List<? extends ShardView> shards, String epoch, String cursor, int limit) {
        Optional<OperatorCursor> from = cursor.isEmpty()
                ? Optional.of(oldest(shards, epoch))
                : OperatorCursor.parse(cursor, epoch, shards.size());
        if (from.isEmpty()) {
            return reset(shards, epoch, oldest(shards, epoch));
        }
        Page page = new Page(from.get(), limit);
        int first = page.first(shards.size());
        int share = Math.max(1, limit / shards.size());
        List<Integer> cut = new ArrayList<>();
        for (int i = 0; i < shards.size() && page.room() > 0; i++) {
            int number = (first + i) % shards.size();
            int most = Math.min(share, page.room());
            int taken = page.take(number, shards.get(number), most);
            if (taken == GONE) {
                return reset(shards, epoch, retained(shards, from.get()));
            }
            if (taken == most) {
                cut.add(number);
            }
        }
        for (int number : cut) {
            if (page.room() > 0 && page.take(number, shards.get(number), page.room()) == GONE) {
                return reset(shards, epoch, retained(shards, from.get()));
            }
        }
        return new OperatorBatch(page.changes, page.at.toString(), false);
    }

    /// A page while it is being read.
    private static final class Page {
        private final int limit;
        private final List<OperatorChange> changes = new ArrayList<>();
        private OperatorCursor at;

        Page(OperatorCursor at, int limit) {
            this.at = at;
            this.limit = limit;
        }

        int room() {
            return limit - changes.size();
        }

        /// The shard to begin with. It changes as the reader goes on, for pages that are too short for all shards.
        int first(int shards) {
            long read = 0;
            for (int i = 0; i < shards; i++) {
                read += at.places().get(i).logIndex() + at.places().get(i).ordinal();
            }
            return (int) Math.floorMod(read, (long) shards);
        }

        /// Takes the next changes of a shard.
        ///
        /// @return how many there were, or [#GONE]
        int take(int number, ShardView view, int most) {
            Place place = at.places().get(number);
            int before = changes.size();
            try (Scans scans = view.scan()) {
                Rows.Shard shard = scans.shard();
                if (!place.served(shard)) {
                    return GONE;
                }
                scans.operated(place.logIndex(), place.ordinal(), operated -> {
                    at = at.with(number, new Place(operated.logIndex(), operated.ordinal(), shard.trims()));
                    Collected.joined(operated.change().subject());
                    changes.add(new OperatorChange(operated.change(), at.toString()));
                    return changes.size() - before < most;
                });
            }
            return changes.size() - before;
        }
    }

    private static OperatorBatch reset(List<? extends ShardView> shards, String epoch, OperatorCursor retained) {
        return new OperatorBatch(List.of(), current(shards, epoch).toString(), true, retained.toString());
    }

    /// The same places, as if the changes removed after them had never existed.
    private static OperatorCursor retained(List<? extends ShardView> shards, OperatorCursor from) {
        OperatorCursor retained = from;
        for (int i = 0; i < shards.size(); i++) {
            Place place = from.places().get(i);
            try (Scans scans = shards.get(i).scan()) {
                retained = retained.with(
                        i,
                        new Place(
                                place.logIndex(), place.ordinal(), scans.shard().trims()));
            }
        }
        return retained;
    }
}
