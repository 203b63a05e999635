package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.integrity.Seal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
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

    private final List<LocalShard> shards;
    private final LocalStore.SlotTable slots;
    private final String epoch;
    private final Seal seal;
    private final boolean withKey;
    private final NodeRuntime runtime;
    private final ReentrantLock one = new ReentrantLock();

    /// @param shards the system's last
    /// @param withKey whether the integrity key lies with the data, and is to come along
    ShardsCut(
            List<LocalShard> shards,
            LocalStore.SlotTable slots,
            String epoch,
            Seal seal,
            boolean withKey,
            NodeRuntime runtime) {
        this.shards = List.copyOf(shards);
        this.slots = slots;
        this.epoch = epoch;
        this.seal = seal;
        this.withKey = withKey;
        this.runtime = runtime;
    }

    /// @throws MnemeException `OVERLOADED` when a shard does not stand still within 10 s
    BackupCut take() {
        one.lock();
        try {
            CompletableFuture<?>[] held = shards.stream().map(LocalShard::hold).toArray(CompletableFuture<?>[]::new);
            await(CompletableFuture.allOf(held));
            return new BackupCut(runtime.clock().instant(), epoch, slotRanges(), parts(), seal, withKey);
        } finally {
            shards.forEach(LocalShard::resume);
            one.unlock();
        }
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

    private List<BackupCut.Part> parts() {
        List<BackupCut.Part> parts = new ArrayList<>();
        try {
            shards.forEach(shard -> parts.add(shard.part()));
            return parts;
        } catch (RuntimeException | Error e) {
            parts.forEach(part -> part.rows().close());
            throw e;
        }
    }

    /// For each shard but the system's, its slots as ranges in hex.
    private List<String> slotRanges() {
        List<List<String>> ranges = new ArrayList<>();
        for (int i = 0; i < shards.size() - 1; i++) {
            ranges.add(new ArrayList<>());
        }
        HexFormat hex = HexFormat.of();
        int first = 0;
        for (int slot = 1; slot <= Owner.SLOTS; slot++) {
            int shard = slots.shardOf(first);
            if (slot == Owner.SLOTS || slots.shardOf(slot) != shard) {
                ranges.get(shard).add(hex.toHexDigits(first, 3) + "-" + hex.toHexDigits(slot - 1, 3));
                first = slot;
            }
        }
        return ranges.stream().map(each -> String.join(",", each)).toList();
    }
}
