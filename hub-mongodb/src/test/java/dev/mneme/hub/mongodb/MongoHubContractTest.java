package dev.mneme.hub.mongodb;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOptions;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.SharedFields;
import dev.mneme.testkit.HubDatabaseContract;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.AfterEach;

/// The contract on a MongoDB that a subclass names, over the real driver.
abstract class MongoHubContractTest extends HubDatabaseContract {
    private final String name = "mneme_test_" + UUID.randomUUID().toString().replace("-", "");

    /// Where the server of this test is.
    abstract String url();

    final MongoHubSettings settings() {
        return MongoHubSettings.of(url()).withDatabase(name);
    }

    @Override
    protected HubDatabase open() {
        return new MongoHubDatabase(settings(), InstantSource.system());
    }

    @Override
    protected void putForeign(RecordTable table, Map<String, Object> fields) {
        Document document = new Document();
        fields.forEach((field, value) -> document.put(field, value instanceof Instant at ? Date.from(at) : value));
        Map<String, Object> key = new LinkedHashMap<>(document);
        key.keySet().retainAll(SharedFields.naturalKey(table));
        try (MongoClient client = MongoClients.create(url())) {
            MongoCollection<Document> collection =
                    client.getDatabase(name).getCollection(MongoSchema.collection(table));
            if (key.isEmpty()) {
                collection.insertOne(document);
            } else {
                Bson filter = Filters.and(key.entrySet().stream()
                        .map(each -> Filters.eq(each.getKey(), each.getValue()))
                        .toList());
                collection.updateOne(filter, new Document("$set", document), new UpdateOptions().upsert(true));
            }
        }
    }

    @AfterEach
    final void drop() {
        try (MongoClient client = MongoClients.create(url())) {
            client.getDatabase(name).drop();
        }
    }
}
