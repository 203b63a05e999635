package dev.mneme.engine.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.read.ExpiredRecords;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.StateDigest;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.Histories.Step;
import dev.mneme.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Any history that was decided on one node is decided the same on another that has other settings, another integrity
/// key and another time of day: the same rows below the MACs, results, changes and index updates, entry by entry.
final class SameStateEverywhereTest {
    private static final int STEPS = 150;
    private static final String EPOCH = "k7f3q2ab";
    private static final Retention SHORT =
            new Retention(5, Duration.ofDays(2), 2, Duration.ofHours(9), 2, Duration.ofDays(3), 2, 1 << 10);

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, 20);
    }

    /// One entry as a node decided it.
    ///
    /// @param rows in hex, as the state machine made them: `key=row`, or `key` that was deleted
    /// @param index as texts
    private record Decided(List<String> rows, List<WriteResult> results, List<Change> changes, List<String> index) {}

    private static final class Node {
        private final HeapTables tables = new HeapTables(new HeapTables.Home());
        private final Govern configured;
        private final StoringStage stage;
        private StateMachine machine;

        /// @param key differs by node
        Node(Govern configured, int key) {
            byte[] integrityKey = new byte[32];
            integrityKey[0] = (byte) key;
            this.configured = configured;
            this.stage = new StoringStage(Seal.under(integrityKey));
            this.machine = new StateMachine(tables, configured);
        }

        Decided apply(byte[] entry) {
            long index = tables.appliedIndex() + 1;
            Applied applied = machine.apply(index, BatchCodec.decode(entry));
            List<String> rows = new ArrayList<>();
            for (Tables.Batch.Row row : applied.rows().batch(index).rows()) {
                byte[] value = row.value();
                rows.add(hex(row.key()) + (value == null ? "" : "=" + hex(value)));
            }
            tables.write(stage.stored(index, applied.rows()));
            return new Decided(
                    rows,
                    applied.results(),
                    applied.changes(),
                    applied.index().stream().map(Node::text).toList());
        }

        void restart() {
            machine = new StateMachine(tables, configured);
        }

        StateDigest digest() {
            try (Tables.Snapshot snapshot = tables.snapshot()) {
                return StateDigest.of(snapshot);
            }
        }

        private static String text(IndexUpdate update) {
            String owner = hex(update.owner());
            return switch (update) {
                case IndexUpdate.Put put -> {
                    Embedding embedding = put.embedding();
                    yield "put " + owner + " " + put.arrival() + " " + put.memory()
                            + (embedding == null ? "" : " " + hex(Rows.encode(embedding, 0)));
                }
                case IndexUpdate.Remove remove -> "remove " + owner + " " + remove.arrival();
                case IndexUpdate.Reload reload -> "reload " + owner;
                case IndexUpdate.Drop drop -> "drop " + owner;
            };
        }

        private static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isDecidedAlikeUnderOtherSettingsAnotherKeyAndAtAnotherTime(long seed) {
        Node first = new Node(new Govern("aaaaaaaa", Retention.DEFAULTS), 1);
        List<byte[]> log = new ArrayList<>();
        List<Decided> decided = new ArrayList<>();
        List<StateDigest> digests = new ArrayList<>();
        new Author(seed, first, log, decided, digests).live();

        Node second = new Node(new Govern("bbbbbbbb", SHORT), 2);
        for (int i = 0; i < log.size(); i++) {
            Decided expected = decided.get(i);
            Decided again = second.apply(log.get(i));
            assertThat(again.results()).as("results of entry %d", i + 1).isEqualTo(expected.results());
            assertThat(again.changes()).as("changes of entry %d", i + 1).isEqualTo(expected.changes());
            assertThat(again.rows()).as("rows of entry %d", i + 1).isEqualTo(expected.rows());
            assertThat(again.index()).as("index updates of entry %d", i + 1).isEqualTo(expected.index());
            assertThat(second.digest()).as("after entry %d", i + 1).isEqualTo(digests.get(i));
            if (i % 10 == 9) {
                second.restart();
            }
        }
        assertThat(second.tables.get(Keys.shard())).isNotEqualTo(first.tables.get(Keys.shard()));
    }

    /// Has a node live a random history of every noun and of all that operators and jobs do, under rules that change.
    private static final class Author {
        private final SplittableRandom random;
        private final List<Step> steps;
        private final Node node;
        private final List<byte[]> log;
        private final List<Decided> decided;
        private final List<StateDigest> digests;
        private Instant now = ManualClock.START;

        Author(long seed, Node node, List<byte[]> log, List<Decided> decided, List<StateDigest> digests) {
            this.random = new SplittableRandom(seed);
            this.steps = Histories.randomWithImports(seed, STEPS);
            this.node = node;
            this.log = log;
            this.decided = decided;
            this.digests = digests;
        }

        void live() {
            enter(List.of(ofShard(new Govern(EPOCH, random.nextBoolean() ? SHORT : Retention.DEFAULTS))));
            List<Write> gathered = new ArrayList<>();
            for (Step step : steps) {
                switch (step) {
                    case Step.Apply apply -> gathered.add(apply.write());
                    case Step.Advance advance -> now = now.plus(advance.by().abs());
                    case Step.Reopen reopen -> node.restart();
                }
                if (random.nextInt(8) == 0) {
                    gathered.add(fromElsewhere());
                }
                if (random.nextInt(3) == 0 && !gathered.isEmpty()) {
                    enter(gathered);
                    gathered = new ArrayList<>();
                }
                if (random.nextInt(10) == 0) {
                    expire();
                }
            }
            enter(gathered);
        }

        private void enter(List<Write> writes) {
            byte[] entry = BatchCodec.encode(new ShardBatch(now, writes));
            log.add(entry);
            decided.add(node.apply(entry));
            digests.add(node.digest());
        }

        private void expire() {
            List<Write> writes = new ArrayList<>();
            try (Scans scans = new Scans(node.tables, EPOCH)) {
                ExpiredRecords.find(scans, now, 10)
                        .forEach((owner, expire) ->
                                writes.add(new Write(owner, Provenance.ofKey("expiry"), null, List.of(expire))));
            }
            if (!writes.isEmpty()) {
                enter(writes);
            }
        }

        /// What users' histories lack.
        private Write fromElsewhere() {
            List<Owner> owners = Histories.owners();
            Owner owner = owners.get(random.nextInt(owners.size()));
            return switch (random.nextInt(10)) {
                case 0 -> ofShard(new Command.PutKey(Fixtures.key("k" + random.nextInt(3), Role.READ)));
                case 1 -> ofShard(new Command.DeleteKey("k" + random.nextInt(3)));
                case 2 -> ofShard(new Command.AcceptKeys());
                case 3 -> ofShard(new Command.PutEmbedder(new EmbeddingSpace("e" + random.nextInt(2), 3)));
                case 4 -> Fixtures.write(owner, new Command.AcceptOwner());
                case 5, 6 -> Fixtures.write(owner, new Command.ForgetVersions(versions(owner)));
                case 7 -> Fixtures.write(owner, new Command.DropOldVectors(3));
                default -> ofShard(govern());
            };
        }

        private Command govern() {
            return switch (random.nextInt(3)) {
                case 0 -> new Govern(EPOCH, Retention.DEFAULTS);
                case 1 -> new Govern(EPOCH, SHORT);
                default -> new Govern("epoch" + random.nextInt(100, 1_000), SHORT.withVersions(3, Duration.ZERO));
            };
        }

        private static Write ofShard(Command command) {
            return Fixtures.write(Owner.user("operator"), command);
        }

        private List<Command.ForgetVersions.Version> versions(Owner owner) {
            List<Command.ForgetVersions.Version> versions = new ArrayList<>();
            try (Scans scans = new Scans(node.tables, EPOCH)) {
                List<MemoryId> ids = new ArrayList<>();
                scans.memories(
                        owner.hash(),
                        0,
                        (arrival, version) -> ids.add(version.memory().id()));
                ids.forEach(id -> versions.add(new Command.ForgetVersions.Version(id, 1 + random.nextInt(3))));
            }
            return versions;
        }
    }

    /// Any row that is missing or another, but for what the storing stage adds.
    @ParameterizedTest
    @MethodSource("seeds")
    void theDigestSeesEveryRow(long seed) {
        Node node = new Node(new Govern(EPOCH, SHORT), 1);
        new Author(seed, node, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()).live();
        StateDigest whole = node.digest();
        SplittableRandom random = new SplittableRandom(seed);
        List<Tables.Batch.Row> rows = new ArrayList<>();
        try (Tables.Snapshot snapshot = node.tables.snapshot()) {
            snapshot.scan(
                    new byte[] {1},
                    new byte[] {(byte) 0xff},
                    (key, row) -> rows.add(new Tables.Batch.Row(key.clone(), row.clone())));
        }
        for (Tables.Batch.Row row : rows) {
            byte[] value = row.value();
            char table = (char) row.key()[0];
            if (value == null || table == 's') {
                continue;
            }
            write(node, row.key(), null);
            assertThat(node.digest()).as("no row %s", table).isNotEqualTo(whole);
            byte[] next = Keys.next(row.key());
            write(node, next, value);
            assertThat(node.digest()).as("row %s under another key", table).isNotEqualTo(whole);
            write(node, next, null);
            if (table == 'h') {
                Rows.Head head = Rows.Head.decode(value);
                write(node, row.key(), head.withOldest(head.oldest() + 1).encode());
                assertThat(node.digest()).as("another head").isNotEqualTo(whole);
                write(node, row.key(), head.withTotals(OwnerTotals.NONE).encode());
                assertThat(node.digest()).as("no totals").isEqualTo(whole);
            } else if (value.length > Rows.FIELDS_AT) {
                byte[] other = value.clone();
                other[Rows.FIELDS_AT + random.nextInt(other.length - Rows.FIELDS_AT)] ^= (byte) 1;
                write(node, row.key(), other);
                assertThat(node.digest()).as("another row %s", table).isNotEqualTo(whole);
            }
            write(node, row.key(), value);
        }
        assertThat(node.digest()).isEqualTo(whole);
    }

    private static void write(Node node, byte[] key, byte @Nullable [] row) {
        Tables.Batch batch = new Tables.Batch();
        if (row == null) {
            batch.delete(key);
        } else {
            batch.put(key, row);
        }
        batch.appliedIndex(node.tables.appliedIndex());
        node.tables.write(batch);
    }
}
