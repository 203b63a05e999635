package dev.mneme.engine.read;

import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import dev.mneme.engine.read.OperatorCursor.Place;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every owner's changes: shard after shard, each in the order of its log.
public final class OperatorFeed {
    private static final int BEFORE_ALL = -1;

    private OperatorFeed() {}

    /// The cursor of now.
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
        OperatorCursor[] at = {from.get()};
        List<OperatorChange> changes = new ArrayList<>();
        for (int i = 0; i < shards.size() && changes.size() < limit; i++) {
            int number = i;
            Place place = at[0].places().get(number);
            try (Scans scans = shards.get(number).scan()) {
                Rows.Shard shard = scans.shard();
                if (!place.served(shard)) {
                    return reset(shards, epoch, retained(shards, from.get()));
                }
                scans.operated(place.logIndex(), place.ordinal(), operated -> {
                    at[0] = at[0].with(number, new Place(operated.logIndex(), operated.ordinal(), shard.trims()));
                    changes.add(new OperatorChange(operated.change(), at[0].toString()));
                    return changes.size() < limit;
                });
            }
        }
        return new OperatorBatch(changes, at[0].toString(), false);
    }

    private static OperatorBatch reset(List<? extends ShardView> shards, String epoch, OperatorCursor retained) {
        return new OperatorBatch(List.of(), current(shards, epoch).toString(), true, retained.toString());
    }

    /// The same places, as if what has been removed ahead of them had never been.
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
