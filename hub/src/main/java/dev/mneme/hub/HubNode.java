package dev.mneme.hub;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.copy.CopiedTables;
import dev.mneme.engine.copy.OwnerCopies;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.StoreConfig;
import java.util.List;
import java.util.random.RandomGenerator;

/// Puts a hub's node together.
public final class HubNode {
    /// Of what the hub stores: a newer one is refused by the database's adapter.
    public static final int FORMAT = 1;

    private static final int SHARDS = 4;
    private static final int OWNERS_ACROSS = 1_000;
    private static final String EPOCH_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int EPOCH_LENGTH = 8;

    /// The shard of the node's journal with what waits for the database.
    public static final ShardId OUTBOX = new ShardId(0);

    /// The shard of the node's journal with what may not leave the node.
    public static final ShardId OWN_ROWS = new ShardId(1);

    private static final List<Owner> OF_SERVER =
            List.of(Documents.SYSTEM, Owner.ofServer("keys"), Owner.ofServer("embedders"));

    private HubNode() {}

    /// What a node stands on. It closes the database, the events, the tables and the journal in the end.
    ///
    /// @param node its id, random and kept on its disk
    /// @param eventsConfigured whether the events go anywhere
    /// @param journal on the node's own disk, with the shards [#OUTBOX] and [#OWN_ROWS]
    public record Parts(
            String node,
            HubDatabase database,
            HubEvents events,
            boolean eventsConfigured,
            CopiedTables tables,
            Journal journal,
            Seal seal,
            StoreConfig config,
            NodeRuntime runtime,
            ShardMetrics metrics) {}

    /// The shards of which the tables of a node's copies are.
    public static List<ShardId> shards() {
        return OwnerCopies.ids(SHARDS);
    }

    /// Begins to serve: the server's own data are loaded, everything else when it is asked for.
    ///
    /// @throws MnemeException `HUB_UNAVAILABLE` when the database cannot be reached
    public static HubStore open(Parts parts) {
        NodeRuntime runtime = parts.runtime();
        HubIdentity identity = parts.database().identity(new HubIdentity(FORMAT, epoch(runtime.random())));
        Retention retention = parts.config().retention();
        HubSettings settings = HubSettings.of(parts.node(), new Govern(identity.epoch(), retention));
        return open(parts, settings);
    }

    static HubStore open(Parts parts, HubSettings settings) {
        NodeRuntime runtime = parts.runtime();
        Reachability reachability = new Reachability();
        OwnerCopies copies = new OwnerCopies(new OwnerCopies.Parts(
                settings.rules().epoch(),
                epoch(runtime.random()),
                SHARDS,
                parts.seal(),
                parts.tables(),
                parts.config(),
                Leadership.ALONE,
                runtime,
                parts.metrics()));
        NodeLog waiting = new NodeLog(parts.journal(), OUTBOX, runtime);
        EngineCopy copy = new EngineCopy(
                copies, new NodeLog(parts.journal(), OWN_ROWS, runtime), settings.node(), runtime.random());
        Outbox outbox = new Outbox(
                waiting,
                epoch(runtime.random()),
                new ForTheTimeBeing(copy, copies.store(), settings, runtime.clock()),
                new LostWrites(copies.store(), runtime.random()),
                runtime.clock());
        OwnersInUse owners = new OwnersInUse(
                settings,
                parts.database(),
                reachability,
                copy,
                owner -> new HeldOwner(
                        owner,
                        settings,
                        copy,
                        parts.database(),
                        parts.events(),
                        reachability,
                        outbox,
                        batch -> {},
                        runtime),
                runtime);
        LeasedLeadership leadership = new LeasedLeadership(settings.node(), runtime);
        HubStore store = new HubStore(new HubStore.Parts(
                settings,
                parts.database(),
                parts.events(),
                reachability,
                owners,
                new OwnersConcerned(parts.database(), reachability, OWNERS_ACROSS),
                copies.store(),
                copies.exports(),
                leadership,
                outbox,
                parts.eventsConfigured(),
                runtime,
                () -> {
                    leadership.close();
                    parts.events().close();
                    copies.close();
                    parts.journal().close();
                    parts.database().close();
                }));
        try {
            OF_SERVER.forEach(owner -> owners.use(owner, false));
            outbox.owners().forEach(owner -> owners.of(owner).goOn());
            leadership.begin(store);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
        return store;
    }

    private static String epoch(RandomGenerator random) {
        StringBuilder epoch = new StringBuilder();
        for (int i = 0; i < EPOCH_LENGTH; i++) {
            epoch.append(EPOCH_LETTERS.charAt(random.nextInt(EPOCH_LETTERS.length())));
        }
        return epoch.toString();
    }
}
