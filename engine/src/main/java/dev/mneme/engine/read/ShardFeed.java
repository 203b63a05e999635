package dev.mneme.engine.read;

import dev.mneme.core.spi.Collected;
import dev.mneme.engine.read.FeedPart.Placed;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;

/// The operator's feed as the rows of one shard have it.
///
/// @param shard whose
public record ShardFeed(ShardView shard) implements OperatorFeed.Source {
    @Override
    public FeedPlace oldest() {
        try (Scans scans = shard.scan()) {
            return FeedPlace.oldest(scans.shard());
        }
    }

    @Override
    public FeedPlace newest() {
        try (Scans scans = shard.scan()) {
            return FeedPlace.after(scans.lastOperated(), scans.shard());
        }
    }

    @Override
    public FeedPart after(FeedPlace place, int most) {
        List<Placed> changes = new ArrayList<>();
        try (Scans scans = shard.scan()) {
            Rows.Shard now = scans.shard();
            if (!place.served(now)) {
                return FeedPart.GONE;
            }
            scans.operated(place.logIndex(), place.ordinal(), operated -> {
                Collected.joined(operated.change().subject());
                FeedPlace after = new FeedPlace(operated.logIndex(), operated.ordinal(), now.trims());
                changes.add(new Placed(operated.change(), after));
                return changes.size() < most;
            });
        }
        return new FeedPart(changes, false);
    }
}
