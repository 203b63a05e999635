package dev.mneme.engine.node;

import dev.mneme.core.command.Command.ForgetVersions;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.table.Rows.Version;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Has versions of memories removed that have become too old and that no further write of their memory removes. It
/// walks through every shard's history in small steps, and asks the shard, through the log, to forget what it finds;
/// whether that is too old, the shard decides by the entry's time. Shards that this node does not lead it passes by.
///
/// Used by the maintenance execution alone.
final class OldVersions {
    private static final Logger LOG = System.getLogger(OldVersions.class.getName());
    private static final int ROWS_A_STEP = 2_000;
    private static final int VERSIONS_A_STEP = 256;
    private static final Provenance BY = Provenance.ofKey("history");

    private final Supplier<Collection<LocalShard>> shards;
    private final Retention retention;
    private final InstantSource clock;
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);
    private Instant restUntil = Instant.MIN;
    private ShardId shard = new ShardId(0);
    private byte @Nullable [] next;

    /// @param shards those that are open now
    OldVersions(Supplier<Collection<LocalShard>> shards, Retention retention, InstantSource clock) {
        this.shards = shards;
        this.retention = retention;
        this.clock = clock;
    }

    /// Looks at some more rows; does nothing while the step before is under way, or between two rounds.
    void step() {
        Instant now = clock.instant();
        if (retention.maxVersionAge().isZero() || !underWay.isDone() || now.isBefore(restUntil)) {
            return;
        }
        LocalShard walked = walked();
        if (walked == null) {
            restUntil = now.plus(rest());
            return;
        }
        Map<Owner, List<ForgetVersions.Version>> old = new LinkedHashMap<>();
        boolean more = walked.leads() && collect(walked, now, old);
        underWay = CompletableFuture.allOf(old.entrySet().stream()
                .map(each -> forget(walked, each.getKey(), each.getValue()))
                .toArray(CompletableFuture<?>[]::new));
        if (!more) {
            next = null;
            shard = new ShardId(walked.id().value() + 1);
        }
    }

    /// The shard that is walked through, or the next one when it is not here; null after the last: the next round then
    /// begins with the first.
    private @Nullable LocalShard walked() {
        for (LocalShard each : shards.get()) {
            if (each.id().compareTo(shard) >= 0) {
                next = each.id().equals(shard) ? next : null;
                shard = each.id();
                return each;
            }
        }
        next = null;
        shard = new ShardId(0);
        return null;
    }

    /// @return whether the shard has more rows
    private boolean collect(LocalShard walked, Instant now, Map<Owner, List<ForgetVersions.Version>> old) {
        int[] seen = new int[2];
        boolean[] more = new boolean[1];
        try (Scans scans = walked.scan()) {
            scans.earlierVersions(next, (key, row) -> {
                if (seen[0] == ROWS_A_STEP || seen[1] == VERSIONS_A_STEP) {
                    next = key;
                    more[0] = true;
                    return false;
                }
                seen[0]++;
                Version version = Version.decode(row);
                if (retention.outlived(version.at(), now)) {
                    seen[1]++;
                    old.computeIfAbsent(version.memory().scope().owner(), owner -> new ArrayList<>())
                            .add(new ForgetVersions.Version(version.memory().id(), version.version()));
                }
                return true;
            });
        }
        return more[0];
    }

    private CompletableFuture<@Nullable WriteResult> forget(
            LocalShard walked, Owner owner, List<ForgetVersions.Version> versions) {
        return walked.submit(new Write(owner, BY, null, List.of(new ForgetVersions(versions))))
                .<@Nullable WriteResult>thenApply(result -> result)
                .exceptionally(failure -> {
                    LOG.log(Level.DEBUG, "Old versions could not be removed; the next round tries again", failure);
                    return null;
                });
    }

    private Duration rest() {
        Duration part = retention.maxVersionAge().dividedBy(24);
        Duration longest = Duration.ofHours(1);
        return part.compareTo(longest) > 0 ? longest : part;
    }
}
