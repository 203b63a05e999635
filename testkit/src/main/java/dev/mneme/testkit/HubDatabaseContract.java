package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.hub.ForeignRecord;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The promises of [HubDatabase]. A database's test class says how a node opens it; all that are opened within one
/// test share what is stored.
public abstract class HubDatabaseContract {
    /// The time of batches, unless a test says otherwise.
    protected static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final int WRITERS = 200;
    private static final RecordName NOTE = new RecordName(RecordTable.OTHER, bytes("note"));

    /// Opens the database of this test for one more node.
    protected abstract HubDatabase open();

    /// Writes as a program of the first generation does: an upsert by the fields that name the record, or an insert.
    protected abstract void putForeign(RecordTable table, Map<String, Object> fields);

    // What tests write.

    protected static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    protected static OwnerBatch batch(long revision) {
        return new OwnerBatch(revision, new UUID(7, revision).toString(), "node", AT, revision, bytes("r" + revision));
    }

    /// A head at a revision whose only pending batch is the latest.
    protected static OwnerHead head(Owner owner, long revision) {
        return new OwnerHead(owner, revision, revision, AT, List.of(batch(revision)), List.of());
    }

    protected static RecordChange put(RecordName name, @Nullable Object content, String... rows) {
        Map<String, Optional<byte[]>> values = new TreeMap<>();
        for (String row : rows) {
            int equals = row.indexOf('=');
            values.put(
                    row.substring(0, equals),
                    equals == row.length() - 1 ? Optional.empty() : Optional.of(bytes(row.substring(equals + 1))));
        }
        return new RecordChange(name, values, content, false);
    }

    protected static RecordChange delete(RecordName name) {
        return new RecordChange(name, Map.of(), null, true);
    }

    protected static RecordName contextName(String key) {
        return new RecordName(RecordTable.CONTEXT, bytes(key));
    }

    protected static Context context(String userId, String key, long version, int value) {
        return new Context(
                userId,
                key,
                ContextType.CHAT,
                null,
                data(value),
                List.of("tag"),
                version,
                AT,
                AT.plusSeconds(version),
                "laptop",
                "phone",
                null,
                false);
    }

    protected static Json data(int value) {
        return new JsonObject(Map.of("n", new JsonNumber(BigDecimal.valueOf(value))));
    }

    protected static Memory memory(MemoryId id, ScopeIds scope, String text) {
        return new Memory(id, scope, text, null, null, JsonObject.EMPTY, List.of(), null, AT, AT, null, 1, null, false);
    }

    protected static RecordName memoryName(long arrival) {
        return new RecordName(
                RecordTable.MEMORY, ByteBuffer.allocate(8).putLong(arrival).array());
    }

    /// All records after a revision, as `name@revision row=value …`, in order.
    protected static List<String> records(HubDatabase database, Owner owner, long after) {
        List<String> found = new ArrayList<>();
        database.load(owner, after, record -> found.add(show(record)));
        return found.stream().sorted().toList();
    }

    private static String show(StoredRecord record) {
        String rows = new TreeMap<>(record.rows())
                .entrySet().stream()
                        .map(row -> " " + row.getKey() + "=" + new String(row.getValue(), UTF_8))
                        .collect(Collectors.joining());
        return new String(record.name().key(), UTF_8) + "@" + record.revision() + (record.deleted() ? " gone" : rows);
    }

    // Heads.

    @Test
    void theFirstProposalIsWhatAllGoBy() {
        try (HubDatabase one = open();
                HubDatabase two = open()) {
            assertThat(one.identity(new HubIdentity(1, "aaaa"))).isEqualTo(new HubIdentity(1, "aaaa"));
            assertThat(two.identity(new HubIdentity(1, "bbbb"))).isEqualTo(new HubIdentity(1, "aaaa"));
        }
    }

    @Test
    void nothingIsKnownOfAnOwnerBeforeTheFirstCommit() {
        try (HubDatabase database = open()) {
            assertThat(database.head(ALICE)).isEqualTo(OwnerHead.none(ALICE));
            assertThat(database.revisions(List.of(ALICE, BOB))).isEmpty();
            assertThat(database.owners(Map.of(), null, 10)).isEmpty();
            assertThat(records(database, ALICE, 0)).isEmpty();
            assertThat(database.ownerOf(new MemoryId(new UUID(1, 2)))).isEmpty();
        }
    }

    @Test
    void aHeadIsReadAsItWasCommitted() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        OwnerBatch batch = new OwnerBatch(1, "an id", "node", AT, 3, every);
        try (HubDatabase one = open();
                HubDatabase two = open()) {
            assertThat(one.commit(new OwnerHead(ALICE, 1, 3, AT, List.of(batch), List.of())))
                    .isTrue();

            OwnerHead read = two.head(ALICE);
            assertThat(read.owner()).isEqualTo(ALICE);
            assertThat(read.revision()).isEqualTo(1);
            assertThat(read.sequence()).isEqualTo(3);
            assertThat(read.at()).isEqualTo(AT);
            assertThat(read.pending()).hasSize(1);
            OwnerBatch pending = read.pending().getFirst();
            assertThat(pending.rows()).isEqualTo(every);
            assertThat(List.of(pending.revision(), pending.id(), pending.node(), pending.at(), pending.sequence()))
                    .isEqualTo(List.of(1L, "an id", "node", AT, 3L));
            assertThat(two.revisions(List.of(ALICE, BOB))).isEqualTo(Map.of(ALICE, 1L));
        }
    }

    @Test
    void aCommitThatExpectsAnotherRevisionChangesNothing() {
        try (HubDatabase database = open()) {
            assertThat(database.commit(head(ALICE, 2))).isFalse();
            assertThat(database.commit(head(ALICE, 1))).isTrue();
            assertThat(database.commit(head(ALICE, 1))).isFalse();
            assertThat(database.commit(head(ALICE, 3))).isFalse();
            assertThat(database.commit(head(ALICE, 2))).isTrue();
            assertThat(database.commit(head(ALICE, 2))).isFalse();
            assertThat(database.head(ALICE).revision()).isEqualTo(2);
            assertThat(database.head(BOB).revision()).isZero();
        }
    }

    @Test
    void ofManyWhoCommitOneWinsEachRevision() throws Exception {
        try (HubDatabase one = open();
                HubDatabase two = open();
                HubDatabase three = open();
                ExecutorService writers = Executors.newFixedThreadPool(30)) {
            List<HubDatabase> nodes = List.of(one, two, three);
            List<Callable<Long>> commits = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> (Callable<Long>) () -> commitOnce(nodes.get(writer % 3), writer))
                    .toList();
            List<Long> won = new ArrayList<>();
            for (Future<Long> each : writers.invokeAll(commits)) {
                won.add(each.get());
            }

            // each writer won one revision, no two the same, none left out
            assertThat(won)
                    .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, WRITERS)
                            .mapToObj(i -> (long) i)
                            .toList());
            OwnerHead last = one.head(ALICE);
            assertThat(last.revision()).isEqualTo(WRITERS);
            assertThat(last.pending()).hasSize(1);
            assertThat(won.get(Integer.parseInt(last.pending().getFirst().id())))
                    .isEqualTo(WRITERS);
        }
    }

    private static long commitOnce(HubDatabase node, int writer) {
        while (true) {
            long next = node.head(ALICE).revision() + 1;
            OwnerBatch batch = new OwnerBatch(next, Integer.toString(writer), "node", AT, next, bytes("x"));
            if (node.commit(new OwnerHead(ALICE, next, next, AT, List.of(batch), List.of()))) {
                return next;
            }
        }
    }

    @Test
    void aHeadThatNoDocumentCanHoldIsRefused() {
        OwnerBatch batch = new OwnerBatch(1, "id", "node", AT, 1, new byte[17 << 20]);
        try (HubDatabase database = open()) {
            assertThatThrownBy(() -> database.commit(new OwnerHead(ALICE, 1, 1, AT, List.of(batch), List.of())))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
            assertThat(database.head(ALICE).revision()).isZero();
        }
    }

    @Test
    void whatIsSettledLeavesTheHead() {
        try (HubDatabase database = open()) {
            assertThat(database.commit(head(ALICE, 1))).isTrue();
            OwnerHead both = new OwnerHead(ALICE, 2, 2, AT, List.of(batch(1), batch(2)), List.of());
            assertThat(database.commit(both)).isTrue();

            database.settle(ALICE, 1);
            assertThat(database.head(ALICE).pending())
                    .extracting(OwnerBatch::revision)
                    .containsExactly(2L);

            database.settle(ALICE, 2);
            database.settle(ALICE, 2);
            database.settle(BOB, 1);
            assertThat(database.head(ALICE)).isEqualTo(new OwnerHead(ALICE, 2, 2, AT, List.of(), List.of()));
            assertThat(database.head(BOB).revision()).isZero();
            assertThat(database.commit(head(ALICE, 3))).isTrue();
        }
    }

    // Records.

    @Test
    void aBatchLeavesTheRowsThatItDoesNotName() {
        try (HubDatabase database = open()) {
            database.spread(ALICE, 1, List.of(put(NOTE, null, "m=green", "e=v1", "y1=v2")));
            database.spread(ALICE, 2, List.of(put(NOTE, null, "m=black", "y1=", "y2=v3")));

            assertThat(records(database, ALICE, 0)).containsExactly("note@2 e=v1 m=black y2=v3");
            assertThat(records(database, ALICE, 2)).isEmpty();
            assertThat(records(database, BOB, 0)).isEmpty();
        }
    }

    @Test
    void rowsSurviveBitForBitInEveryTable() {
        byte[] row = new byte[5_000];
        new SplittableRandom(3).nextBytes(row);
        byte[] key = new byte[1_100];
        new SplittableRandom(4).nextBytes(key);
        long revision = 0;
        try (HubDatabase database = open()) {
            for (RecordTable table : RecordTable.values()) {
                boolean text = table == RecordTable.CONTEXT || table == RecordTable.MODE;
                RecordName name = new RecordName(table, text ? bytes("k".repeat(1_100)) : key);
                database.spread(
                        ALICE, ++revision, List.of(new RecordChange(name, Map.of("m", Optional.of(row)), null, false)));
            }
            List<StoredRecord> found = new ArrayList<>();
            database.load(ALICE, 0, found::add);

            assertThat(found).extracting(each -> each.name().table()).containsExactlyInAnyOrder(RecordTable.values());
            assertThat(found)
                    .allSatisfy(each -> assertThat(each.rows().get("m")).isEqualTo(row));
        }
    }

    @Test
    void aRepeatedOrLateSpreadChangesNothing() {
        List<RecordChange> first = List.of(put(NOTE, null, "m=one", "e=1"), put(contextName("c"), null, "x=one"));
        List<RecordChange> second = List.of(put(NOTE, null, "m=two", "e="), delete(contextName("c")));
        List<RecordChange> third = List.of(put(contextName("c"), null, "x=three"));
        try (HubDatabase one = open();
                HubDatabase two = open()) {
            one.spread(ALICE, 1, first);
            one.spread(ALICE, 1, first);
            one.spread(ALICE, 2, second);
            two.spread(ALICE, 1, first);
            assertThat(records(two, ALICE, 0)).containsExactly("note@2 m=two");
            assertThat(records(two, ALICE, 1)).containsExactly("c@2 gone", "note@2 m=two");
            assertThat(two.shared(RecordTable.CONTEXT, "alice", null, 10)).isEmpty();

            two.spread(ALICE, 2, second);
            two.spread(ALICE, 3, third);
            one.spread(ALICE, 1, first);
            one.spread(ALICE, 2, second);
            one.spread(ALICE, 3, third);
            assertThat(records(one, ALICE, 0)).containsExactly("c@3 x=three", "note@2 m=two");
            assertThat(records(one, ALICE, 2)).containsExactly("c@3 x=three");
        }
    }

    @Test
    void nothingOfADeletedRecordComesBackWithItsName() {
        try (HubDatabase database = open()) {
            database.spread(ALICE, 1, List.of(put(NOTE, null, "m=old", "e=old")));
            database.spread(ALICE, 2, List.of(delete(NOTE)));
            database.spread(ALICE, 3, List.of(put(NOTE, null, "m=new")));

            assertThat(records(database, ALICE, 0)).containsExactly("note@3 m=new");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void manyWhoSpreadTheSameBatchesEndWithTheSameRecords(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Map<String, String>> expected = new TreeMap<>();
        List<RecordChange> batches = new ArrayList<>();
        for (int revision = 1; revision <= 40; revision++) {
            String key = "c" + random.nextInt(2);
            if (random.nextInt(3) == 0) {
                batches.add(delete(contextName(key)));
                expected.remove(key);
            } else {
                String row = "row" + random.nextInt(3);
                batches.add(put(contextName(key), context("alice", key, revision, revision), row + "=" + revision));
                expected.computeIfAbsent(key, none -> new TreeMap<>()).put(row, Integer.toString(revision));
            }
        }
        try (HubDatabase one = open();
                HubDatabase two = open();
                HubDatabase three = open();
                ExecutorService spreaders = Executors.newFixedThreadPool(3)) {
            List<Callable<Boolean>> all = new ArrayList<>();
            for (HubDatabase node : List.of(one, two, three)) {
                all.add(() -> {
                    for (int i = 0; i < batches.size(); i++) {
                        node.spread(ALICE, i + 1, List.of(batches.get(i)));
                    }
                    return true;
                });
            }
            for (Future<Boolean> each : spreaders.invokeAll(all)) {
                assertThat(each.get()).isTrue();
            }
            assertThat(rows(one)).isEqualTo(expected);

            // nothing else is left when deletions are forgotten
            one.sweep(Instant.now().plus(Duration.ofDays(8)));
            assertThat(rows(two)).isEqualTo(expected);
            assertThat(one.shared(RecordTable.CONTEXT, "alice", null, 10)).hasSize(expected.size());
        }
    }

    private static Map<String, Map<String, String>> rows(HubDatabase database) {
        Map<String, Map<String, String>> found = new TreeMap<>();
        database.load(ALICE, 0, record -> {
            Map<String, String> rows = new TreeMap<>();
            record.rows().forEach((name, row) -> rows.put(name, new String(row, UTF_8)));
            found.put(new String(record.name().key(), UTF_8), rows);
        });
        return found;
    }

    @Test
    void manyRecordsOfOneBatchAreSpreadAndLoaded() {
        List<RecordChange> all = IntStream.range(0, 2_500)
                .mapToObj(i -> put(memoryName(i), null, "m=" + i, "e=" + i))
                .toList();
        try (HubDatabase database = open()) {
            database.spread(ALICE, 1, all);
            database.spread(BOB, 1, List.of(put(memoryName(0), null, "m=bob")));
            assertThat(records(database, ALICE, 0)).hasSize(2_500);

            database.spread(
                    ALICE,
                    2,
                    all.stream().skip(1).map(each -> delete(each.name())).toList());
            assertThat(records(database, ALICE, 0)).hasSize(1);
            assertThat(records(database, ALICE, 1)).hasSize(2_499).allMatch(each -> each.endsWith(" gone"));
            assertThat(records(database, BOB, 0)).hasSize(1);
        }
    }

    @Test
    void ownersAreFoundByTheIdsOfTheirMemories() {
        ScopeIds alice = new ScopeIds("alice", "scout", null, "r1");
        MemoryId id = new MemoryId(new UUID(5, 6));
        try (HubDatabase database = open()) {
            for (Owner owner : List.of(ALICE, BOB)) {
                assertThat(database.commit(head(owner, 1))).isTrue();
            }
            database.spread(ALICE, 1, List.of(put(memoryName(1), memory(id, alice, "tea"), "m=tea")));
            database.spread(
                    BOB,
                    1,
                    List.of(put(memoryName(1), memory(Fixtures.id(BOB), ScopeIds.user("bob"), "milk"), "m=milk")));

            assertThat(database.ownerOf(id)).contains(ALICE);
            assertThat(database.owners(Map.of(OwnerKind.AGENT, "scout"), null, 10))
                    .containsExactly(ALICE);
            assertThat(database.owners(Map.of(OwnerKind.AGENT, "scout", OwnerKind.RUN, "r1"), null, 10))
                    .containsExactly(ALICE);
            assertThat(database.owners(Map.of(OwnerKind.AGENT, "scout", OwnerKind.RUN, "r2"), null, 10))
                    .isEmpty();
            List<Owner> all = database.owners(Map.of(), null, 10);
            assertThat(all).containsExactlyInAnyOrder(ALICE, BOB);
            assertThat(database.owners(Map.of(), null, 1)).containsExactly(all.getFirst());
            assertThat(database.owners(Map.of(), all.getFirst(), 10)).containsExactly(all.getLast());
            assertThat(database.owners(Map.of(OwnerKind.AGENT, "scout"), ALICE, 10))
                    .isEmpty();
        }
    }

    // What others write.

    @Test
    void whatOthersWroteIsAdoptedAndNotDoubled() {
        putForeign(
                RecordTable.CONTEXT,
                Map.of(
                        "userId",
                        "alice",
                        "contextKey",
                        "c",
                        "data",
                        Map.of("n", 1),
                        "metadata",
                        Map.of("version", 1_700_000_000_000L),
                        "updatedAt",
                        AT,
                        "theirs",
                        "kept"));
        try (HubDatabase database = open()) {
            assertThat(records(database, ALICE, 0)).isEmpty();
            ForeignRecord before = only(database.shared(RecordTable.CONTEXT, "alice", null, 10));
            assertThat(before.stored()).isNull();
            assertThat(before.fields()).containsEntry("data", Map.of("n", 1)).containsEntry("updatedAt", AT);

            database.spread(ALICE, 1, List.of(put(contextName("c"), context("alice", "c", 1, 2), "x=two")));

            ForeignRecord after = only(database.shared(RecordTable.CONTEXT, "alice", null, 10));
            assertThat(after.id()).isEqualTo(before.id());
            assertThat(after.fields()).containsEntry("data", Map.of("n", 2)).containsEntry("theirs", "kept");
            StoredRecord stored = Objects.requireNonNull(after.stored());
            assertThat(stored.name()).isEqualTo(contextName("c"));
            assertThat(show(stored)).isEqualTo("c@1 x=two");
            assertThat(records(database, ALICE, 0)).containsExactly("c@1 x=two");
        }
    }

    @Test
    void whatOthersWriteOverARecordIsSeenAndItsRowsStay() {
        try (HubDatabase database = open()) {
            database.spread(ALICE, 1, List.of(put(contextName("c"), context("alice", "c", 1, 2), "x=two")));
            putForeign(
                    RecordTable.CONTEXT,
                    Map.of(
                            "userId",
                            "alice",
                            "contextKey",
                            "c",
                            "data",
                            Map.of("n", 3),
                            "updatedAt",
                            AT.plusSeconds(60)));

            ForeignRecord seen = only(database.changedSince(RecordTable.CONTEXT, AT.plusSeconds(60), null, 10));
            assertThat(seen.updatedAt()).isEqualTo(AT.plusSeconds(60));
            assertThat(seen.fields()).containsEntry("data", Map.of("n", 3)).containsEntry("contextType", "chat");
            assertThat(seen.stored()).isNotNull();
            assertThat(records(database, ALICE, 0)).containsExactly("c@1 x=two");
        }
    }

    @Test
    void changesArePagedByTimeAndId() {
        try (HubDatabase database = open()) {
            for (int i = 0; i < 7; i++) {
                putForeign(
                        RecordTable.MODE,
                        Map.of("userId", "alice", "instanceId", "i" + i, "updatedAt", AT.plusSeconds(i / 3)));
            }
            List<Object> seen = new ArrayList<>();
            Instant from = AT;
            String after = null;
            while (true) {
                List<ForeignRecord> page = database.changedSince(RecordTable.MODE, from, after, 2);
                if (page.isEmpty()) {
                    break;
                }
                page.forEach(each -> seen.add(each.fields().get("instanceId")));
                from = page.getLast().updatedAt();
                after = page.getLast().id();
            }
            assertThat(seen).hasSize(7).doesNotHaveDuplicates();
            assertThat(seen.getLast()).isEqualTo("i6");
            assertThat(database.changedSince(RecordTable.MODE, AT.plusSeconds(3), null, 10))
                    .isEmpty();
            assertThat(database.shared(RecordTable.MODE, "bob", null, 10)).isEmpty();
        }
    }

    @Test
    void whatExpiredIsSweptAndWhatDidNotStays() {
        try (HubDatabase database = open()) {
            for (int i = 0; i < 2; i++) {
                Map<String, Object> fields = Map.of(
                        "userId", "alice", "contextKey", "c" + i, "updatedAt", AT, "expiresAt", AT.plusSeconds(i));
                putForeign(RecordTable.CONTEXT, fields);
            }
            database.sweep(AT);

            ForeignRecord left = only(database.shared(RecordTable.CONTEXT, "alice", null, 10));
            assertThat(left.fields()).containsEntry("contextKey", "c1");
        }
    }

    @Test
    void aDeletionIsRememberedForADay() {
        Instant now = Instant.now();
        try (HubDatabase database = open()) {
            OwnerBatch batch = new OwnerBatch(2, "id", "node", now, 2, bytes("x"));
            assertThat(database.commit(head(ALICE, 1))).isTrue();
            assertThat(database.commit(new OwnerHead(ALICE, 2, 2, now, List.of(batch), List.of())))
                    .isTrue();
            database.spread(ALICE, 1, List.of(put(NOTE, null, "m=old")));
            database.spread(ALICE, 2, List.of(delete(NOTE)));

            database.sweep(now.plus(Duration.ofHours(23)));
            assertThat(records(database, ALICE, 1)).containsExactly("note@2 gone");

            database.sweep(now.plus(Duration.ofDays(8)));
            assertThat(records(database, ALICE, 1)).isEmpty();
        }
    }

    private static ForeignRecord only(List<ForeignRecord> records) {
        assertThat(records).hasSize(1);
        return records.getFirst();
    }
}
