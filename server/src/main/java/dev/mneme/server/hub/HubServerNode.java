package dev.mneme.server.hub;

import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubStatus;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Node;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.copy.FolderOfCopies;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogRuntime;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.hub.HubNode;
import dev.mneme.hub.HubStore;
import dev.mneme.hub.mongodb.MongoHubDatabase;
import dev.mneme.hub.mongodb.MongoHubSettings;
import dev.mneme.hub.redis.RedisHubEvents;
import dev.mneme.hub.redis.RedisHubSettings;
import dev.mneme.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/// A server's node that shares its data with others in MongoDB, and hears of them on Redis.
public final class HubServerNode implements Node {
    private final HubStore store;
    private final HubFolder folder;

    private HubServerNode(HubStore store, HubFolder folder) {
        this.store = store;
        this.folder = folder;
    }

    /// @param mongodbUrl where the data are
    /// @param engine how the copies of owners in use are kept
    /// @throws MnemeException `HUB_UNAVAILABLE` when MongoDB cannot be reached, `INVALID_REQUEST` for a URL, a
    ///     database or a data folder that cannot be used
    public static HubServerNode open(Path data, ServerConfig.Hub hub, String mongodbUrl, LocalEngine.Settings engine) {
        NodeRuntime runtime = engine.runtime();
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            HubFolder folder = HubFolder.open(data);
            opened.push(folder);
            String node = folder.node(runtime.random());
            WriteAheadLog log = WriteAheadLog.open(
                    new FolderDisk(folder.log()),
                    Set.of(HubNode.OUTBOX, HubNode.OWN_ROWS),
                    engine.log(),
                    engine.logMetrics(),
                    LogSeal.under(folder.logKey(runtime.random())),
                    LogRuntime.of(runtime));
            opened.push(log);
            FolderOfCopies copies = FolderOfCopies.open(folder.copies(), HubNode.shards(), engine.tablesBytes());
            opened.push(copies);
            MongoHubDatabase database = new MongoHubDatabase(
                    MongoHubSettings.of(mongodbUrl)
                            .withDatabase(hub.mongodbDatabase())
                            .withPool(hub.mongodbMaxPoolSize(), hub.mongodbMinPoolSize()),
                    runtime.clock());
            opened.push(database);
            HubEvents events = hub.redisUrl()
                    .<HubEvents>map(url -> RedisHubEvents.start(
                            RedisHubSettings.of(url.value(), node)
                                    .withMaxReconnectAttempts(hub.redisMaxReconnectAttempts()),
                            runtime.clock()))
                    .orElseGet(NoEvents::new);
            opened.push(events);
            byte[] key = new byte[32]; // copies are thrown away with it
            runtime.random().nextBytes(key);
            HubStore store = HubNode.open(new HubNode.Parts(
                    node,
                    database,
                    events,
                    hub.redisUrl().isPresent(),
                    copies,
                    log,
                    Seal.under(key),
                    engine.store(),
                    runtime,
                    engine.shardMetrics()));
            return new HubServerNode(store, folder);
        } catch (IOException | RuntimeException e) {
            opened.forEach(HubServerNode::closeQuietly);
            throw e instanceof RuntimeException failure
                    ? failure
                    : MnemeException.invalid("data", "The data folder " + data + " cannot be used: " + e.getMessage());
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            System.getLogger(HubServerNode.class.getName())
                    .log(System.Logger.Level.DEBUG, "Not closed after a start that failed", e);
        }
    }

    @Override
    public Store store() {
        return store;
    }

    public HubStatus hubStatus() {
        return store.hubStatus();
    }

    @Override
    public Backups backups() {
        return () -> {
            throw MnemeException.invalid(
                    "backup",
                    "The data of a hub are in MongoDB: back them up with its own tools, or take mneme export of what"
                            + " should move.");
        };
    }

    @Override
    public Exports exports() {
        return store;
    }

    @Override
    public boolean blockedWithRoom(Duration atLeast) {
        return false;
    }

    @Override
    public void close() {
        store.close();
        folder.close();
    }
}
