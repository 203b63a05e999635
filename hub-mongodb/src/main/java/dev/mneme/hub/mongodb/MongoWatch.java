package dev.mneme.hub.mongodb;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import dev.mneme.core.hub.RecordTable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;

/// Follows the change streams of the collections that other programs write, one thread for each: a stream of the whole
/// database would show Mneme's own collections too. A stream that ends is opened again.
final class MongoWatch implements AutoCloseable {
    private static final long WAIT_SECONDS = 1;
    private static final long RETRY_SECONDS = 5;
    private static final List<RecordTable> WATCHED = List.of(RecordTable.CONTEXT, RecordTable.MODE);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    MongoWatch(MongoDatabase database, Runnable changed) {
        for (RecordTable table : WATCHED) {
            String name = MongoSchema.collection(table);
            threads.add(Thread.ofVirtual().name("mneme-watch-" + name).start(() -> follow(database, name, changed)));
        }
    }

    private void follow(MongoDatabase database, String name, Runnable changed) {
        try {
            do {
                try (var stream = database.getCollection(name, BsonDocument.class)
                        .watch()
                        .maxAwaitTime(WAIT_SECONDS, TimeUnit.SECONDS)
                        .cursor()) {
                    while (closed.getCount() > 0) {
                        if (stream.tryNext() != null) {
                            changed.run();
                        }
                    }
                } catch (MongoException | IllegalStateException noStream) {
                    // a server without change streams, or away: polling goes on, and this is tried again
                }
            } while (!closed.await(RETRY_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        threads.forEach(Thread::interrupt);
    }
}
