package dev.mneme.engine.copy;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.feed.KeyFollowers;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.read.KeptVersions;
import dev.mneme.engine.replica.CopiedElsewhere;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.state.Decided;
import dev.mneme.engine.state.OwnerRow;
import dev.mneme.engine.store.LocalShards;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Copies of owners whose truth lies elsewhere: rows, search index and feed as in any store, without a log. Owners come
/// and go as a whole, and change by rows that were decided here ([#decide]) or on another node, and agreed elsewhere.
///
/// ```text
/// decide -> rows (nothing is stored) ... committed elsewhere ... -> take -> rows, index, feed
/// load -> everything of an owner          drop -> nothing of it, and nobody is told
/// ```
///
/// **Threads**: any. Of one owner, one at a time may decide, take, load and drop; reads go on beside.
public final class OwnerCopies implements AutoCloseable {
    private static final int ROWS_AT_ONCE = 2_000;

    private final LocalShards shards;
    private final ShardMap map;
    private final LocalStore store;
    private final NodeRuntime runtime;
    private final List<LocalShard> opened = new ArrayList<>();

    /// What copies stand on.
    ///
    /// @param epoch of positions, the same on every node
    /// @param feed the epoch of the operator's cursors, of this life of the node alone
    /// @param shards how many there are besides the server's own
    /// @param seal what rows are sealed with on this node
    public record Parts(
            String epoch,
            String feed,
            int shards,
            Seal seal,
            CopiedTables tables,
            StoreConfig config,
            Leadership leadership,
            NodeRuntime runtime,
            ShardMetrics metrics) {}

    /// The shards that there are with so many for owners.
    public static List<ShardId> ids(int shards) {
        return IntStream.rangeClosed(0, shards)
                .mapToObj(i -> i == shards ? ShardId.SYSTEM : new ShardId(i))
                .toList();
    }

    public OwnerCopies(Parts parts) {
        this.runtime = parts.runtime();
        this.map = ShardMap.of(slot -> new ShardId(slot * parts.shards() / Owner.SLOTS));
        Subscribers subscribers = new Subscribers();
        KeyFollowers keys = new KeyFollowers();
        StoreConfig config = parts.config();
        this.shards = new LocalShards(new KeptVersions(config.retention(), runtime.clock()), subscribers, runtime);
        LocalShard.Common common = new LocalShard.Common(
                parts.epoch(),
                parts.seal(),
                runtime,
                new OwnerIndexes(config.indexBytes()),
                subscribers,
                config.retention(),
                config.queueLimit(),
                config.recentBytesOfShard(parts.shards() + 1),
                parts.metrics(),
                (shard, term) -> {},
                keys);
        this.store = new LocalStore(
                new LocalStore.Parts(
                        parts.feed(),
                        parts.seal(),
                        true,
                        map,
                        () -> Journal.State.OK,
                        parts.leadership(),
                        keys,
                        runtime,
                        () -> true,
                        () -> true,
                        parts.metrics(),
                        (shard, owner) -> {},
                        List.of(),
                        Integrity.Evidence.NONE,
                        () -> {
                            opened.forEach(LocalShard::abandon);
                            parts.tables().close();
                        }),
                shards);
        for (ShardId id : ids(parts.shards())) {
            LocalShard shard = new LocalShard(
                    id,
                    new CopiedElsewhere(),
                    runtime.execution("shard-" + id),
                    parts.tables().rows(id),
                    parts.tables().words(id),
                    common);
            opened.add(shard);
            runtime.join(shard.recover());
            shard.start();
            shards.add(shard);
        }
    }

    /// Everything that can be read of them, and followed. It takes no writes.
    public Store store() {
        return store;
    }

    /// Everything that is kept of owners that are here.
    public Exports exports() {
        return store;
    }

    private LocalShard of(Owner owner) {
        ShardId id = owner.isOfServer() ? ShardId.SYSTEM : map.of(owner);
        LocalShard shard = shards.find(id);
        if (shard == null) {
            throw new IllegalStateException("every shard of copies is open until they are closed");
        }
        return shard;
    }

    /// What writes come to; nothing is stored. Nothing of the owner may be taken meanwhile.
    ///
    /// @param at not before that of the owner's last batch
    /// @param rules what they are decided by
    public Decided decide(Owner owner, Instant at, List<Write> writes, Govern rules) {
        return of(owner).decide(at, owner, writes, rules);
    }

    /// Puts rows of one owner that were agreed on. When it returns every reader finds them, and who follows the owner
    /// is
    /// woken.
    ///
    /// @param asChanges whether the operator's feed of this node tells of the changes among them
    /// @throws MnemeException `INTEGRITY_VIOLATION` when they cannot be read; nothing is stored then
    public void take(Owner owner, Instant at, List<OwnerRow> rows, boolean asChanges) {
        await(of(owner).take(at, owner, rows, asChanges));
    }

    /// Replaces whatever is here of an owner.
    ///
    /// @param rows all of its primary rows
    public void load(Owner owner, Instant at, List<OwnerRow> rows) {
        LocalShard shard = of(owner);
        await(shard.forget(owner));
        for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
            List<OwnerRow> some = rows.subList(from, Math.min(rows.size(), from + ROWS_AT_ONCE));
            await(shard.take(at, owner, some, false));
        }
    }

    /// Forgets an owner, without a change.
    public void drop(Owner owner) {
        await(of(owner).forget(owner));
    }

    private void await(CompletableFuture<@Nullable Void> done) {
        try {
            runtime.join(done);
        } catch (CompletionException e) {
            throw e.getCause() instanceof MnemeException known
                    ? new MnemeException(known.code(), String.valueOf(known.getMessage()), known)
                    : e;
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
