package dev.mneme.engine.node;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Node;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.engine.feed.KeyFollowers;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.index.OwnerIndexes;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.read.KeptVersions;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalShards;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.engine.store.StoreConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;

/// A node by itself: its shards, the store that routes among them, and the work that goes on by itself.
///
/// **Threads**: any.
public final class LocalNode implements Node {
    private final Parts parts;
    private final LocalShards shards;
    private final ShardHost host;
    private final LocalStore store;
    private final Maintenance maintenance;
    private final IntegrityChecks checks;

    /// What a node stands on.
    ///
    /// @param seal what rows are sealed with
    /// @param keyWithData whether the integrity key lies in the data folder
    /// @param map which shard has which owners
    /// @param files where the rows of shards are
    /// @param rollLog begins a new log segment, so that what an erased owner wrote can go with the old ones
    /// @param hasRoom whether the disk has room for more writes
    /// @param roomForTables whether it has room for what is in the log already
    /// @param anchor says elsewhere how far the shards have come, when that is due
    /// @param unknown what nothing can tell of the last stop
    /// @param evidence what edits are measured by
    /// @param onClosed closes what the node stands on
    public record Parts(
            String epoch,
            Seal seal,
            boolean keyWithData,
            ShardMap map,
            Journal journal,
            ShardFiles files,
            Runnable rollLog,
            NodeRuntime runtime,
            BooleanSupplier hasRoom,
            BooleanSupplier roomForTables,
            ShardMetrics metrics,
            Runnable anchor,
            List<String> unknown,
            Integrity.Evidence evidence,
            Runnable onClosed) {}

    private LocalNode(Parts parts, StoreConfig config) {
        this.parts = parts;
        Subscribers subscribers = new Subscribers();
        NodeRuntime runtime = parts.runtime();
        NodeRoles roles = new NodeRoles(parts.map());
        KeyFollowers keys = new KeyFollowers();
        this.shards = new LocalShards(new KeptVersions(config.retention(), runtime.clock()), subscribers, runtime);
        LocalShard.Common common = new LocalShard.Common(
                parts.epoch(),
                parts.seal(),
                runtime,
                new OwnerIndexes(config.indexBytes()),
                subscribers,
                config.retention(),
                config.queueLimit(),
                config.recentBytesOfShard(parts.map().idsWithSystem().size()),
                parts.metrics(),
                roles::changed,
                keys);
        this.checks = new IntegrityChecks(runtime);
        this.host = new ShardHost(
                parts.journal(),
                parts.files(),
                shards,
                common,
                new Command.Govern(parts.epoch(), config.retention()),
                checks);
        this.maintenance = new Maintenance(
                runtime.execution("maintenance"),
                shards::all,
                parts.journal(),
                config.checkpointInterval(),
                new OldVersions(shards::ofOwners, config.retention(), runtime.clock()),
                new Expiry(config.expires() ? shards::ofOwners : List::of, runtime.clock()),
                parts.anchor(),
                new ClockWatch(runtime.clock(), runtime::nanos, this::latest),
                parts.roomForTables());
        this.store = new LocalStore(
                new LocalStore.Parts(
                        parts.epoch(),
                        parts.seal(),
                        parts.keyWithData(),
                        parts.map(),
                        parts.journal()::state,
                        roles,
                        keys,
                        runtime,
                        parts.hasRoom(),
                        parts.roomForTables(),
                        parts.metrics(),
                        this::afterErasure,
                        parts.unknown(),
                        parts.evidence(),
                        this::close),
                shards);
    }

    /// Opens the shards that the node has: replays what the log has and their tables lack, then begins to serve.
    public static LocalNode open(Parts parts, StoreConfig config) {
        LocalNode node = new LocalNode(parts, config);
        node.host.openHeld();
        node.maintenance.start();
        node.checks.start();
        return node;
    }

    /// The time that the latest write was stamped with.
    private Instant latest() {
        return shards.all().stream()
                .map(LocalShard::latest)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private void afterErasure(LocalShard shard, Owner owner) {
        maintenance.afterErasure(shard, owner, parts.rollLog());
    }

    /// Which shard has which owners.
    public ShardMap map() {
        return parts.map();
    }

    /// The shards of this node, which may come and go.
    public ShardHost shards() {
        return host;
    }

    @Override
    public LocalStore store() {
        return store;
    }

    @Override
    public Backups backups() {
        return store;
    }

    @Override
    public Exports exports() {
        return store;
    }

    @Override
    public boolean blockedWithRoom(Duration atLeast) {
        return store.blockedWithRoom(atLeast);
    }

    @Override
    public void close() {
        checks.close();
        maintenance.close();
        host.close();
        parts.onClosed().run();
    }
}
