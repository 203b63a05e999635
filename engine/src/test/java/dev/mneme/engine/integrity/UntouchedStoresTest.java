package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.backup.BackupCut;
import dev.mneme.engine.backup.BackupFile;
import dev.mneme.engine.backup.BackupWriter;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.read.ExpiredRecords;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.Histories.Step;
import dev.mneme.testkit.ManualClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// 1,000 stores that nobody touched, each with a history of every noun, crashes and restored backups
/// between: nothing is reported. A store is one shard's tables on the heap and the entries of its log;
/// a crash takes what was not checkpointed, and the log is replayed.
final class UntouchedStoresTest {
    private static final int STORES = 1_000;
    private static final int STEPS = 40;
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final StoringStage STAGE = new StoringStage(SEAL);
    private static final Owner ALICE = Owner.user("alice");

    @TempDir
    Path backups;

    @Test
    void nothingIsReportedOnStoresThatNobodyTouched() {
        for (int seed = 0; seed < STORES; seed++) {
            new Life(seed, backups).live();
        }
    }

    private static final class Life {
        private final int seed;
        private final SplittableRandom random;
        private final Retention retention;
        private final Path backups;
        private HeapTables.Home home = new HeapTables.Home();
        private final List<ShardBatch> log = new ArrayList<>();
        private HeapTables tables = new HeapTables(home);
        private Instant now = ManualClock.START;
        private long nextEvent;

        Life(int seed, Path backups) {
            this.seed = seed;
            this.backups = backups;
            this.random = new SplittableRandom(seed);
            boolean forgetful = seed % 2 == 0;
            this.retention = forgetful
                    ? new Retention(5, Duration.ofDays(2), 2, Duration.ofHours(9), 2, Duration.ofDays(3), 2, 1 << 20)
                    : Retention.DEFAULTS;
        }

        void live() {
            List<Write> gathered = new ArrayList<>();
            for (Step step : Histories.random(seed, STEPS)) {
                switch (step) {
                    case Step.Apply apply -> gathered.add(apply.write());
                    case Step.Advance advance -> now = now.plus(advance.by().abs());
                    case Step.Reopen reopen -> crash();
                }
                if (random.nextInt(2) == 0) {
                    gathered.add(Fixtures.write(ALICE, ofAnotherNoun()));
                }
                if (random.nextInt(3) == 0) {
                    enter(gathered);
                    gathered = new ArrayList<>();
                    expire();
                }
                if (random.nextInt(12) == 0) {
                    crash();
                }
                if (random.nextInt(200) == 0) {
                    restore();
                }
            }
            enter(gathered);
            check();
            crash();
        }

        private void enter(List<Write> writes) {
            if (!writes.isEmpty()) {
                log.add(new ShardBatch(now, List.copyOf(writes)));
                apply();
            }
        }

        private void apply() {
            long index = tables.appliedIndex() + 1;
            StateMachine machine = new StateMachine(tables, new Command.Govern("abcdefgh", retention));
            tables.write(STAGE.stored(
                    index, machine.apply(index, log.get((int) index - 1)).rows()));
            if (random.nextInt(4) == 0) {
                tables.checkpoint();
            }
        }

        private void expire() {
            List<Write> writes = new ArrayList<>();
            try (Scans scans = new Scans(tables, "abcdefgh")) {
                ExpiredRecords.find(scans, now, 10)
                        .forEach((owner, expire) ->
                                writes.add(new Write(owner, Provenance.ofKey("expiry"), null, List.of(expire))));
            }
            enter(writes);
        }

        /// The store goes on as its own backup.
        private void restore() {
            Path file = backups.resolve("a.backup");
            try (OutputStream out = Files.newOutputStream(file);
                    BackupCut cut = new BackupCut(
                            now,
                            "abcdefgh",
                            new TreeMap<>(Map.of(new ShardId(0), "000-fff")),
                            List.of(part("0", tables), part("system", new HeapTables(new HeapTables.Home()))),
                            SEAL,
                            true)) {
                BackupWriter.write(cut, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            home = new HeapTables.Home();
            HeapTables restored = new HeapTables(home);
            try (BackupFile backup = BackupFile.open(file)) {
                Tables.Batch batch = new Tables.Batch();
                backup.rows(backup.manifest().parts().getFirst(), (key, row) -> {
                    batch.put(key, row);
                    return true;
                });
                batch.appliedIndex(tables.appliedIndex());
                restored.write(batch);
                restored.checkpoint();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            tables = restored;
            check();
        }

        private static BackupCut.Part part(String name, HeapTables tables) {
            return new BackupCut.Part(ShardId.named(name), tables.appliedIndex(), tables.snapshot());
        }

        private void crash() {
            tables = new HeapTables(home);
            while (tables.appliedIndex() < log.size()) {
                apply();
            }
            check();
        }

        private void check() {
            ShardGuard guard = new ShardGuard("0", tables, SEAL);
            guard.begin();
            guard.checkAll(() -> true);
            assertThat(guard.problems()).as("seed %d", seed).isEmpty();
            guard.requireTable('n');
            guard.requireTable('b');
            assertThat(guard.verify()).as("seed %d", seed).isEmpty();
            if (seed % 20 == 0) {
                assertThat(ShardVerification.problems(tables, SEAL, "0"))
                        .as("seed %d", seed)
                        .isEmpty();
            }
        }

        private <T> T one(T[] values) {
            return values[random.nextInt(values.length)];
        }

        /// On its way to another space, or back.
        private Command ofVectors() {
            EmbeddingSpace space = new EmbeddingSpace("e" + random.nextInt(2), 3);
            return switch (random.nextInt(8)) {
                case 0 -> new Command.BeginSpace(space);
                case 1 -> new Command.SwitchSpace(space);
                case 2 -> new Command.DropOldVectors(3);
                case 3, 4 ->
                    Fixtures.embedded(Fixtures.add("alice", "text " + random.nextInt(9)), Fixtures.vector(1, 2, 3));
                default -> staged(space);
            };
        }

        private List<Memory> memories() {
            List<Memory> memories = new ArrayList<>();
            try (Scans scans = new Scans(tables, "abcdefgh")) {
                scans.memories(ALICE.hash(), 0, (arrival, version) -> memories.add(version.memory()));
            }
            return memories;
        }

        /// Of memories as they are, so that it is done unless a write comes between.
        private Command revised() {
            List<Command.Seen> seen = new ArrayList<>();
            List<Command.Revision> revisions = new ArrayList<>();
            for (Memory memory : memories()) {
                if (memory.replacedBy() == null && random.nextInt(3) == 0 && seen.size() < 3) {
                    seen.add(new Command.Seen(memory.id(), memory.version()));
                    revisions.add(
                            random.nextInt(4) == 0
                                    ? new Command.Revision.Remove(memory.id())
                                    : new Command.Revision.Replace(memory.id(), fact(memory)));
                }
            }
            List<Command.PutDocument> documents = random.nextInt(3) == 0
                    ? List.of(new Command.PutDocument("jobs", "j", Fixtures.json("a", 1), Command.ANY_VERSION))
                    : List.of();
            return new Command.Revise(seen, revisions, documents);
        }

        /// Now and then word for word what it replaces; now and then with a vector.
        private Command.AddMemory fact(Memory replaced) {
            String text = random.nextInt(3) == 0 ? replaced.text() : "fact " + random.nextInt(1_000_000);
            Command.AddMemory fact = Fixtures.add("alice", text);
            return random.nextBoolean() ? fact : Fixtures.embedded(fact, Fixtures.vector(1, 2, 3));
        }

        private Command staged(EmbeddingSpace space) {
            List<Memory> memories = memories();
            if (memories.isEmpty()) {
                return new Command.BeginSpace(space);
            }
            Memory memory = memories.get(random.nextInt(memories.size()));
            return new Command.StageEmbedding(
                    memory.id(), memory.version(), new Embedding(space, new float[] {1, 0, 0}, null));
        }

        private Command ofAnotherNoun() {
            String name = "n" + random.nextInt(3);
            return switch (random.nextInt(14)) {
                case 9, 10, 11 -> ofVectors();
                case 12, 13 -> revised();
                case 0, 1 ->
                    new Command.PutContext(
                            name,
                            ContextType.CUSTOM,
                            null,
                            Fixtures.json("a", random.nextInt(3), name, random.nextInt(3)),
                            List.of(),
                            random.nextInt(2) == 0 ? now.plusSeconds(random.nextInt(100_000)) : null,
                            random.nextInt(2) == 0 ? Command.ANY_VERSION : random.nextInt(4),
                            one(Command.MergeStrategy.values()));
                case 2 -> new Command.DeleteContext(name, Command.ANY_VERSION);
                case 3 ->
                    new Command.SwitchMode(
                            name,
                            one(Mode.values()),
                            null,
                            null,
                            null,
                            null,
                            random.nextInt(4) == 0 ? "failed" : null,
                            Command.ANY_VERSION);
                case 4 ->
                    new Command.ConfigureMode(name, Fixtures.json("b", random.nextInt(3)), null, Command.ANY_VERSION);
                case 5 ->
                    new Command.RecordResponse(
                            name,
                            "chat",
                            "m" + random.nextInt(6),
                            null,
                            SourceType.LOCAL,
                            "p",
                            "m",
                            null,
                            "h" + random.nextInt(2),
                            JsonObject.EMPTY,
                            null);
                case 6 ->
                    new Command.PostSyncEvent(
                            Fixtures.id(ALICE, 5_000_000 + nextEvent++),
                            name,
                            SyncEvent.Type.CONTEXT_UPDATED,
                            new Json.JsonString("data"),
                            random.nextBoolean() ? null : Set.of("n1"),
                            SyncEvent.Priority.HIGH,
                            random.nextBoolean() ? now.plusSeconds(random.nextInt(100_000)) : null);
                case 7 ->
                    random.nextInt(3) == 0
                            ? new Command.DeleteKey("k" + random.nextInt(3))
                            : new Command.PutKey(Fixtures.key("k" + random.nextInt(3), Role.READ));
                default ->
                    new Command.ProcessSyncEvent(Fixtures.id(ALICE, 5_000_000 + random.nextLong(nextEvent + 1)), name);
            };
        }
    }
}
