package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.engine.offline.Verification;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Version;
import dev.mneme.engine.table.ShardTotals;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Somebody without the integrity key, but with a hand in the tables of a stopped server, changes what
/// they hold. Each victim has the same data, and another noun of it is attacked; others, of the same
/// shards, have what they had.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TamperingTest {
    private static final int SHARDS = 4;
    private static final Seal FORGER = Seal.under(new byte[32]);

    private Path home = Path.of("");
    private Path folder = Path.of("");
    private int copies;
    private final Map<Owner, List<MemoryId>> memories = new LinkedHashMap<>();
    private final Map<Noun, Owner> victims = new LinkedHashMap<>();
    private final List<Owner> innocents = new ArrayList<>();
    private List<NavigableMap<byte[], byte[]>> early = List.of();
    private List<NavigableMap<byte[], byte[]>> stored = List.of();

    /// What is attacked: the letter of its table, and how its records are called.
    enum Noun {
        MEMORY('m', "memory "),
        CONTEXT('x', "context c"),
        MODE('a', "mode of instance i"),
        TRANSITION('t', "transition "),
        RESPONSE('q', "response source chat/"),
        SYNC_EVENT('z', "sync event "),
        CONFLICT('l', "conflicts "),
        CHANGE('c', "change "),
        EMBEDDING('e', "the embedding of "),
        HISTORY('v', ", version "),
        CONTEXT_HISTORY('g', "context c");

        private final char table;
        private final String name;

        Noun(char table, String name) {
            this.table = table;
            this.name = name;
        }
    }

    enum Attack {
        CONTENT_CHANGED,
        NEWEST_REMOVED,
        MIDDLE_REMOVED,
        SWAPPED,
        FORGED,
        OF_ANOTHER_OWNER,
        PUT_BACK,
        METADATA_CHANGED
    }

    private Store open() {
        return LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("tampering", new ManualClock())));
    }

    @BeforeAll
    void fill(@TempDir Path temporary) {
        home = temporary;
        folder = home.resolve("whole");
        Map<Integer, Integer> groups = new TreeMap<>();
        for (int n = 0; victims.size() < Noun.values().length || innocents.size() < SHARDS; n++) {
            Owner owner = Owner.user("user" + n);
            int group = shardOf(owner) * ShardTotals.GROUPS + ShardTotals.group(Keys.head(owner.hash()));
            if (groups.putIfAbsent(group, n) != null) {
                continue; // two of a group share their fate when a head is attacked
            }
            Noun noun = Stream.of(Noun.values())
                    .filter(each -> !victims.containsKey(each))
                    .findFirst()
                    .orElse(null);
            if (noun != null) {
                victims.put(noun, owner);
            } else if (innocents.stream().noneMatch(other -> shardOf(other) == shardOf(owner))) {
                innocents.add(owner);
            }
        }
        List<Owner> all =
                Stream.concat(victims.values().stream(), innocents.stream()).toList();
        try (Store store = open()) {
            all.forEach(owner -> begin(store, owner));
            List.of("k1", "k2", "k3").forEach(id -> putKey(store, Fixtures.key(id, Role.ADMIN)));
        }
        early = rows();
        try (Store store = open()) {
            all.forEach(owner -> goOn(store, owner));
            putKey(store, Fixtures.key("k2", Role.READ));
        }
        stored = rows();
    }

    private static void putKey(Store store, ApiKey key) {
        store.writeSystem(new Write(Owner.user("operator"), Fixtures.BY, null, List.of(new Command.PutKey(key))));
    }

    private void begin(Store store, Owner owner) {
        List<MemoryId> ids = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            var add = Fixtures.embedded(Fixtures.add(owner.id(), "memory number " + n), Fixtures.vector(n, 1, 2));
            ids.add(add.id());
            store.write(Fixtures.write(owner, add));
        }
        memories.put(owner, ids);
        for (int n = 0; n < 3; n++) {
            store.write(Fixtures.write(owner, context("c" + n, "first")));
            store.write(Fixtures.write(owner, mode("i" + n, Mode.PARALLEL)));
            store.write(Fixtures.write(owner, response("m" + n)));
            store.write(Fixtures.write(owner, event(owner, n)));
            store.write(Fixtures.write(owner, conflict(owner, n)));
        }
    }

    private static void goOn(Store store, Owner owner) {
        store.list(Fixtures.everything(owner, ManualClock.START)).items().stream()
                .map(Memory::id)
                .forEach(id -> store.write(Fixtures.write(owner, retext(id, "another text of " + id))));
        var added = Fixtures.embedded(Fixtures.add(owner.id(), "the newest text"), Fixtures.vector(1, 1, 2));
        store.write(Fixtures.write(owner, added));
        store.write(Fixtures.write(owner, Fixtures.patch(added.id(), Fixtures.json("a", 1))));
        revise(store, owner);
        for (int n = 0; n < 3; n++) {
            store.write(Fixtures.write(owner, context("c" + n, "second")));
            store.write(Fixtures.write(owner, mode("i" + n, Mode.DIDACTIC)));
            store.write(Fixtures.write(owner, new Command.ProcessSyncEvent(Fixtures.id(owner, 1_000 + n), "another")));
            store.write(Fixtures.write(
                    owner, new Command.ResolveConflict(Fixtures.id(owner, 2_000 + n), Conflict.Take.THEIRS, null)));
        }
    }

    /// Of what is there, one goes and one is superseded.
    private static void revise(Store store, Owner owner) {
        List<Memory> present =
                store.list(Fixtures.everything(owner, ManualClock.START)).items();
        Memory superseded = present.get(1);
        Memory removed = present.get(2);
        var fact = Fixtures.embedded(Fixtures.add(owner.id(), "what is so by now"), Fixtures.vector(2, 1, 2));
        Command revise = new Command.Revise(
                List.of(
                        new Command.Seen(superseded.id(), superseded.version()),
                        new Command.Seen(removed.id(), removed.version())),
                List.of(new Command.Revision.Replace(superseded.id(), fact), new Command.Revision.Remove(removed.id())),
                List.of());
        assertThat(store.write(Fixtures.write(owner, revise)).outcomes()).containsExactly(new Outcome.Done());
    }

    private static Command retext(MemoryId id, String text) {
        return new Command.UpdateMemory(id, text, Fixtures.vector(3, 2, 1), null, null, null, Command.ANY_VERSION);
    }

    private static Command context(String key, String data) {
        return new Command.PutContext(
                key,
                ContextType.CUSTOM,
                null,
                new Json.JsonString(data),
                List.of(),
                ManualClock.START.plus(Duration.ofDays(9)),
                Command.ANY_VERSION,
                Command.MergeStrategy.REPLACE);
    }

    private static Command mode(String instance, Mode to) {
        return new Command.SwitchMode(instance, to, null, null, null, null, null, Command.ANY_VERSION);
    }

    private static Command response(String message) {
        return new Command.RecordResponse(
                "desk", "chat", message, null, SourceType.LOCAL, "p", "m", null, "h", JsonObject.EMPTY, null);
    }

    private static Command conflict(Owner owner, int n) {
        Conflict.Side side = new Conflict.Side(1, Fixtures.json("a", n), false, ManualClock.START, "k", "desk");
        return new Command.RecordConflict(
                Fixtures.id(owner, 2_000 + n),
                new Conflict.About(Conflict.Kind.CONTEXT, "c" + n),
                side,
                side,
                side,
                false);
    }

    private static Command event(Owner owner, int n) {
        return new Command.PostSyncEvent(
                Fixtures.id(owner, 1_000 + n),
                "desk",
                SyncEvent.Type.CONTEXT_UPDATED,
                new Json.JsonString("data"),
                null,
                SyncEvent.Priority.NORMAL,
                null);
    }

    private static int shardOf(Owner owner) {
        return owner.slot() * SHARDS / Owner.SLOTS;
    }

    private RocksFolder tables() {
        return RocksFolder.open(folder.resolve("tables"), List.of("0", "1", "2", "3", "system"), 16 << 20);
    }

    private List<NavigableMap<byte[], byte[]>> rows() {
        List<NavigableMap<byte[], byte[]>> all = new ArrayList<>();
        try (RocksFolder tables = tables()) {
            for (int shard = 0; shard <= SHARDS; shard++) {
                NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
                try (Tables.Snapshot snapshot = tables.tables(shard).snapshot()) {
                    snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                        rows.put(key, row);
                        return true;
                    });
                }
                all.add(rows);
            }
        }
        return all;
    }

    /// Writes what differs, past the engine.
    private void put(List<NavigableMap<byte[], byte[]>> wanted) {
        List<NavigableMap<byte[], byte[]>> now = rows();
        try (RocksFolder tables = tables()) {
            for (int shard = 0; shard <= SHARDS; shard++) {
                Tables.Batch batch = new Tables.Batch();
                batch.appliedIndex(tables.tables(shard).appliedIndex());
                NavigableMap<byte[], byte[]> rows = wanted.get(shard);
                rows.forEach(batch::put);
                now.get(shard).keySet().stream()
                        .filter(key -> !rows.containsKey(key))
                        .forEach(batch::delete);
                tables.tables(shard).write(batch);
                tables.tables(shard).checkpoint();
            }
        }
    }

    private List<NavigableMap<byte[], byte[]>> copy() {
        List<NavigableMap<byte[], byte[]>> copy = new ArrayList<>();
        stored.forEach(rows -> {
            NavigableMap<byte[], byte[]> each = new TreeMap<>(Arrays::compareUnsigned);
            rows.forEach((key, row) -> each.put(key, row.clone()));
            copy.add(each);
        });
        return copy;
    }

    /// Each test has its own copy of the folder.
    @BeforeEach
    void begin() throws IOException {
        Path whole = home.resolve("whole");
        folder = home.resolve("copy" + copies++);
        try (Stream<Path> files = Files.walk(whole)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(whole.relativize(file)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyAttackOnEveryNounIsRefusedOnReadAndReported(Attack attack) {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Map<Noun, Owner> attacked = new LinkedHashMap<>();
        victims.forEach((noun, owner) -> {
            if (attack(attack, rows.get(shardOf(owner)), owner, noun)) {
                attacked.put(noun, owner);
            }
        });
        assertThat(attacked).hasSizeGreaterThanOrEqualTo(4);
        put(rows);
        List<String> reported = Verification.run(folder).problems();
        attacked.forEach((noun, owner) -> assertThat(reported)
                .as("%s of a %s", attack, noun)
                .anyMatch(problem -> problem.contains(noun.name) && problem.contains("of user " + owner.id())));
        try (Store store = open()) {
            attacked.forEach((noun, owner) -> reads(owner).forEach((name, read) -> {
                MnemeException refusal = catchThrowableOfType(MnemeException.class, () -> read.accept(store, owner));
                assertThat(refusal)
                        .as("%s of a %s, read by %s", attack, noun, name)
                        .isNotNull();
                assertThat(refusal.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
                assertThat(refusal.getMessage()).contains(noun.name).contains("user " + owner.id());
            }));
            serves(store, innocents);
            leavesOut(store, attacked.values().stream().toList());
        }
    }

    /// @return whether the attack makes sense for the noun
    private boolean attack(Attack attack, NavigableMap<byte[], byte[]> rows, Owner owner, Noun noun) {
        byte[] range = Keys.owned(noun.table, owner.hash());
        List<byte[]> keys =
                List.copyOf(rows.subMap(range, true, Keys.end(range), false).keySet());
        assertThat(keys).hasSizeGreaterThanOrEqualTo(3);
        byte[] middle = keys.get(keys.size() / 2);
        switch (attack) {
            case CONTENT_CHANGED -> flip(at(rows, middle), at(rows, middle).length - 1);
            case NEWEST_REMOVED -> rows.remove(keys.getLast());
            case MIDDLE_REMOVED -> rows.remove(middle);
            case SWAPPED -> {
                byte[] first = at(rows, keys.getFirst());
                rows.put(keys.getFirst(), at(rows, middle));
                rows.put(middle, first);
            }
            case FORGED -> {
                byte[] key = keys.getLast().clone();
                key[key.length - 1]++;
                byte[] row = at(rows, keys.getLast()).clone();
                FORGER.tag(key, row).into(row);
                rows.put(key, row);
            }
            case OF_ANOTHER_OWNER -> {
                Owner other = at(victims, noun == Noun.MEMORY ? Noun.CONTEXT : Noun.MEMORY);
                byte[] key = noun == Noun.CONFLICT
                        ? Keys.document(
                                other.hash(),
                                Conflict.COLLECTION,
                                Fixtures.id(other, 2_001).toString())
                        : middle.clone();
                System.arraycopy(other.hash(), 0, key, 1, Keys.OWNER);
                rows.put(middle, at(stored.get(shardOf(other)), key).clone());
            }
            case PUT_BACK -> {
                byte[] earlier = early.get(shardOf(owner)).get(middle);
                if (earlier == null || Arrays.equals(earlier, rows.get(middle))) {
                    return false;
                }
                rows.put(middle, earlier);
            }
            case METADATA_CHANGED -> {
                if (noun == Noun.MEMORY) {
                    rows.put(middle, anotherSource(at(rows, middle)));
                } else if (noun == Noun.CONFLICT) {
                    flip(at(rows, middle), at(rows, middle).length - 8); // a time: its name comes first
                } else {
                    flip(at(rows, middle), Rows.FIELDS_AT + 3);
                }
            }
        }
        return true;
    }

    private static <K, V> V at(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key));
    }

    private static void flip(byte[] row, int at) {
        row[at] = (byte) (row[at] ^ 1);
    }

    private static byte[] anotherSource(byte[] row) {
        Version version = Version.decode(row);
        byte[] changed = new Version(
                        version.event(),
                        version.memory(),
                        version.version(),
                        version.sequence(),
                        version.at().minusSeconds(60),
                        Provenance.ofKey("another"))
                .encode();
        System.arraycopy(row, Rows.MAC_AT, changed, Rows.MAC_AT, Rows.FIELDS_AT - Rows.MAC_AT);
        return changed;
    }

    private Map<String, BiConsumer<Store, Owner>> reads(Owner owner) {
        Map<String, BiConsumer<Store, Owner>> reads = new LinkedHashMap<>();
        List<MemoryId> ids = at(memories, owner);
        reads.put("list", (store, each) -> store.list(Fixtures.everything(each, ManualClock.START)));
        reads.put("find", (store, each) -> store.find(ids.get(2)));
        reads.put("history", (store, each) -> store.history(ids.get(1)));
        reads.put("search", (store, each) -> store.search(Fixtures.words(each, "text", ManualClock.START)));
        reads.put("changes", (store, each) -> store.changes(each, 0, 10));
        reads.put("head", (store, each) -> store.head(each));
        reads.put(
                "answered",
                (store, each) -> store.answered(
                        each,
                        Fixtures.write(each, Fixtures.add(each.id(), "more")).by(),
                        new Write.Idempotency("key", new byte[32])));
        reads.put("contexts", (store, each) -> store.contexts().find(each, "c1"));
        reads.put("modes", (store, each) -> store.modes().all(each));
        reads.put("responses", (store, each) -> store.responses().find(each, "chat", "m1"));
        reads.put("events", (store, each) -> store.syncEvents().find(each, Fixtures.id(each, 1_001)));
        reads.put("pending", (store, each) -> store.syncEvents().pending(each, "phone", ManualClock.START, null, 10));
        reads.put("conflicts", (store, each) -> store.conflicts().find(each, Fixtures.id(each, 2_001)));
        reads.put("count", (store, each) -> store.counts(each, Restriction.NONE, ManualClock.START));
        reads.put("export", (store, each) -> ((Exports) store).export(each, exported -> {}));
        reads.put("asked before an export", (store, each) -> ((Exports) store).requireServed(each));
        reads.put("user state", (store, each) -> store.userState(each, context -> true));
        reads.put("documents", (store, each) -> store.documents().find(each, "jobs", "j1"));
        reads.put("space", (store, each) -> store.space(each));
        reads.put("unstaged", (store, each) -> store.unstaged(each, 0, 10));
        reads.put("add", (store, each) -> store.write(Fixtures.write(each, Fixtures.add(each.id(), "more"))));
        return reads;
    }

    private void serves(Store store, List<Owner> owners) {
        for (Owner owner : owners) {
            assertThat(store.list(Fixtures.everything(owner, ManualClock.START)).items())
                    .hasSize(5);
            assertThat(store.search(Fixtures.words(owner, "text", ManualClock.START))
                            .hits())
                    .isNotEmpty();
            assertThat(store.changes(owner, 0, 1_000).changes()).hasSizeGreaterThan(20);
            assertThat(store.contexts().find(owner, "c1").value()).isPresent();
            assertThat(store.find(at(memories, owner).getFirst())).isPresent();
        }
    }

    private void leavesOut(Store store, List<Owner> refused) {
        List<Owner> matching = store.ownersMatching(Filter.And.ALL);
        assertThat(matching).containsAll(innocents).doesNotContainAnyElementsOf(refused);
        assertThat(store.list(Fixtures.everything(null, ManualClock.START)).items())
                .extracting(memory -> memory.scope().owner())
                .doesNotContainAnyElementsOf(refused)
                .containsAll(innocents);
        assertThat(store.entities(Restriction.NONE, null, 1_000))
                .extracting(entity -> Owner.user(entity.id()))
                .doesNotContainAnyElementsOf(refused)
                .containsAll(innocents);
        assertThat(store.changes("", 10_000).changes())
                .extracting(change -> change.change().owner())
                .doesNotContainAnyElementsOf(refused)
                .containsAll(innocents);
    }

    @Test
    void whatNobodyTouchedIsNotReported() {
        assertThat(Verification.run(folder).problems()).isEmpty();
        try (Store store = open()) {
            serves(store, innocents);
            serves(store, victims.values().stream().toList());
            assertThat(store.keys()).extracting(ApiKey::id).containsExactlyInAnyOrder("k1", "k2", "k3");
        }
    }

    @Test
    void aMemoryThatIsTakenOutWithAllThatLeadsToItIsMissed() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        for (char table : "mevudc".toCharArray()) {
            byte[] range = Keys.owned(table, owner.hash());
            byte[] last = shard.subMap(range, true, Keys.end(range), false).lastKey();
            if (table == 'm') {
                shard.remove(
                        Keys.pointer(Version.decode(at(shard, last)).memory().id()));
            }
            shard.remove(last);
        }
        put(rows);
        assertThat(Verification.run(folder).problems()).anyMatch(problem -> problem.contains("of user " + owner.id()));
        try (Store store = open()) {
            refuses(() -> store.list(Fixtures.everything(owner, ManualClock.START)));
            refuses(() -> store.find(Fixtures.id(owner, 999_999)));
            serves(store, innocents);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAnOperatorAcceptsIsServedAgain(Attack attack) {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        victims.forEach((noun, owner) -> attack(attack, rows.get(shardOf(owner)), owner, noun));
        put(rows);
        try (Store store = open()) {
            Owner changed = at(victims, Noun.CHANGE);
            victims.values().forEach(owner -> store.integrity().accept(owner, Fixtures.BY));
            victims.values().forEach(owner -> {
                List<Memory> now = store.list(Fixtures.everything(owner, ManualClock.START))
                        .items();
                assertThat(now).hasSizeGreaterThanOrEqualTo(4).allSatisfy(memory -> {
                    assertThat(memory.scope().owner()).as("%s", attack).isEqualTo(owner);
                    assertThat(store.find(memory.id()).orElseThrow().value()).isEqualTo(memory);
                });
            });
            assertThat(store.status().memories())
                    .isEqualTo(Stream.concat(victims.values().stream(), innocents.stream())
                            .mapToInt(owner -> store.list(Fixtures.everything(owner, ManualClock.START))
                                    .items()
                                    .size())
                            .sum());
            assertThat(store.changes(changed, 30, 10).reset()).isTrue();
            store.write(Fixtures.write(changed, Fixtures.add(changed.id(), "a new one")));
            assertThat(store.search(Fixtures.words(changed, "new one", ManualClock.START))
                            .hits())
                    .isNotEmpty();
            serves(store, innocents);
        }
        assertThat(Verification.run(folder).problems()).isEmpty();
    }

    /// Who follows a running server's changes learns that what came before is gone, whatever the heap still has of it.
    @Test
    void whoFollowsAnOwnerThatIsAcceptedBeginsAnew() {
        Owner owner = innocents.getFirst();
        try (Store store = open()) {
            for (String text : List.of("one more", "and another")) {
                store.write(Fixtures.write(owner, Fixtures.add(owner.id(), text)));
            }
            long before = store.head(owner).sequence();
            assertThat(store.changes(owner, before - 1, 10).changes()).hasSize(1);
            store.integrity().accept(owner, Fixtures.BY);
            assertThat(store.head(owner).sequence()).isGreaterThan(before);
            for (long after : List.of(before - 1, before)) {
                assertThat(store.changes(owner, after, 10).reset())
                        .as("after %d of %d", after, before)
                        .isTrue();
            }
        }
    }

    @Test
    void anIdThatIsLedElsewhereIsRefused() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = innocents.getFirst();
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        List<MemoryId> ids = at(memories, owner);
        MemoryId unused = Fixtures.id(owner, 7_777_777);
        byte[] forged = at(shard, Keys.pointer(ids.get(1))).clone();
        FORGER.tag(Keys.pointer(unused), forged).into(forged);
        shard.put(Keys.pointer(unused), forged);
        put(rows);
        assertThat(Verification.run(folder).problems())
                .anySatisfy(problem -> assertThat(problem).contains("the pointer of an id in shard " + shardOf(owner)));
        try (Store store = open()) {
            refuses(() -> store.find(unused));
            refuses(() -> store.history(unused));
            store.write(Fixtures.write(owner, retext(unused, "through a forged id")));
            assertThat(store.find(ids.get(1)).orElseThrow().value().text()).doesNotContain("forged");
        }
    }

    @Test
    void anExportOfEverybodyDoesNotLeaveOutWhoIsRefused() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        attack(Attack.CONTENT_CHANGED, rows.get(shardOf(owner)), owner, Noun.MEMORY);
        put(rows);
        try (Store store = open()) {
            refuses(() -> ((Exports) store).requireServed(null));
            refuses(() -> ((Exports) store).export(null, exported -> {}));
        }
    }

    @Test
    void acceptingOneOwnerDoesNotAcceptAForgedShard() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        Owner other = innocents.stream()
                .filter(each -> shardOf(each) == shardOf(owner))
                .findFirst()
                .orElseThrow();
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        byte[] row = at(shard, Keys.shard());
        FORGER.tag(Keys.shard(), row).into(row);
        put(rows);
        try (Store store = open()) {
            refuses(() -> store.list(Fixtures.everything(other, ManualClock.START)));
            store.integrity().accept(owner, Fixtures.BY);
            store.list(Fixtures.everything(owner, ManualClock.START));
            refuses(() -> store.list(Fixtures.everything(other, ManualClock.START)));
        }
        try (Store store = open()) {
            store.list(Fixtures.everything(owner, ManualClock.START));
            refuses(() -> store.list(Fixtures.everything(other, ManualClock.START)));
            store.integrity().accept(other, Fixtures.BY);
            store.list(Fixtures.everything(other, ManualClock.START));
        }
    }

    /// Of entities, expiries and the operator's feed, which lie beside the owner's rows.
    @Test
    void whatWasMadeUpOfAnOwnerBesideItsRowsGoesWhenItIsAccepted() {
        Owner owner = innocents.getFirst();
        List<byte[]> keys = List.of(
                Keys.entity(OwnerKind.AGENT, "ghost", owner.hash()),
                Keys.operator(1_000_000, 0),
                Keys.expiry(ManualClock.START, Keys.context(owner.hash(), "ghost")));
        List<NavigableMap<byte[], byte[]>> rows = copy();
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        byte[] entity = at(shard, Keys.entity(OwnerKind.USER, owner.id(), owner.hash()));
        List<byte[]> madeUp = List.of(entity.clone(), new Rows.OperatorRow(owner.hash(), 1).encode(), Rows.mark());
        for (int i = 0; i < keys.size(); i++) {
            FORGER.tag(keys.get(i), madeUp.get(i)).into(madeUp.get(i));
            shard.put(keys.get(i), madeUp.get(i));
        }
        put(rows);
        try (Store store = open()) {
            refuses(() -> store.entities(Restriction.NONE, null, 1_000));
            store.integrity().accept(owner, Fixtures.BY);
            assertThat(store.entities(Restriction.NONE, null, 1_000))
                    .extracting(each -> each.id())
                    .contains(owner.id())
                    .doesNotContain("ghost");
            serves(store, innocents.subList(1, innocents.size()));
        }
        assertThat(Verification.run(folder).problems()).isEmpty();
        assertThat(rows().get(shardOf(owner)).keySet())
                .noneMatch(key -> keys.stream().anyMatch(forged -> Arrays.equals(forged, key)));
    }

    @Test
    void anOwnerWhoIsTakenOutAltogetherIsMissed() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        rows.get(shardOf(owner)).keySet().removeIf(key -> isOf(owner, key));
        put(rows);
        assertThat(Verification.run(folder).problems()).isNotEmpty();
        try (Store store = open()) {
            refuses(() -> store.list(Fixtures.everything(owner, ManualClock.START)));
            refuses(() -> store.contexts().find(owner, "c1"));
            refuses(() -> ((Exports) store).requireServed(null));
            serves(store, innocents);
        }
    }

    @Test
    void rowsThatNoHeadTellsOfAreReported() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        rows.get(shardOf(owner)).remove(Keys.head(owner.hash()));
        put(rows);
        assertThat(Verification.run(folder).problems()).anyMatch(problem -> problem.contains("of its rows are there"));
        try (Store store = open()) {
            refuses(() -> store.list(Fixtures.everything(owner, ManualClock.START)));
            refuses(() -> ((Exports) store).requireServed(null));
        }
    }

    @Test
    void aDocumentOfTheServerThatIsChangedIsRefused() {
        Owner server = Owner.user("project");
        try (Store store = open()) {
            Command put = new Command.PutDocument("settings", "s", Fixtures.json("to", "a"), Command.ANY_VERSION);
            store.writeSystem(new Write(server, Fixtures.BY, null, List.of(put)));
            assertThat(store.systemDocuments().find(server, "settings", "s")).isPresent();
        }
        List<NavigableMap<byte[], byte[]>> rows = rows();
        byte[] row = at(rows.getLast(), Keys.document(server.hash(), "settings", "s"));
        flip(row, row.length - 1);
        put(rows);
        try (Store store = open()) {
            refuses(() -> store.systemDocuments().find(server, "settings", "s"));
            refuses(() -> store.systemDocuments().list(server, "settings", null, 10));
        }
    }

    /// An imported id may say of no owner's slot that it is his.
    @Test
    void anImportedIdOfAnOwnerWhoIsTakenOutIsRefused() {
        Owner owner = innocents.getFirst();
        MemoryId id = MemoryId.parse("0f8fad5b-d9cb-469f-a165-70867728950e");
        try (Store store = open()) {
            Memory any = store.list(Fixtures.everything(owner, ManualClock.START))
                    .items()
                    .getFirst();
            store.write(Fixtures.write(owner, imported(id, any)));
            assertThat(store.find(id)).isPresent();
            assertThat(store.find(MemoryId.parse("0f8fad5b-d9cb-469f-a165-70867728950f")))
                    .isEmpty();
        }
        List<NavigableMap<byte[], byte[]>> rows = rows();
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        shard.keySet().removeIf(key -> isOf(owner, key));
        shard.remove(Keys.pointer(id));
        put(rows);
        try (Store store = open()) {
            refuses(() -> store.find(id));
            refuses(() -> store.history(id));
        }
    }

    private static Command imported(MemoryId id, Memory like) {
        Memory memory = new Memory(
                id,
                like.scope(),
                "from elsewhere",
                like.role(),
                like.name(),
                like.metadata(),
                like.categories(),
                like.timestamp(),
                like.createdAt(),
                like.createdAt(),
                null,
                1,
                null,
                false);
        return new Command.Import(new Exported.OfMemory(
                List.of(new MemoryVersion(MemoryEvent.ADD, memory, 1, memory.createdAt(), "k9", "desk")), null));
    }

    /// With all that led to him: his ids are not answered as ids that were never used.
    @Test
    void theIdsOfAnOwnerWhoIsTakenOutAltogetherAreRefused() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        shard.keySet().removeIf(key -> isOf(owner, key));
        at(memories, owner).forEach(id -> shard.remove(Keys.pointer(id)));
        put(rows);
        try (Store store = open()) {
            at(memories, owner).forEach(id -> {
                refuses(() -> store.find(id));
                refuses(() -> store.history(id));
            });
            Owner elsewhere = innocents.stream()
                    .filter(each -> shardOf(each) != shardOf(owner))
                    .findFirst()
                    .orElseThrow();
            assertThat(store.find(Fixtures.id(elsewhere, 888_888))).isEmpty();
            serves(store, innocents);
        }
    }

    @Test
    void anEntityThatIsForgedRemovedOrPutBackIsRefused() {
        Owner owner = innocents.getFirst();
        byte[] key = Keys.entity(OwnerKind.USER, owner.id(), owner.hash());
        Map<String, Consumer<NavigableMap<byte[], byte[]>>> attacks = Map.of(
                "changed", shard -> flip(at(shard, key), at(shard, key).length - 1),
                "removed", shard -> shard.remove(key),
                "put back",
                        shard -> shard.put(
                                key, at(early.get(shardOf(owner)), key).clone()));
        attacks.forEach((attack, change) -> {
            assertThatCode(this::begin).doesNotThrowAnyException();
            List<NavigableMap<byte[], byte[]>> rows = copy();
            change.accept(rows.get(shardOf(owner)));
            put(rows);
            try (Store store = open()) {
                refuses(() -> store.entities(Restriction.NONE, null, 1_000));
                refuses(() -> store.ownersMatching(Filter.scope(OwnerKind.USER, owner.id())));
                assertThat(store.integrity().report().problems()).as(attack).isNotEmpty();
                serves(store, innocents.subList(1, innocents.size()));
                store.integrity().accept(owner, Fixtures.BY);
                assertThat(store.entities(Restriction.NONE, null, 1_000)).isNotEmpty();
            }
        });
    }

    @Test
    void aSpaceOfAnEmbedderThatIsForgedOrRemovedIsRefused() {
        EmbeddingSpace own = new EmbeddingSpace("own", 3);
        EmbeddingSpace next = new EmbeddingSpace("next", 3);
        try (Store store = open()) {
            for (EmbeddingSpace space : List.of(own, next)) {
                store.writeSystem(
                        new Write(Owner.user("operator"), Fixtures.BY, null, List.of(new Command.PutEmbedder(space))));
            }
            assertThat(store.embedders()).containsExactlyInAnyOrder(own, next);
        }
        for (boolean forged : List.of(true, false)) {
            List<NavigableMap<byte[], byte[]>> rows = rows();
            byte[] table = Keys.table('b');
            byte[] key = rows.getLast().subMap(table, Keys.end(table)).firstKey();
            if (forged) {
                flip(at(rows.getLast(), key), at(rows.getLast(), key).length - 1);
            } else {
                rows.getLast().remove(key);
            }
            put(rows);
            try (Store store = open()) {
                refuses(store::embedders);
                store.integrity().acceptKeys(Fixtures.BY);
                assertThat(store.embedders()).hasSizeLessThanOrEqualTo(1);
                assertThat(store.integrity().report().problems()).isEmpty();
            }
        }
    }

    @Test
    void whatIsLeftOutIsCounted() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        attack(Attack.CONTENT_CHANGED, rows.get(shardOf(owner)), owner, Noun.MEMORY);
        put(rows);
        try (Store store = open()) {
            store.list(Fixtures.everything(null, ManualClock.START));
            assertThat(store.leftOut(Filter.And.ALL)).isEqualTo(1);
            assertThat(store.leftOut(Filter.scope(OwnerKind.USER, owner.id()))).isEqualTo(1);
            assertThat(store.leftOut(
                            Filter.scope(OwnerKind.USER, innocents.getFirst().id())))
                    .isZero();
        }
    }

    /// Of the files of a server that runs: what it holds in memory goes on to say that all is well.
    @Test
    void aVerificationFindsWhatWasChangedInTheFilesOfARunningServer() throws IOException {
        Owner owner = at(victims, Noun.MEMORY);
        try (Store store = open()) {
            serves(store, List.of(owner));
            assertThat(store.integrity().verify()).isEmpty();
            damageTablesOf(owner);
            String unreadable = "rows of shard " + shardOf(owner) + " cannot be read";
            assertThat(store.integrity().verify())
                    .anySatisfy(problem -> assertThat(problem).contains(unreadable));
            refuses(() -> store.list(Fixtures.everything(owner, ManualClock.START)));
            refuses(() -> store.search(Fixtures.words(owner, "text", ManualClock.START)));
            refuses(() -> store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "more"))));
            assertThat(store.integrity().report().problems())
                    .anySatisfy(problem -> assertThat(problem).contains(unreadable));
            serves(
                    store,
                    innocents.stream()
                            .filter(each -> shardOf(each) != shardOf(owner))
                            .toList());
        }
    }

    /// Flips a byte of a text, wherever it lies in the files.
    private void damageTablesOf(Owner owner) throws IOException {
        byte[] text = ("another text of " + at(memories, owner).getFirst()).getBytes(StandardCharsets.US_ASCII);
        int damaged = 0;
        try (Stream<Path> files = Files.list(folder.resolve("tables"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".sst")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 0; at + text.length <= bytes.length; at++) {
                    if (Arrays.equals(bytes, at, at + text.length, text, 0, text.length)) {
                        bytes[at] ^= 1;
                        damaged++;
                    }
                }
                Files.write(file, bytes);
            }
        }
        assertThat(damaged).isPositive();
    }

    @Test
    void anOwnerWhoIsPutBackAltogetherIsNoticed() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        Owner owner = at(victims, Noun.MEMORY);
        NavigableMap<byte[], byte[]> shard = rows.get(shardOf(owner));
        shard.keySet().removeIf(key -> isOf(owner, key));
        early.get(shardOf(owner)).forEach((key, row) -> {
            if (isOf(owner, key)) {
                shard.put(key, row);
            }
        });
        put(rows);
        assertThat(Verification.run(folder).problems()).isNotEmpty();
        try (Store store = open()) {
            refuses(() -> store.list(Fixtures.everything(owner, ManualClock.START)));
            serves(store, innocents);
        }
    }

    private static boolean isOf(Owner owner, byte[] key) {
        return (key[0] == 'h' || Keys.isOwned(key)) && Arrays.equals(Keys.ownerOf(key), owner.hash());
    }

    @Test
    void aKeyThatIsForgedPutBackOrChangedDoesNotAuthenticate() throws IOException {
        for (Attack attack : List.of(
                Attack.FORGED, Attack.PUT_BACK, Attack.CONTENT_CHANGED, Attack.METADATA_CHANGED, Attack.SWAPPED)) {
            begin();
            List<NavigableMap<byte[], byte[]>> rows = copy();
            String suspect = attackKey(attack, rows.getLast());
            put(rows);
            assertThat(Verification.run(folder).problems())
                    .as("%s", attack)
                    .anySatisfy(problem -> assertThat(problem)
                            .contains(attack == Attack.PUT_BACK ? "an API key of shard system" : suspect));
            try (Store store = open()) {
                assertThat(store.keys())
                        .as("%s", attack)
                        .extracting(ApiKey::id)
                        .doesNotContain(suspect)
                        .contains("k3");
                serves(store, innocents);
                store.integrity().acceptKeys(Fixtures.BY);
                assertThat(store.keys()).extracting(ApiKey::id).contains("k3");
                if (attack != Attack.PUT_BACK) { // that one was genuine once, and is what an operator accepts
                    assertThat(store.keys()).extracting(ApiKey::id).doesNotContain(suspect);
                }
            }
            assertThat(Verification.run(folder).problems()).as("%s", attack).isEmpty();
        }
    }

    /// Else a server without keys would make another first admin key, or take everybody for a stranger.
    @Test
    void thatThereAreNoKeysIsNotBelieved() {
        List<NavigableMap<byte[], byte[]>> rows = copy();
        rows.getLast().keySet().removeIf(key -> key[0] == 'k');
        put(rows);
        try (Store store = open()) {
            refuses(store::keys);
            serves(store, innocents);
        }
    }

    private String attackKey(Attack attack, NavigableMap<byte[], byte[]> rows) {
        byte[] k1 = Keys.apiKey("k1");
        byte[] k2 = Keys.apiKey("k2");
        switch (attack) {
            case FORGED -> {
                byte[] row = at(rows, k1).clone();
                FORGER.tag(Keys.apiKey("k9"), row).into(row);
                rows.put(Keys.apiKey("k9"), row);
                return "k9";
            }
            case PUT_BACK -> rows.put(k2, at(early.getLast(), k2));
            case CONTENT_CHANGED -> flip(at(rows, k2), at(rows, k2).length - 1);
            case METADATA_CHANGED -> flip(at(rows, k2), Rows.FIELDS_AT + 4);
            default -> {
                byte[] first = at(rows, k1);
                rows.put(k1, at(rows, k2));
                rows.put(k2, first);
            }
        }
        return "k2";
    }

    private static void refuses(Runnable read) {
        MnemeException refusal = catchThrowableOfType(MnemeException.class, read::run);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
    }
}
