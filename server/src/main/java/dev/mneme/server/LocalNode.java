package dev.mneme.server;

import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Node;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.server.config.ServerConfig;
import java.time.Duration;

/// A single node, on a folder of this machine.
record LocalNode(LocalStore store) implements Node {
    static Node open(ServerConfig config, Metrics metrics, NodeRuntime runtime) {
        return new LocalNode(LocalEngine.open(config.data(), PartConfigs.engine(config, metrics, runtime)));
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
        store.close();
    }
}
