package dev.mneme.hub.mongodb;

import com.mongodb.DuplicateKeyException;
import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import dev.mneme.core.hub.RecordTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/// The collections and their indexes. Those of the five collections that are shared with the first generation are
/// exactly the first generation's.
final class MongoSchema {
    static final String HEADS = "mneme_heads";

    private static final Index BY_REVISION = Index.of("mneme.owner", 1, "mneme.revision", 1);
    private static final Index EXPIRY = new Index(keys("expiresAt", 1), false, 0L);

    /// Every collection with its indexes, apart from the one on `_id`.
    static final Map<String, List<Index>> INDEXES = indexes();

    private MongoSchema() {}

    /// @param expireAfterSeconds null: it removes nothing
    record Index(
            BsonDocument keys, boolean unique, @Nullable Long expireAfterSeconds) {
        static Index of(Object... keys) {
            return new Index(MongoSchema.keys(keys), false, null);
        }

        static Index unique(Object... keys) {
            return new Index(MongoSchema.keys(keys), true, null);
        }

        /// As an operator would write it.
        @Override
        public String toString() {
            return keys.toJson()
                    + (unique ? " unique" : "")
                    + (expireAfterSeconds == null ? "" : " expiring after " + expireAfterSeconds + " s");
        }
    }

    private static BsonDocument keys(Object... namesAndOrders) {
        BsonDocument keys = new BsonDocument();
        for (int i = 0; i < namesAndOrders.length; i += 2) {
            keys.put((String) namesAndOrders[i], new BsonInt32((Integer) namesAndOrders[i + 1]));
        }
        return keys;
    }

    private static Map<String, List<Index>> indexes() {
        Map<String, List<Index>> all = new LinkedHashMap<>();
        all.put(
                "mode_state",
                List.of(
                        Index.unique("userId", 1, "instanceId", 1),
                        Index.of("updatedAt", -1),
                        Index.of("currentMode", 1, "userId", 1)));
        all.put(
                "mode_transitions",
                List.of(
                        Index.of("userId", 1, "timestamp", -1),
                        Index.of("instanceId", 1, "timestamp", -1),
                        Index.of("toMode", 1, "success", 1)));
        all.put(
                "distributed_context",
                List.of(
                        Index.unique("userId", 1, "contextKey", 1),
                        Index.of("contextType", 1, "mode", 1),
                        Index.of("metadata.version", -1),
                        EXPIRY));
        all.put(
                "ai_response_sources",
                List.of(
                        Index.unique("userId", 1, "chatId", 1, "messageId", 1),
                        Index.of("responseHash", 1),
                        Index.of("timestamp", -1),
                        Index.of("mode", 1, "sourceType", 1)));
        all.put(
                "sync_events",
                List.of(
                        Index.of("userId", 1, "timestamp", -1),
                        Index.of("eventType", 1, "priority", 1),
                        Index.of("targetInstances", 1, "processedBy", 1),
                        EXPIRY));
        all.put(
                "memories",
                List.of(
                        BY_REVISION,
                        Index.of("memoryId", 1),
                        Index.of("userId", 1),
                        Index.of("agentId", 1),
                        Index.of("appId", 1),
                        Index.of("runId", 1)));
        all.put("memory_history", List.of(BY_REVISION, Index.of("memoryId", 1, "version", 1)));
        all.put("conflicts", List.of(BY_REVISION));
        all.put("mneme_changes", List.of(BY_REVISION));
        all.put("mneme_rows", List.of(BY_REVISION, EXPIRY));
        all.put(HEADS, List.of(Index.of("pending.revision", 1)));
        return all;
    }

    static String collection(RecordTable table) {
        return switch (table) {
            case MODE -> "mode_state";
            case TRANSITION -> "mode_transitions";
            case CONTEXT -> "distributed_context";
            case RESPONSE -> "ai_response_sources";
            case SYNC_EVENT -> "sync_events";
            case MEMORY -> "memories";
            case MEMORY_VERSION -> "memory_history";
            case CONFLICT -> "conflicts";
            case CHANGE -> "mneme_changes";
            case OTHER -> "mneme_rows";
        };
    }

    /// Whether programs of the first generation read and write it too.
    static boolean isShared(RecordTable table) {
        return switch (table) {
            case MODE, TRANSITION, CONTEXT, RESPONSE, SYNC_EVENT -> true;
            case MEMORY, MEMORY_VERSION, CONFLICT, CHANGE, OTHER -> false;
        };
    }

    /// Makes the collections and indexes that are missing, and says what differs. Nothing is dropped.
    static void prepare(MongoDatabase database, Problems problems) {
        List<String> present = database.listCollectionNames().into(new ArrayList<>());
        INDEXES.forEach((name, indexes) -> {
            if (!present.contains(name)) {
                create(database, name);
            }
            prepare(database.getCollection(name, BsonDocument.class), indexes, problems);
        });
        for (RecordTable table : RecordTable.values()) {
            if (isShared(table)) {
                findStrangers(database.getCollection(collection(table), BsonDocument.class), problems);
            }
        }
    }

    /// Another node may have made it meanwhile.
    private static void create(MongoDatabase database, String name) {
        try {
            database.createCollection(name);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() != 48) {
                throw e;
            }
        }
    }

    private static void prepare(MongoCollection<BsonDocument> collection, List<Index> wanted, Problems problems) {
        String name = collection.getNamespace().getCollectionName();
        List<Index> present = new ArrayList<>();
        for (BsonDocument each : collection.listIndexes(BsonDocument.class)) {
            present.add(read(each));
        }
        for (Index index : wanted) {
            boolean sameKeys = present.stream().anyMatch(each -> each.keys().equals(index.keys()));
            if (!sameKeys) {
                make(collection, index, problems);
            }
        }
        Set<BsonDocument> known = new HashSet<>();
        known.add(keys("_id", 1));
        for (Index index : wanted) {
            known.add(index.keys());
            present.stream()
                    .filter(each -> each.keys().equals(index.keys()) && !each.equals(index))
                    .forEach(each -> problems.add(
                            name + " " + index.keys().toJson(),
                            "The index " + each + " of " + name + " should be " + index
                                    + ": drop it, and start Mneme again to have it made."));
        }
        present.stream()
                .filter(each -> !known.contains(each.keys()))
                .forEach(each -> problems.add(
                        name + " " + each.keys().toJson(),
                        "The index " + each + " of " + name
                                + " is not one that Mneme or the first generation makes: is this"
                                + " database another application's? Name another one in MONGODB_DATABASE."));
    }

    private static void make(MongoCollection<BsonDocument> collection, Index index, Problems problems) {
        IndexOptions options = new IndexOptions().unique(index.unique());
        if (index.expireAfterSeconds() != null) {
            options.expireAfter(index.expireAfterSeconds(), TimeUnit.SECONDS);
        }
        try {
            collection.createIndex(index.keys(), options);
        } catch (MongoCommandException e) {
            if (e.getErrorCode() == MongoFailures.UNAUTHORIZED) {
                throw e;
            }
            String name = collection.getNamespace().getCollectionName();
            problems.add(
                    name + " " + index.keys().toJson(),
                    "The index " + index + " of " + name + " cannot be made (error " + e.getErrorCode()
                            + "): look for documents that are there twice, and start Mneme again.");
        } catch (DuplicateKeyException e) {
            String name = collection.getNamespace().getCollectionName();
            problems.add(
                    name + " " + index.keys().toJson(),
                    "The index " + index + " of " + name
                            + " cannot be made: some documents are there twice. Remove one of each, and start Mneme again.");
        }
    }

    private static Index read(BsonDocument index) {
        BsonDocument keys = new BsonDocument();
        index.getDocument("key", new BsonDocument()).forEach((name, order) -> keys.put(name, whole(order)));
        Long expiry = index.get("expireAfterSeconds") instanceof BsonNumber seconds ? seconds.longValue() : null;
        boolean unique = index.get("unique") instanceof BsonBoolean flag && flag.getValue();
        return new Index(keys, unique, expiry);
    }

    /// Orders may be stored as numbers of any kind; other kinds of index have words.
    private static BsonValue whole(BsonValue order) {
        return order.isNumber() ? new BsonInt32(order.asNumber().intValue()) : order;
    }

    private static void findStrangers(MongoCollection<BsonDocument> collection, Problems problems) {
        Bson noUser = Filters.not(Filters.type("userId", "string"));
        List<BsonValue> ids = new ArrayList<>();
        for (BsonDocument each : collection
                .find(noUser)
                .projection(new BsonDocument("_id", new BsonInt32(1)))
                .limit(1_000)) {
            ids.add(each.get("_id"));
        }
        String name = collection.getNamespace().getCollectionName();
        if (!ids.isEmpty()) {
            problems.add(
                    name + " strangers",
                    (ids.size() < 1_000 ? ids.size() : "At least 1000") + " documents of " + name
                            + " have no userId, such as " + MongoForeign.show(ids.getFirst())
                            + ", and are set aside. If this database is another application's, name another one in"
                            + " MONGODB_DATABASE.");
        }
    }
}
