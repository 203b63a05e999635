package dev.mneme.hub;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.copy.CopiedTables;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.HeapHubDatabase;
import dev.mneme.testkit.HeapHubEvents;
import dev.mneme.testkit.HeapJournal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Nodes of one hub, on the heap: a database and a bus that they share, and of each node its own disk.
final class TestNodes {
    static final String EPOCH = "abcdefgh";

    final HeapHubDatabase.Home home = new HeapHubDatabase.Home();
    final HeapHubEvents.Bus bus = new HeapHubEvents.Bus();
    private final Map<String, HeapJournal.Home> disks = new HashMap<>();

    /// A node with what it stands on.
    record Node(HubStore store, HeapHubDatabase database, HeapHubEvents events) implements AutoCloseable {
        @Override
        public void close() {
            store.close();
        }
    }

    /// Nothing waits on this node's disk any more, as if its outbox had been lost. While it is closed.
    void emptyOutbox(String id) {
        HeapJournal.Home disk = disks.get(id);
        if (disk == null) {
            throw new IllegalStateException("node " + id + " was never opened");
        }
        try (HeapJournal journal = new HeapJournal(disk)) {
            NodeLog outbox = new NodeLog(journal, HubNode.OUTBOX, new SystemRuntime());
            outbox.keys().forEach(outbox::remove);
        }
    }

    Node open(String id) {
        return open(id, new SystemRuntime(), Retention.DEFAULTS);
    }

    Node open(String id, InstantSource clock, Retention retention) {
        return open(id, new SystemRuntime(clock), retention);
    }

    Node open(String id, NodeRuntime runtime, Retention retention) {
        HeapHubDatabase database = new HeapHubDatabase(home);
        HeapHubEvents events = bus.node(id, 1_000);
        return new Node(open(id, runtime, retention, database, events), database, events);
    }

    /// @param owners how many are meant to be in use
    Node openWithOwners(String id, int owners) {
        HeapHubDatabase database = new HeapHubDatabase(home);
        HeapHubEvents events = bus.node(id, 1_000);
        HubStore store =
                open(id, new SystemRuntime(), Retention.DEFAULTS, database, events, owners, Duration.ofMinutes(1));
        return new Node(store, database, events);
    }

    HubStore open(String id, NodeRuntime runtime, Retention retention, HubDatabase database, HubEvents events) {
        return open(id, runtime, retention, database, events, 1_000, Duration.ofMinutes(1));
    }

    /// @param owners how many may be in use
    /// @param rest how long they rest before they are dropped
    HubStore open(
            String id,
            NodeRuntime runtime,
            Retention retention,
            HubDatabase database,
            HubEvents events,
            int owners,
            Duration rest) {
        HeapJournal journal = new HeapJournal(
                disks.computeIfAbsent(id, none -> new HeapJournal.Home(List.of(HubNode.OUTBOX, HubNode.OWN_ROWS))));
        HubIdentity identity = database.identity(new HubIdentity(HubNode.FORMAT, EPOCH));
        StoreConfig config = new StoreConfig(retention, 1_000, Duration.ofSeconds(60), 0, 1 << 20);
        HubNode.Parts parts = new HubNode.Parts(
                id,
                database,
                events,
                true,
                new HeapOfCopies(),
                journal,
                Seal.under(new byte[32]),
                config,
                runtime,
                ShardMetrics.NONE);
        return HubNode.open(parts, settings(id, new Govern(identity.epoch(), retention), owners, rest));
    }

    /// With less patience than a server has.
    private static HubSettings settings(String id, Govern rules, int owners, Duration rest) {
        return new HubSettings(
                id,
                rules,
                owners,
                rest,
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                1_000,
                256,
                16);
    }

    private static final class HeapOfCopies implements CopiedTables {
        private final Map<ShardId, Tables> rows = new HashMap<>();
        private final Map<ShardId, Tables> words = new HashMap<>();

        @Override
        public Tables rows(ShardId shard) {
            return rows.computeIfAbsent(shard, none -> new HeapTables(new HeapTables.Home()));
        }

        @Override
        public Tables words(ShardId shard) {
            return words.computeIfAbsent(shard, none -> new HeapTables(new HeapTables.Home()));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
