package dev.mneme.engine.store;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardRefusals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Takes one cut through all shards of a store.
///
/// Every shard is held: it proposes nothing more, and applies what it had proposed. Once all stand still
/// their rows are snapshotted, and all go on. So whatever was answered before the first shard stood still
/// is in; and a write that is in was submitted before its shard stood still, so that everything that was
/// answered before it is in too.
///
/// **Threads**: any; one cut at a time.
final class ShardsCut {
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    private final LocalShards shards;
    private final ShardMap map;
    private final String epoch;
    private final Seal seal;
    private final boolean withKey;
    private final NodeRuntime runtime;
    private final ReentrantLock one = new ReentrantLock();

    /// @param withKey whether the integrity key lies with the data, and is to come along
    ShardsCut(LocalShards shards, ShardMap map, String epoch, Seal seal, boolean withKey, NodeRuntime runtime) {
        this.shards = shards;
        this.map = map;
        this.epoch = epoch;
        this.seal = seal;
        this.withKey = withKey;
        this.runtime = runtime;
    }

    /// @throws MnemeException `OVERLOADED` when a shard does not stand still within 10 s, `NOT_PRIMARY` when one is
    ///     not here
    BackupCut take() {
        List<LocalShard> cut = all();
        one.lock();
        try {
            CompletableFuture<?>[] held = cut.stream().map(LocalShard::hold).toArray(CompletableFuture<?>[]::new);
            await(CompletableFuture.allOf(held));
            return new BackupCut(runtime.clock().instant(), epoch, map.slotRanges(), parts(cut), seal, withKey);
        } finally {
            cut.forEach(LocalShard::resume);
            one.unlock();
        }
    }

    /// The shards of the map, the system's last.
    private List<LocalShard> all() {
        List<LocalShard> all = new ArrayList<>();
        for (ShardId id : map.idsWithSystem()) {
            LocalShard shard = shards.find(id);
            if (shard == null) {
                throw ShardRefusals.notHere(id);
            }
            all.add(shard);
        }
        return all;
    }

    private void await(CompletableFuture<Void> all) {
        try {
            runtime.await(all, AT_MOST);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException known) {
                throw new MnemeException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new MnemeException(ErrorCode.INTERNAL, "A shard could not be held for the backup.", e);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED,
                    "A write that is under way does not end, so that no cut can be taken: try again shortly.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "The wait for the cut was interrupted: try again.", e);
        }
    }

    private static List<BackupCut.Part> parts(List<LocalShard> shards) {
        List<BackupCut.Part> parts = new ArrayList<>();
        try {
            shards.forEach(shard -> parts.add(part(shard)));
            return parts;
        } catch (RuntimeException | Error e) {
            parts.forEach(part -> part.rows().close());
            throw e;
        }
    }

    private static BackupCut.Part part(LocalShard shard) {
        Tables.Snapshot rows = shard.rows();
        return new BackupCut.Part(shard.id(), rows.appliedIndex(), rows);
    }
}
