package dev.mneme.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.OwnerCheck;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What [TamperingTest] does to each noun, here done to every single row of a shard that has rows in every table: none
/// can be changed, taken out, put back, swapped, made up or sealed by somebody else without being found, and whose it
/// is is then refused.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EveryRowTest {
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final Seal FORGER = Seal.under(
            new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2
            });
    private static final String DERIVED = "pnofb";
    private static final EmbeddingSpace NEXT = new EmbeddingSpace("next", 3);
    private static final List<Owner> OWNERS = List.of(Fixtures.ALICE, Fixtures.BOB);

    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private NavigableMap<byte[], byte[]> early = new TreeMap<>(Arrays::compareUnsigned);
    private NavigableMap<byte[], byte[]> stored = new TreeMap<>(Arrays::compareUnsigned);

    private static void apply(HeapTables to, Owner owner, Command... commands) {
        enter(to, Fixtures.write(owner, commands));
    }

    private static void enter(HeapTables to, Write write) {
        StateMachine machine = new StateMachine(to, new Govern("abcdefgh", Retention.DEFAULTS));
        long index = to.appliedIndex() + 1;
        ShardBatch batch = new ShardBatch(ManualClock.START.plusSeconds(index), List.of(write));
        to.write(
                new StoringStage(SEAL).stored(index, machine.apply(index, batch).rows()));
    }

    private static NavigableMap<byte[], byte[]> rows(Tables of) {
        NavigableMap<byte[], byte[]> rows = new TreeMap<>(Arrays::compareUnsigned);
        try (Tables.Snapshot snapshot = of.snapshot()) {
            snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                rows.put(key, row);
                return true;
            });
        }
        return rows;
    }

    private static List<Memory> memories(HeapTables of, Owner owner) {
        List<Memory> memories = new ArrayList<>();
        try (Scans scans = new Scans(of, "abcdefgh")) {
            scans.memories(owner.hash(), 0, (arrival, version) -> memories.add(version.memory()));
        }
        return memories;
    }

    @BeforeAll
    void fill() {
        for (String id : List.of("k1", "k2")) {
            apply(tables, Owner.user("operator"), new Command.PutKey(Fixtures.key(id, Role.ADMIN)));
        }
        for (EmbeddingSpace space : List.of(NEXT, new EmbeddingSpace("own", 3))) {
            apply(tables, Owner.user("operator"), new Command.PutEmbedder(space));
        }
        OWNERS.forEach(owner -> {
            for (int n = 0; n < 2; n++) {
                enter(tables, add(owner, n));
                others(owner, n);
            }
        });
        early = rows(tables);
        apply(tables, Owner.user("operator"), new Command.PutKey(Fixtures.key("k2", Role.READ)));
        OWNERS.forEach(owner -> {
            memories(tables, owner)
                    .forEach(memory -> apply(
                            tables,
                            owner,
                            new Command.UpdateMemory(
                                    memory.id(),
                                    "another text of " + memory.id(),
                                    Fixtures.vector(3, 2, 1),
                                    null,
                                    null,
                                    null,
                                    Command.ANY_VERSION)));
            others(owner, 0);
            apply(tables, owner, imported(owner));
        });
        goOverToAnotherSpace(Fixtures.ALICE);
        stored = rows(tables);
    }

    private static Write add(Owner owner, int n) {
        return Fixtures.once(
                owner,
                "request " + n,
                "body " + n,
                Fixtures.embedded(Fixtures.add(owner.id(), "memory number " + n), Fixtures.vector(n, 1, 2)));
    }

    private void others(Owner owner, int n) {
        long version = tables.appliedIndex();
        apply(
                tables,
                owner,
                new Command.PutContext(
                        "c" + n,
                        ContextType.CUSTOM,
                        null,
                        new JsonString("at " + version),
                        List.of(),
                        ManualClock.START.plus(Duration.ofDays(9 + n)),
                        Command.ANY_VERSION,
                        Command.MergeStrategy.REPLACE));
        Mode mode = version % 2 == 0 ? Mode.PARALLEL : Mode.DIDACTIC;
        apply(
                tables,
                owner,
                new Command.SwitchMode("i" + n, mode, null, null, null, null, null, Command.ANY_VERSION),
                new Command.RecordResponse(
                        "desk",
                        "chat",
                        "m" + version,
                        null,
                        SourceType.LOCAL,
                        "p",
                        "m",
                        null,
                        "h" + version,
                        JsonObject.EMPTY,
                        null),
                new Command.PostSyncEvent(
                        Fixtures.id(owner, 1_000 + version),
                        "desk",
                        SyncEvent.Type.CONTEXT_UPDATED,
                        new JsonString("data"),
                        null,
                        SyncEvent.Priority.NORMAL,
                        null),
                new Command.PutDocument("jobs", "j" + n, Fixtures.json("at", version), Command.ANY_VERSION));
    }

    /// Of a store of its own.
    private static Command imported(Owner owner) {
        HeapTables other = new HeapTables(new HeapTables.Home());
        apply(other, owner, Fixtures.add(owner.id(), "from elsewhere"));
        Memory memory = memories(other, owner).getFirst();
        return new Command.Import(new Exported.OfMemory(
                List.of(new MemoryVersion(MemoryEvent.ADD, memory, 1, memory.createdAt(), "k9", "desk")), null));
    }

    private void goOverToAnotherSpace(Owner owner) {
        apply(tables, owner, new Command.BeginSpace(NEXT));
        memories(tables, owner)
                .forEach(memory -> apply(
                        tables,
                        owner,
                        new Command.StageEmbedding(
                                memory.id(), memory.version(), new Embedding(NEXT, new float[] {1, 0, 0}, null))));
        apply(tables, owner, new Command.SwitchSpace(NEXT));
    }

    @Test
    void thereAreRowsInEveryTable() {
        Set<Character> letters =
                stored.keySet().stream().map(key -> (char) key[0]).collect(Collectors.toCollection(TreeSet::new));
        assertThat(letters).containsAll(characters(Keys.OWNED_TABLES + DERIVED + "hks"));
        assertThat(problems(stored)).isEmpty();
        assertThat(stored).hasSizeGreaterThan(100);
    }

    @Test
    void tablesThatClaimAnotherEntryThanTheyContainAreFound() {
        for (long claimed : List.of(tables.appliedIndex() - 1, tables.appliedIndex() + 1)) {
            assertThat(ShardVerification.problems(of(stored, claimed), SEAL, "0"))
                    .anyMatch(problem -> problem.contains("and claim " + claimed));
        }
    }

    private static Collection<Character> characters(String of) {
        return of.chars().mapToObj(letter -> (char) letter).toList();
    }

    private static HeapTables of(NavigableMap<byte[], byte[]> rows, long appliedIndex) {
        HeapTables tables = new HeapTables(new HeapTables.Home());
        Tables.Batch batch = new Tables.Batch();
        rows.forEach(batch::put);
        batch.appliedIndex(appliedIndex);
        tables.write(batch);
        return tables;
    }

    private List<String> problems(NavigableMap<byte[], byte[]> rows) {
        return ShardVerification.problems(of(rows, tables.appliedIndex()), SEAL, "0");
    }

    private interface Attack extends BiConsumer<NavigableMap<byte[], byte[]>, byte[]> {}

    /// Of each row in turn: it is found, and its owner, or who depends on it, is refused.
    private void attackEach(String how, Attack attack) {
        int attacked = 0;
        for (byte[] key : stored.keySet()) {
            NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
            attack.accept(rows, key);
            if (same(rows, stored)) {
                continue; // makes no sense for this row
            }
            attacked++;
            String name =
                    how + ": " + (char) key[0] + " " + new String(key, java.nio.charset.StandardCharsets.US_ASCII);
            assertThat(problems(rows)).as(name).isNotEmpty();
            ShardGuard guard = new ShardGuard("0", of(rows, tables.appliedIndex()), SEAL);
            assertThat(refuses(guard, key)).as("refused, %s", name).isTrue();
        }
        assertThat(attacked).isPositive();
    }

    /// Who has derived rows is refused, too, when one of them is gone, changed or has no right seal; also where the
    /// table is not asked for.
    @Test
    void whoseDerivedRowIsNotWhatItWasIsRefusedToo() {
        Map<String, Attack> attacks = Map.of(
                "taken out", (rows, key) -> rows.remove(key),
                "its seal", (rows, key) -> flip(rows, key, Rows.MAC_AT));
        attacks.forEach((how, attack) -> {
            Set<Character> seen = new TreeSet<>();
            for (byte[] key : stored.keySet()) {
                if (DERIVED.indexOf(key[0]) < 0 || key[0] == 'b') {
                    continue;
                }
                NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
                attack.accept(rows, key);
                assertThat(problemsOf(ownerOf(key), rows))
                        .as("%s in %s", how, (char) key[0])
                        .isNotEmpty();
                seen.add((char) key[0]);
            }
            assertThat(seen).containsExactlyInAnyOrder('p', 'n', 'o', 'f');
        });
    }

    /// Under the right seal, as no outsider could make them: the owner's check compares what they say.
    @Test
    void derivedRowsThatTellOtherThanTheirOwnersAreFound() {
        byte[] alice = Fixtures.ALICE.hash();
        byte[] bob = Fixtures.BOB.hash();
        for (byte[] key : stored.keySet()) {
            List<byte[]> others = switch (key[0]) {
                case 'p' -> {
                    Rows.Pointer now = Rows.Pointer.decode(at(stored, key));
                    byte[] another = Arrays.equals(now.owner(), alice) ? bob : alice;
                    yield List.of(
                            new Rows.Pointer(now.owner(), now.arrival() + 1).encode(),
                            new Rows.Pointer(another, now.arrival()).encode());
                }
                case 'o' -> {
                    Rows.OperatorRow now = Rows.OperatorRow.decode(at(stored, key));
                    byte[] another = Arrays.equals(now.owner(), alice) ? bob : alice;
                    yield List.of(
                            new Rows.OperatorRow(now.owner(), now.sequence() + 1).encode(),
                            new Rows.OperatorRow(another, now.sequence()).encode());
                }
                case 'n' -> {
                    Rows.EntityRow now = Rows.EntityRow.decode(at(stored, key));
                    yield List.of(
                            new Rows.EntityRow(now.memories() + 1, now.updatedAt(), now.createdAt()).encode(),
                            new Rows.EntityRow(now.memories() - 1, now.updatedAt(), now.createdAt()).encode());
                }
                default -> List.of();
            };
            for (byte[] other : others) {
                NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
                SEAL.tag(key, other).into(other);
                rows.put(key, other);
                assertThat(problemsOf(ownerOf(key), rows))
                        .as("another in %s", (char) key[0])
                        .isNotEmpty();
            }
        }
    }

    /// Each number of a head for itself, under the right seal.
    @Test
    void aHeadThatSaysOtherThanItsRowsIsFound() {
        for (Owner owner : OWNERS) {
            byte[] key = Keys.head(owner.hash());
            Rows.Head now = Rows.Head.decode(at(stored, key));
            OwnerTotals totals = now.totals();
            Digest128 one = new Digest128(0, 1);
            Map<String, Rows.Head> others = Map.of(
                    "a row more", now.withTotals(totals.plus(1, Digest128.ZERO)),
                    "another sum", now.withTotals(totals.plus(0, one)),
                    "another chain",
                            now.withTotals(totals.withChain(totals.chain().plus(one), totals.chainBefore())),
                    "another chain before",
                            now.withTotals(totals.withChain(
                                    totals.chain(), totals.chainBefore().plus(one))),
                    "a change more", now.changed(owner, now.sequence() + 1));
            others.forEach((how, other) -> {
                NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
                byte[] row = other.encode();
                SEAL.tag(key, row).into(row);
                rows.put(key, row);
                assertThat(problemsOf(owner.hash(), rows)).as(how).isNotEmpty();
            });
            NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
            rows.remove(key);
            assertThat(problemsOf(owner.hash(), rows)).as("rows without a head").isNotEmpty();
        }
    }

    /// Of the owner's own check, whatever the others say.
    private List<String> problemsOf(byte[] owner, NavigableMap<byte[], byte[]> rows) {
        try (Tables.Snapshot snapshot = of(rows, tables.appliedIndex()).snapshot()) {
            return OwnerCheck.problems(snapshot, SEAL, owner);
        }
    }

    /// Whose derived row it is.
    private byte[] ownerOf(byte[] key) {
        byte[] row = at(stored, key);
        return switch (key[0]) {
            case 'p' -> Rows.Pointer.decode(row).owner();
            case 'o' -> Rows.OperatorRow.decode(row).owner();
            case 'n' -> Arrays.copyOfRange(key, key.length - Keys.OWNER, key.length);
            default -> Keys.ownerOf(Keys.expiring(key));
        };
    }

    private static boolean same(NavigableMap<byte[], byte[]> one, NavigableMap<byte[], byte[]> other) {
        return one.size() == other.size()
                && one.entrySet().stream().allMatch(row -> Arrays.equals(row.getValue(), other.get(row.getKey())));
    }

    private static boolean refuses(ShardGuard guard, byte[] key) {
        return switch (key[0]) {
            case 's' ->
                OWNERS.stream().noneMatch(owner -> guard.serves(owner.hash()))
                        && refusesTable(guard, 'n')
                        && refusesTable(guard, 'b');
            case 'k' -> !guard.servesKey(Keys.apiKeyId(key));
            case 'b', 'n', 'p', 'o', 'f' -> refusesTable(guard, (char) key[0]);
            default -> !guard.serves(Keys.ownerOf(key));
        };
    }

    private static boolean refusesTable(ShardGuard guard, char table) {
        try {
            guard.requireTable(table);
            return false;
        } catch (MnemeException refused) {
            return true;
        }
    }

    private static byte[] at(NavigableMap<byte[], byte[]> rows, byte[] key) {
        return Objects.requireNonNull(rows.get(key));
    }

    @Test
    void noByteOfARowCanBeChanged() {
        for (int from : List.of(0, 1, Rows.MAC_AT, Rows.FIELDS_AT - 1, Rows.FIELDS_AT, Rows.FIELDS_AT + 3)) {
            attackEach("byte " + from, (rows, key) -> flip(rows, key, from));
        }
        attackEach("the last byte", (rows, key) -> flip(rows, key, at(rows, key).length - 1));
        attackEach("a byte more", (rows, key) -> {
            byte[] row = at(rows, key);
            rows.put(key, Arrays.copyOf(row, row.length + 1));
        });
    }

    private static void flip(NavigableMap<byte[], byte[]> rows, byte[] key, int at) {
        byte[] row = at(rows, key).clone();
        if (at < row.length) {
            row[at] ^= 1;
            rows.put(key, row);
        }
    }

    @Test
    void noRowCanBeTakenOut() {
        attackEach("taken out", (rows, key) -> rows.remove(key));
    }

    @Test
    void noRowCanBePutBack() {
        attackEach("put back", (rows, key) -> {
            byte[] before = early.get(key);
            if (before != null) {
                rows.put(key, before);
            }
        });
    }

    @Test
    void noRowCanBeBroughtBack() {
        early.keySet().stream().filter(key -> !stored.containsKey(key)).forEach(key -> {
            NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
            rows.put(key, at(early, key));
            assertThat(problems(rows)).as("%s is back", (char) key[0]).isNotEmpty();
        });
    }

    @Test
    void noRowCanBePutInThePlaceOfAnother() {
        attackEach("the next one's", (rows, key) -> {
            byte[] next = stored.higherKey(key);
            if (next != null && next[0] == key[0]) {
                rows.put(key, at(stored, next));
            }
        });
    }

    /// Then all rows are there, and only their places are wrong.
    @Test
    void noTwoRowsCanBeSwapped() {
        attackEach("swapped with the next one", (rows, key) -> swap(rows, key, stored.higherKey(key)));
        for (char table : "meyut".toCharArray()) { // others share no name with one of these
            attackEach("swapped with that of table " + table, (rows, key) -> {
                byte[] there = key.clone();
                there[0] = (byte) table;
                swap(rows, key, Keys.isOwned(key) ? there : null);
            });
        }
    }

    private void swap(NavigableMap<byte[], byte[]> rows, byte[] one, byte @Nullable [] other) {
        if (other != null && stored.containsKey(other)) {
            rows.put(one, at(stored, other));
            rows.put(other, at(stored, one));
        }
    }

    @Test
    void noRowCanBeSealedBySomebodyElse() {
        attackEach("another's seal", (rows, key) -> {
            byte[] row = at(rows, key).clone();
            FORGER.tag(key, row).into(row);
            rows.put(key, row);
        });
        attackEach("no seal", (rows, key) -> {
            byte[] row = at(rows, key).clone();
            Digest128.ZERO.into(row, Rows.MAC_AT);
            rows.put(key, row);
        });
    }

    @Test
    void noRowCanBeMadeUp() {
        for (byte[] key : stored.keySet()) {
            byte[] another = key.clone();
            another[another.length - 1] ^= 0x55;
            if (key.length == 1 || stored.containsKey(another)) {
                continue;
            }
            for (byte[] row : List.of(at(stored, key), forged(another, at(stored, key)))) {
                NavigableMap<byte[], byte[]> rows = new TreeMap<>(stored);
                rows.put(another, row);
                assertThat(problems(rows)).as("made up in %s", (char) key[0]).isNotEmpty();
            }
        }
    }

    private static byte[] forged(byte[] key, byte[] as) {
        byte[] row = as.clone();
        FORGER.tag(key, row).into(row);
        return row;
    }
}
