package dev.mneme.hub.mongodb;

import static dev.mneme.testkit.Fixtures.ALICE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.ReplaceOptions;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import dev.mneme.core.hub.ForeignRecord;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What other programs find in the database, literally, and what they may leave there.
class MongoFormatTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    private final MongoServer server = new MongoServer(new MemoryBackend());
    private MongoHubSettings settings;
    private MongoClient client;
    private MongoDatabase database;
    private MongoHubDatabase hub;

    @BeforeEach
    void start() {
        server.bind();
        settings = MongoHubSettings.of(server.getConnectionString());
        client = MongoClients.create(server.getConnectionString());
        database = client.getDatabase(MongoHubSettings.DEFAULT_DATABASE);
        hub = open();
    }

    @AfterEach
    void stop() {
        hub.close();
        client.close();
        server.shutdownNow();
    }

    private MongoHubDatabase open() {
        return new MongoHubDatabase(settings, InstantSource.system());
    }

    private MongoCollection<BsonDocument> collection(String name) {
        return database.getCollection(name, BsonDocument.class);
    }

    /// The only document of a collection, without its id, and with the owner's hash and bytes left out.
    private String only(String name) {
        List<BsonDocument> all = collection(name).find().into(new ArrayList<>());
        assertThat(all).hasSize(1);
        BsonDocument one = all.getFirst();
        assertThat(one.isObjectId("_id")).isTrue();
        one.remove("_id");
        BsonDocument mneme = one.getDocument("mneme");
        assertThat(mneme.getString("owner").getValue()).hasSize(32);
        mneme.remove("owner");
        return sorted(one).toJson(RELAXED);
    }

    /// Members by name: the order of fields in a document means nothing.
    private static BsonDocument sorted(BsonDocument document) {
        BsonDocument sorted = new BsonDocument();
        new TreeMap<>(document)
                .forEach((name, value) -> sorted.put(name, value.isDocument() ? sorted(value.asDocument()) : value));
        return sorted;
    }

    private static String json(String text) {
        return sorted(BsonDocument.parse(text)).toJson(RELAXED);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private void put(long revision, RecordTable table, String key, @Nullable Object content) {
        RecordName name = new RecordName(table, bytes(key));
        hub.spread(
                ALICE, revision, List.of(new RecordChange(name, Map.of("r", Optional.of(bytes("r"))), content, false)));
    }

    private static Context context(Json data, long version) {
        return new Context(
                "alice",
                "chat-1",
                ContextType.CHAT,
                Mode.PARALLEL,
                data,
                List.of("a", "b"),
                version,
                AT,
                AT.plusMillis(1),
                "laptop",
                "phone",
                AT.plusMillis(2),
                false);
    }

    private static String mneme(String key, long revision) {
        return """
                mneme: {key: {"$binary": {"base64": "%s", "subType": "00"}}, revision: {"$numberLong": "%d"},
                  rows: {r: {r: {"$numberLong": "%d"}, b: {"$binary": {"base64": "cg==", "subType": "00"}}}}}
                """.formatted(java.util.Base64.getEncoder().encodeToString(bytes(key)), revision, revision);
    }

    private static String date(int millis) {
        return "{\"$date\": \"" + AT.plusMillis(millis) + "\"}";
    }

    // What is written.

    @Test
    void aContextIsShownAsTheFirstGenerationShowsIt() {
        put(7, RecordTable.CONTEXT, "chat-1", context(new JsonObject(Map.of("n", new JsonNumber(BigDecimal.ONE))), 3));

        assertThat(only("distributed_context"))
                .isEqualTo(json("""
                        {userId: "alice", contextKey: "chat-1", contextType: "chat", mode: "parallel", data: {n: 1},
                         metadata: {createdBy: "laptop", lastModifiedBy: "phone", version: {"$numberLong": "3"},
                           tags: ["a", "b"]},
                         createdAt: %s, updatedAt: %s, expiresAt: %s, %s}
                        """.formatted(date(0), date(1), date(2), mneme("chat-1", 7))));
    }

    @Test
    void aModeIsShownAsTheFirstGenerationShowsIt() {
        put(1, RecordTable.MODE, "laptop", mode(2));

        assertThat(only("mode_state")).isEqualTo(json("""
                        {userId: "alice", instanceId: "laptop", currentMode: "didactic",
                         capabilities: {localAI: false, externalAI: true, multiChannel: false, offlineCapable: false,
                           realTimeSync: true},
                         configuration: {}, activatedAt: %s, updatedAt: %s, syncVersion: {"$numberLong": "2"}, %s}
                        """.formatted(date(0), date(1), mneme("laptop", 1))));
    }

    private static ModeState mode(long version) {
        return new ModeState(
                "alice",
                "laptop",
                Mode.DIDACTIC,
                null,
                Capabilities.of(Mode.DIDACTIC),
                JsonObject.EMPTY,
                AT,
                9,
                AT.plusMillis(1),
                version,
                false);
    }

    @Test
    void aTransitionAnAnswerAndAnEventAreShownAsTheFirstGenerationShowsThem() {
        put(
                1,
                RecordTable.TRANSITION,
                "t",
                new Transition(
                        "alice", "laptop", Mode.INSPIRED, Mode.PARALLEL, null, 12L, false, "no key", AT, 4, false));
        put(
                2,
                RecordTable.RESPONSE,
                "q",
                new ResponseSource(
                        "alice",
                        "laptop",
                        "12",
                        "m1",
                        null,
                        SourceType.HARMONIZED,
                        "acme",
                        "large",
                        0.5,
                        "hash",
                        new JsonObject(Map.of("mcpToolsUsed", new JsonArray(List.of(new JsonString("search"))))),
                        AT,
                        5,
                        false,
                        new NumberedIds(true, false)));
        put(
                3,
                RecordTable.SYNC_EVENT,
                "z",
                new SyncEvent(
                        new MemoryId(new UUID(1, 2)),
                        "alice",
                        "laptop",
                        SyncEvent.Type.MODE_CHANGED,
                        new JsonObject(Map.of("toMode", new JsonString("parallel"))),
                        Set.of("phone"),
                        Set.of(),
                        SyncEvent.Priority.HIGH,
                        AT,
                        AT.plusMillis(1),
                        1,
                        6,
                        false));

        assertThat(only("mode_transitions")).isEqualTo(json("""
                        {userId: "alice", instanceId: "laptop", fromMode: "inspired", toMode: "parallel",
                         transitionDuration: {"$numberLong": "12"}, success: false, errorMessage: "no key",
                         timestamp: %s, syncedAt: %s, %s}
                        """.formatted(date(0), date(0), mneme("t", 1))));
        assertThat(only("ai_response_sources")).isEqualTo(json("""
                        {userId: "alice", instanceId: "laptop", chatId: 12, messageId: "m1", sourceType: "harmonized",
                         provider: "acme", model: "large", confidence: 0.5, responseHash: "hash",
                         metadata: {mcpToolsUsed: ["search"]}, timestamp: %s, %s}
                        """.formatted(date(0), mneme("q", 2))));
        assertThat(only("sync_events")).isEqualTo(json("""
                        {userId: "alice", sourceInstanceId: "laptop", eventType: "mode-changed",
                         eventData: {toMode: "parallel"}, targetInstances: ["phone"], processedBy: [],
                         priority: "high", timestamp: %s, expiresAt: %s, %s}
                        """.formatted(date(0), date(1), mneme("z", 3))));
    }

    @Test
    void collectionsHaveTheirIndexesAndNoOthers() {
        assertThat(hub.health().problems()).isEmpty();

        Map<String, Set<String>> found = new TreeMap<>();
        for (String name : database.listCollectionNames()) {
            Set<String> indexes = new TreeSet<>();
            for (Document index : collection(name).listIndexes()) {
                String expiry = index.containsKey("expireAfterSeconds")
                        ? " ttl " + ((Number) index.get("expireAfterSeconds")).longValue()
                        : "";
                indexes.add(index.get("key", Document.class).toJson()
                        + (Boolean.TRUE.equals(index.get("unique")) ? " unique" : "")
                        + expiry);
            }
            indexes.removeIf(index -> index.startsWith("{\"_id\": 1}"));
            found.put(name, indexes);
        }
        String byRevision = "{\"mneme.owner\": 1, \"mneme.revision\": 1}";
        Map<String, Set<String>> expected = new TreeMap<>();
        expected.put(
                "mode_state",
                Set.of(
                        "{\"userId\": 1, \"instanceId\": 1} unique",
                        "{\"updatedAt\": -1}",
                        "{\"currentMode\": 1, \"userId\": 1}"));
        expected.put(
                "mode_transitions",
                Set.of(
                        "{\"userId\": 1, \"timestamp\": -1}",
                        "{\"instanceId\": 1, \"timestamp\": -1}",
                        "{\"toMode\": 1, \"success\": 1}"));
        expected.put(
                "distributed_context",
                Set.of(
                        "{\"userId\": 1, \"contextKey\": 1} unique",
                        "{\"contextType\": 1, \"mode\": 1}",
                        "{\"metadata.version\": -1}",
                        "{\"expiresAt\": 1} ttl 0"));
        expected.put(
                "ai_response_sources",
                Set.of(
                        "{\"userId\": 1, \"chatId\": 1, \"messageId\": 1} unique",
                        "{\"responseHash\": 1}",
                        "{\"timestamp\": -1}",
                        "{\"mode\": 1, \"sourceType\": 1}"));
        expected.put(
                "sync_events",
                Set.of(
                        "{\"userId\": 1, \"timestamp\": -1}",
                        "{\"eventType\": 1, \"priority\": 1}",
                        "{\"targetInstances\": 1, \"processedBy\": 1}",
                        "{\"expiresAt\": 1} ttl 0"));
        expected.put(
                "memories",
                Set.of(
                        byRevision,
                        "{\"memoryId\": 1}",
                        "{\"userId\": 1}",
                        "{\"agentId\": 1}",
                        "{\"appId\": 1}",
                        "{\"runId\": 1}"));
        expected.put("memory_history", Set.of(byRevision, "{\"memoryId\": 1, \"version\": 1}"));
        expected.put("conflicts", Set.of(byRevision));
        expected.put("mneme_changes", Set.of(byRevision));
        expected.put("mneme_rows", Set.of(byRevision, "{\"expiresAt\": 1} ttl 0"));
        expected.put("mneme_heads", Set.of("{\"pending.revision\": 1}"));
        found.keySet().removeIf(name -> name.startsWith("system."));
        assertThat(found).isEqualTo(expected);
    }

    // What is there already.

    @Test
    void anIndexThatDiffersIsNamedAndStays() {
        collection("mode_state").createIndex(new Document("updatedAt", -1), new IndexOptions().unique(true));
        collection("sync_events").createIndex(new Document("orderNumber", 1));

        List<String> problems = hub.health().problems();

        assertThat(problems).hasSize(2);
        assertThat(problems).anyMatch(each -> each.contains("{\"updatedAt\": -1} unique of mode_state should be"));
        assertThat(problems).anyMatch(each -> each.contains("orderNumber") && each.contains("another application"));
        assertThat(collection("mode_state").listIndexes().into(new ArrayList<>()))
                .hasSize(4);
    }

    @Test
    void documentsOfAnotherApplicationAreNamed() {
        for (int i = 0; i < 3; i++) {
            collection("sync_events").insertOne(BsonDocument.parse("{order: " + i + "}"));
        }
        assertThat(hub.health().problems())
                .singleElement()
                .asString()
                .contains("3 documents of sync_events have no userId", "MONGODB_DATABASE");
    }

    @Test
    void aNewerFormatIsRefused() {
        assertThat(hub.identity(new HubIdentity(1, "abcd"))).isEqualTo(new HubIdentity(1, "abcd"));
        collection("mneme_heads")
                .replaceOne(
                        new Document("_id", "identity"),
                        BsonDocument.parse("{_id: \"identity\", format: 2, epoch: \"abcd\"}"),
                        new ReplaceOptions().upsert(true));
        try (HubDatabase other = open()) {
            assertThatThrownBy(() -> other.head(ALICE))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                    .hasMessageContaining("has format 2", "reads up to 1");
        }
    }

    // What the first generation writes.

    @Test
    void aLockThatIsAnObjectIsMended() {
        collection("mode_state")
                .insertOne(BsonDocument.parse("""
                {userId: "alice", instanceId: "laptop", currentMode: "parallel", previousMode: "inspired", syncVersion: {"$inc": 1},
                 updatedAt: %s, extra: true}
                """.formatted(date(0)).replace("\"$inc\"", "\"inc\"")));

        put(1, RecordTable.MODE, "laptop", mode(5));

        BsonDocument after = requireNonNull(collection("mode_state").find().first());
        assertThat(after.getInt64("syncVersion").getValue()).isEqualTo(5);
        assertThat(after.getBoolean("extra").getValue()).isTrue();
        assertThat(after).doesNotContainKey("previousMode");
        assertThat(collection("mode_state").countDocuments()).isEqualTo(1);
    }

    @Test
    void anAnswerWhoseIdsWereNumbersIsAdopted() {
        collection("ai_response_sources")
                .insertOne(BsonDocument.parse(
                        "{userId: \"alice\", chatId: 12, messageId: \"m1\", responseHash: \"x\", timestamp: " + date(0)
                                + "}"));
        put(
                1,
                RecordTable.RESPONSE,
                "q",
                new ResponseSource(
                        "alice",
                        "laptop",
                        "12",
                        "m1",
                        null,
                        SourceType.LOCAL,
                        "p",
                        "m",
                        null,
                        "hash",
                        JsonObject.EMPTY,
                        AT,
                        5,
                        false));

        assertThat(collection("ai_response_sources").countDocuments()).isEqualTo(1);
        hub.spread(
                ALICE,
                2,
                List.of(new RecordChange(new RecordName(RecordTable.RESPONSE, bytes("q")), Map.of(), null, true)));
        assertThat(collection("ai_response_sources").countDocuments()).isZero();
    }

    @Test
    void whatAnotherProgramMadeAfterADeletionIsLeftByItsRepetition() {
        put(1, RecordTable.CONTEXT, "chat-1", context(JsonObject.EMPTY, 1));
        List<RecordChange> deletion =
                List.of(new RecordChange(new RecordName(RecordTable.CONTEXT, bytes("chat-1")), Map.of(), null, true));
        hub.spread(ALICE, 2, deletion);
        collection("distributed_context")
                .insertOne(BsonDocument.parse("{userId: \"alice\", contextKey: \"chat-1\", data: 1}"));
        hub.spread(ALICE, 2, deletion);
        assertThat(collection("distributed_context").countDocuments()).isEqualTo(1);

        hub.spread(ALICE, 3, deletion);
        assertThat(collection("distributed_context").countDocuments()).isZero();
    }

    @Test
    void documentsThatDoNotFitAreSetAsideAndTheOthersAreRead() {
        List<String> bad = List.of(
                "contextKey: \"nouser\"",
                "userId: 7, contextKey: \"number\"",
                "userId: \"alice\", contextKey: {a: 1}",
                "userId: \"alice\", contextKey: \"nan\", data: {x: {\"$numberDouble\": \"NaN\"}}",
                "userId: \"alice\", contextKey: \"deep\", data: " + "[".repeat(95) + "]".repeat(95),
                "userId: \"alice\", contextKey: \"huge\", data: \"" + "x".repeat(9 << 20) + "\"",
                "userId: \"alice\", contextKey: \"code\", data: {\"$code\": \"f()\"}");
        for (String fields : bad) {
            collection("distributed_context")
                    .insertOne(BsonDocument.parse("{" + fields + ", updatedAt: " + date(0) + "}"));
        }
        collection("distributed_context")
                .insertOne(BsonDocument.parse(
                        "{userId: \"alice\", contextKey: \"good\", updatedAt: " + date(0) + ", mneme: \"mine\"}"));

        List<ForeignRecord> read = hub.changedSince(RecordTable.CONTEXT, AT, null, 1);

        assertThat(read).singleElement().satisfies(each -> {
            assertThat(each.fields()).containsEntry("contextKey", "good");
            assertThat(each.stored()).isNull();
        });
        List<String> problems = hub.health().problems();
        assertThat(problems).filteredOn(each -> each.contains("set aside")).hasSizeGreaterThanOrEqualTo(bad.size() + 1);
        assertThat(problems).anyMatch(each -> each.contains("NaN"));
        assertThat(problems).anyMatch(each -> each.contains("deeper than 90"));
        assertThat(problems).anyMatch(each -> each.contains("larger than"));
        assertThat(problems).allMatch(each -> each.length() < 300);

        hub.spread(
                ALICE,
                1,
                List.of(new RecordChange(
                        new RecordName(RecordTable.CONTEXT, bytes("good")),
                        Map.of("x", Optional.of(bytes("v"))),
                        null,
                        false)));
        List<StoredRecord> stored = new ArrayList<>();
        hub.load(ALICE, 0, stored::add);
        assertThat(stored)
                .singleElement()
                .satisfies(each -> assertThat(each.rows()).containsOnlyKeys("x"));
    }

    @Test
    void problemsAreNamedUpToALimitAndCountedBeyond() {
        for (int i = 0; i < 150; i++) {
            collection("mode_state")
                    .insertOne(BsonDocument.parse(
                            "{userId: \"u" + i + "\", instanceId: " + i + ", updatedAt: " + date(0) + "}"));
        }
        assertThat(hub.changedSince(RecordTable.MODE, AT, null, 10)).isEmpty();
        assertThat(hub.health().problems()).hasSize(100).last().asString().contains("51 times");
    }

    // What does not fit into a document.

    @Test
    void dataThatBsonCannotHoldAreKeptInTheRows() {
        Map<String, Json> odd = new LinkedHashMap<>();
        odd.put("$set", new JsonString("dollar"));
        odd.put("a.b", new JsonNull());
        odd.put("nul\0", new JsonNumber(new BigDecimal("1e30")));
        odd.put("", new JsonNumber(new BigDecimal("5000000000")));
        put(1, RecordTable.CONTEXT, "chat-1", context(new JsonObject(odd), 1));

        Map<?, ?> data = (Map<?, ?>) hub.shared(RecordTable.CONTEXT, "alice", null, 10)
                .getFirst()
                .fields()
                .get("data");
        Map<String, @Nullable Object> expected = new LinkedHashMap<>();
        expected.put("$set", "dollar");
        expected.put("a.b", null);
        expected.put("nul\0", 1e30);
        expected.put("", 5_000_000_000L);
        assertThat(data).isEqualTo(expected);

        Json deep = new JsonString("bottom");
        for (int i = 0; i < 100; i++) {
            deep = new JsonArray(List.of(deep));
        }
        put(2, RecordTable.CONTEXT, "chat-1", context(deep, 2));
        assertThat(collection("distributed_context").find().first()).doesNotContainKey("data");
        assertThat(hub.health().problems()).singleElement().asString().contains("without its data");
    }

    @Test
    void aRecordThatIsTooLargeToBeShownIsStored() {
        put(1, RecordTable.CONTEXT, "chat-1", context(new JsonString("x".repeat(17 << 20)), 1));
        put(2, RecordTable.CONTEXT, "chat-2", context(JsonObject.EMPTY, 1));

        List<StoredRecord> stored = new ArrayList<>();
        hub.load(ALICE, 0, stored::add);
        assertThat(stored).extracting(StoredRecord::revision).contains(1L);
        assertThat(hub.health().problems()).singleElement().asString().contains("too large");
    }

    // Late spreads.

    @Test
    void aPutThatADeletionOvertakesIsTakenBack() {
        RecordName name = new RecordName(RecordTable.CONTEXT, bytes("chat-1"));
        AtomicInteger calls = new AtomicInteger();
        MongoForeign.MongoConnection overtaken = table -> {
            if (table == RecordTable.CONTEXT && calls.getAndIncrement() == 0) {
                hub.spread(ALICE, 3, List.of(new RecordChange(name, Map.of(), null, true)));
            }
            return collection(MongoSchema.collection(table));
        };
        RecordChange late = new RecordChange(name, Map.of("x", Optional.of(bytes("v"))), null, false);
        new MongoRecords(overtaken, new Problems(), InstantSource.system()).spread(ALICE, 2, List.of(late));

        assertThat(calls.get()).isPositive();
        assertThat(collection("distributed_context").countDocuments()).isZero();
    }

    @Test
    void aPutThatWasLateAndLeftBehindIsNotLoadedAndIsSweptAway() {
        put(1, RecordTable.OTHER, "n", null);
        BsonDocument late = requireNonNull(collection("mneme_rows").find().first());
        RecordName name = new RecordName(RecordTable.OTHER, bytes("n"));
        hub.spread(ALICE, 2, List.of(new RecordChange(name, Map.of(), null, true)));
        collection("mneme_rows").insertOne(late); // as a node does that dies before it looks again

        List<StoredRecord> stored = new ArrayList<>();
        hub.load(ALICE, 0, stored::add);
        assertThat(stored).isEmpty();

        hub.spread(ALICE, 3, List.of(new RecordChange(name, Map.of("new", Optional.of(bytes("v"))), null, false)));
        hub.load(ALICE, 0, stored::add);
        assertThat(stored)
                .singleElement()
                .satisfies(each -> assertThat(each.rows()).containsOnlyKeys("new"));

        hub.spread(ALICE, 4, List.of(new RecordChange(name, Map.of(), null, true)));
        collection("mneme_rows").insertOne(late);
        hub.sweep(Instant.now().plusSeconds(49 * 3_600));
        assertThat(collection("mneme_rows").countDocuments()).isZero();
    }

    @Test
    void aHeadThatAnotherProgramChangedIsNamed() {
        assertThat(hub.commit(new OwnerHead(
                        ALICE, 1, 1, AT, List.of(new OwnerBatch(1, "id", "node", AT, 1, bytes("x"))), List.of())))
                .isTrue();
        collection("mneme_heads")
                .updateOne(new Document("ownerId", "alice"), new Document("$set", new Document("pending", 7)));

        assertThatThrownBy(() -> hub.head(ALICE))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }
}
