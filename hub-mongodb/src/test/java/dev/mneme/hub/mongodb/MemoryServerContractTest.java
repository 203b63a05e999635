package dev.mneme.hub.mongodb;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// The contract on a server of MongoDB's protocol in this JVM.
class MemoryServerContractTest extends MongoHubContractTest {
    private static final MongoServer SERVER = new MongoServer(new MemoryBackend());
    private static String url = "";

    @BeforeAll
    static void start() {
        SERVER.bind();
        url = SERVER.getConnectionString();
    }

    @AfterAll
    static void stop() {
        SERVER.shutdownNow();
    }

    @Override
    String url() {
        return url;
    }
}
