package dev.mneme.bench;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.OwnerCheck;
import dev.mneme.engine.integrity.RootsCheck;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The cost of tamper evidence: the CPU of applying adds, and how much of it sealing their rows takes; checking an
/// owner before its first read; checking a shard's heads at the start. One shard on disk, texts of 1 KB, vectors of
/// 384.
final class IntegrityBench {
    private static final int OWNERS = 1_000;
    private static final int A_BATCH = 16;
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final StoringStage STAGE = new StoringStage(SEAL);
    private static final double MICROS = 1_000;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Tables tables;
    private final StateMachine machine;
    private long index;
    private long number;
    private long applying;
    private long sealing;

    private IntegrityBench(Tables tables) {
        this.tables = tables;
        this.machine = new StateMachine(tables, new Command.Govern("abcdefgh", Retention.DEFAULTS));
    }

    /// @param memories of the owner that is checked
    static void run(int memories) throws IOException {
        Path folder = Files.createTempDirectory("mneme-integrity");
        try (RocksFolder rocks = RocksFolder.open(folder, List.of("0"), 128L << 20)) {
            new IntegrityBench(rocks.tables(0)).measure(memories);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void measure(int memories) {
        add(10_000, null); // the JVM compiles
        applying = 0;
        sealing = 0;
        add(20_000, null);
        Report.title("integrity");
        Report.row("applying an add", micros(applying / 20_000.0), "");
        Report.row("of that, the HMACs of its rows (repeated)", micros(sealing / 20_000.0), "under 10 % of an add");
        Owner large = Owner.user("large");
        add(memories, large);
        tables.checkpoint();
        for (String when : List.of("first", "again", "a third time")) {
            long begin = System.nanoTime();
            check(large);
            Report.row("checking an owner of " + memories + ", " + when, millis(begin), "");
        }
        long begin = System.nanoTime();
        try (Tables.Snapshot rows = tables.snapshot()) {
            require(RootsCheck.of(rows, SEAL, "0").problems());
        }
        Report.row("checking the heads of " + (OWNERS + 1) + " owners", millis(begin), "");
    }

    private void check(Owner owner) {
        try (Tables.Snapshot rows = tables.snapshot()) {
            require(OwnerCheck.problems(rows, SEAL, owner.hash()));
        }
    }

    private static void require(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalStateException(problems.getFirst());
        }
    }

    private void add(int count, @Nullable Owner owner) {
        for (int done = 0; done < count; done += A_BATCH) {
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < A_BATCH; i++) {
                writes.add(add(owner == null ? Owner.user("user" + random.nextInt(OWNERS)) : owner));
            }
            long begin = cpu();
            Applied applied = machine.apply(++index, new ShardBatch(AT, writes));
            Tables.Batch rows = STAGE.stored(index, applied.rows());
            tables.write(rows);
            long then = cpu();
            applying += then - begin;
            rows.rows().forEach(row -> {
                if (row.value() != null) {
                    SEAL.tag(row.key(), row.value());
                }
            });
            sealing += cpu() - then;
        }
    }

    private Write add(Owner owner) {
        float[] vector = new float[384];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextDouble();
        }
        String text = "memory " + number++ + " x".repeat(500);
        Command add = new Command.AddMemory(
                MemoryId.create(AT, owner.slot(), random),
                new ScopeIds(owner.id(), null, null, null),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                null,
                new Embedding(new EmbeddingSpace("bench", vector.length), vector, null),
                true);
        return new Write(owner, Provenance.ofKey("bench"), null, List.of(add));
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.1f us of CPU", nanos / MICROS);
    }

    private static String millis(long begin) {
        return String.format(Locale.ROOT, "%.1f ms", (System.nanoTime() - begin) / 1e6);
    }
}
