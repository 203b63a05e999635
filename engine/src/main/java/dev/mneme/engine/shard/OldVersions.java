package dev.mneme.engine.shard;

import dev.mneme.core.command.Command.ForgetVersions;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.table.Rows.Version;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

    private final List<LocalShard> shards;
    private final Retention retention;
    private final InstantSource clock;
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);
    private Instant restUntil = Instant.MIN;
    private int shard;
    private byte @Nullable [] next;

    OldVersions(List<LocalShard> shards, Retention retention, InstantSource clock) {
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
        Map<Owner, List<ForgetVersions.Version>> old = new LinkedHashMap<>();
        boolean more = shards.get(shard).leads() && collect(now, old);
        underWay = CompletableFuture.allOf(old.entrySet().stream()
                .map(each -> forget(each.getKey(), each.getValue()))
                .toArray(CompletableFuture<?>[]::new));
        if (!more) {
            next = null;
            shard = (shard + 1) % shards.size();
            restUntil = shard == 0 ? now.plus(rest()) : restUntil;
        }
    }

    /// @return whether the shard has more rows
    private boolean collect(Instant now, Map<Owner, List<ForgetVersions.Version>> old) {
        int[] seen = new int[2];
        boolean[] more = new boolean[1];
        try (Scans scans = shards.get(shard).scan()) {
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

    private CompletableFuture<@Nullable WriteResult> forget(Owner owner, List<ForgetVersions.Version> versions) {
        return shards.get(shard)
                .submit(new Write(owner, BY, null, List.of(new ForgetVersions(versions))))
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
