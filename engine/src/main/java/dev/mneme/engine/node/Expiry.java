package dev.mneme.engine.node;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.engine.read.ExpiredRecords;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.replica.LocalShard;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Has expired contexts and sync events removed: shard after shard, some at a time, through the log,
/// where the shard decides anew whether they have expired. Of shards that this node leads alone.
///
/// Used by the maintenance execution alone.
final class Expiry {
    private static final Logger LOG = System.getLogger(Expiry.class.getName());
    private static final int RECORDS_A_STEP = 1_000;
    private static final Provenance BY = Provenance.ofKey("expiry");

    private final Supplier<Collection<LocalShard>> shards;
    private final InstantSource clock;
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);
    private int shard;

    /// @param shards those that are open now
    Expiry(Supplier<Collection<LocalShard>> shards, InstantSource clock) {
        this.shards = shards;
        this.clock = clock;
    }

    /// Looks at the next shard; does nothing while the step before is under way.
    void step() {
        List<LocalShard> open = List.copyOf(shards.get());
        if (open.isEmpty() || !underWay.isDone()) {
            return;
        }
        LocalShard next = open.get(shard % open.size());
        shard = (shard + 1) % open.size();
        if (!next.leads()) {
            return;
        }
        Map<Owner, Command.Expire> expired;
        try (Scans scans = next.scan()) {
            expired = ExpiredRecords.find(scans, clock.instant(), RECORDS_A_STEP);
        }
        underWay = CompletableFuture.allOf(expired.entrySet().stream()
                        .map(each -> next.submit(new Write(each.getKey(), BY, null, List.of(each.getValue()))))
                        .toArray(CompletableFuture<?>[]::new))
                .exceptionally(failure -> {
                    LOG.log(Level.DEBUG, "What has expired could not be removed; it is tried again", failure);
                    return null;
                });
    }
}
