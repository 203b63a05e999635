package dev.mneme.engine.read;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Every owner's changes, each shard's in the order of its log. A page takes some of every shard that has any before it
/// takes more of one, so that a busy shard does not keep the others' changes from a slow reader.
public final class OperatorFeed {
    private final SortedMap<ShardId, ? extends Source> shards;
    private final String epoch;

    /// One shard's part of it.
    public interface Source {
        /// Before the oldest retained change.
        FeedPlace oldest();

        /// After the newest change.
        FeedPlace newest();

        /// The next changes after a place.
        FeedPart after(FeedPlace place, int most);
    }

    public OperatorFeed(SortedMap<ShardId, ? extends Source> shards, String epoch) {
        this.shards = shards;
        this.epoch = epoch;
    }

    /// The cursor of now.
    public String now() {
        return current().toString();
    }

    private OperatorCursor current() {
        SortedMap<ShardId, FeedPlace> places = new TreeMap<>();
        shards.forEach((id, shard) -> places.put(id, shard.newest()));
        return new OperatorCursor(epoch, places);
    }

    private OperatorCursor oldest() {
        SortedMap<ShardId, FeedPlace> places = new TreeMap<>();
        shards.forEach((id, shard) -> places.put(id, shard.oldest()));
        return new OperatorCursor(epoch, places);
    }

    /// @param cursor the empty string: from the oldest retained change on
    public OperatorBatch read(String cursor, int limit) {
        Optional<OperatorCursor> from =
                cursor.isEmpty() ? Optional.of(oldest()) : OperatorCursor.parse(cursor, epoch, shards.keySet());
        if (from.isEmpty()) {
            return reset(oldest());
        }
        Page page = new Page(from.get(), limit);
        List<ShardId> order = page.order(List.copyOf(shards.keySet()));
        int share = Math.max(1, limit / order.size());
        List<ShardId> cut = new ArrayList<>();
        for (ShardId shard : order) {
            int most = Math.min(share, page.room());
            if (most > 0 && page.take(shard, most) == most) {
                cut.add(shard);
            }
        }
        for (ShardId shard : cut) {
            if (page.room() > 0) {
                page.take(shard, page.room());
            }
        }
        return page.gone ? reset(retained(from.get())) : new OperatorBatch(page.changes, page.at.toString(), false);
    }

    /// What is being read.
    private final class Page {
        private final int limit;
        private final List<OperatorChange> changes = new ArrayList<>();
        private OperatorCursor at;
        private boolean gone;

        Page(OperatorCursor at, int limit) {
            this.at = at;
            this.limit = limit;
        }

        int room() {
            return gone ? 0 : limit - changes.size();
        }

        /// Begins with another shard as the reader goes on, for pages that are too short for all of them.
        List<ShardId> order(List<ShardId> ids) {
            long read = 0;
            for (FeedPlace place : at.places().values()) {
                read += place.logIndex() + place.ordinal();
            }
            int first = (int) Math.floorMod(read, (long) ids.size());
            List<ShardId> order = new ArrayList<>(ids.subList(first, ids.size()));
            order.addAll(ids.subList(0, first));
            return order;
        }

        /// Takes the next changes of a shard.
        ///
        /// @return how many there were
        int take(ShardId id, int most) {
            FeedPart part = shard(id).after(place(at, id), most);
            gone |= part.gone();
            for (FeedPart.Placed each : part.changes()) {
                at = at.with(id, each.after());
                changes.add(new OperatorChange(each.change(), at.toString()));
            }
            return part.changes().size();
        }
    }

    private Source shard(ShardId id) {
        Source shard = shards.get(id);
        if (shard == null) {
            throw new IllegalStateException("shard " + id + " is among those that are asked");
        }
        return shard;
    }

    private static FeedPlace place(OperatorCursor cursor, ShardId id) {
        FeedPlace place = cursor.places().get(id);
        if (place == null) {
            throw new IllegalStateException("the cursor has a place in shard " + id);
        }
        return place;
    }

    private OperatorBatch reset(OperatorCursor retained) {
        return new OperatorBatch(List.of(), current().toString(), true, retained.toString());
    }

    /// The same places, as if what has been removed ahead of them had never been.
    private OperatorCursor retained(OperatorCursor from) {
        OperatorCursor retained = from;
        for (ShardId id : shards.keySet()) {
            long trims = shard(id).oldest().trims();
            retained = retained.with(id, place(from, id).forgiven(trims));
        }
        return retained;
    }
}
