package dev.mneme.bench;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Backups;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.shard.LocalEngine;
import dev.mneme.engine.shard.LocalStore;
import dev.mneme.engine.shard.Restoration;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// A backup of many memories, in owners of 10,000, with vectors of 384 numbers: how long it takes while one writer goes
/// on, how long that writer waited at most, and how long restoring, starting and searching take.
final class RestoreBench {
    private static final int EACH = 10_000;
    private static final int BATCH = 500;
    private static final int SEARCHES = 200;
    private static final Provenance BY = Provenance.ofKey("bench");

    private RestoreBench() {}

    static void run(int memories) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("mneme-bench");
        try {
            MachineLoad watch = MachineLoad.watch();
            Report.title("restore: " + memories + " memories, " + EACH + " an owner, 384 numbers each");
            Path file = folder.resolve("bench.backup");
            try (LocalStore store = LocalEngine.open(folder.resolve("a"), LocalEngine.Settings.DEFAULTS)) {
                Report.row("add", seconds(() -> fill(store, memories)), "");
                backUp(store, file);
            }
            floor(file, folder.resolve("copy"));
            Path data = folder.resolve("b");
            Report.row(
                    "restore",
                    seconds(() -> Restoration.run(
                            file, data, new Restoration.Options(true, false), new SecureRandom(), rows -> {})),
                    "");
            long begun = System.nanoTime();
            try (LocalStore store = LocalEngine.open(data, LocalEngine.Settings.DEFAULTS)) {
                Report.row("start after it", millis(begun), "under 10 s");
                search(store, memories);
            }
            Report.load(watch.soFar());
        } finally {
            delete(folder);
        }
    }

    private static void fill(Store store, int memories) {
        SyntheticMemories source = new SyntheticMemories(1);
        Random random = new Random(1);
        for (int done = 0; done < memories; done += BATCH) {
            String user = user(done / EACH);
            Owner owner = Owner.user(user);
            List<Command> batch = new ArrayList<>();
            for (int i = 0; i < Math.min(BATCH, memories - done); i++) {
                SyntheticMemories.Item item = source.next(user);
                batch.add(add(owner, item.memory(), item, random));
            }
            store.write(new Write(owner, BY, null, batch));
        }
    }

    private static Command add(Owner owner, Memory memory, SyntheticMemories.Item item, Random random) {
        return new Command.AddMemory(
                MemoryId.create(Instant.now(), owner.slot(), random),
                memory.scope(),
                memory.text(),
                null,
                null,
                memory.metadata(),
                List.of(),
                null,
                null,
                new dev.mneme.core.model.Embedding(
                        item.embedding().space(), item.embedding().vector(), null),
                false);
    }

    private static String user(int n) {
        return "user" + n;
    }

    private static void backUp(LocalStore store, Path file) throws IOException, InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong longest = new AtomicLong();
        AtomicLong writes = new AtomicLong();
        Thread writer = Thread.ofPlatform().start(() -> {
            SyntheticMemories source = new SyntheticMemories(2);
            Random random = new Random(2);
            Owner owner = Owner.user("writer");
            while (!done.get()) {
                SyntheticMemories.Item item = source.next("writer");
                long begun = System.nanoTime();
                store.write(new Write(owner, BY, null, List.of(add(owner, item.memory(), item, random))));
                longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                writes.incrementAndGet();
            }
        });
        long begun = System.nanoTime();
        try (Backups.Backup backup = store.take()) {
            Report.row("taking the cut, while a writer goes on", millis(begun), "milliseconds");
            try (OutputStream out = Files.newOutputStream(file)) {
                backup.writeTo(out);
            }
        } finally {
            done.set(true);
            writer.join();
        }
        Report.row("backup", millis(begun) + ", " + Report.number(Files.size(file) / 1e6) + " MB", "");
        Report.row(
                "the writer meanwhile",
                writes.get() + " writes, the longest " + Report.number(longest.get() / 1e6) + " ms",
                "");
    }

    /// The bare disk: the same bytes, copied.
    private static void floor(Path file, Path copy) throws IOException {
        long begun = System.nanoTime();
        Files.copy(file, copy);
        Report.row("floor: copying the file", millis(begun), "");
        Files.delete(copy);
    }

    private static void search(Store store, int memories) {
        int owners = Math.max(1, memories / EACH);
        SyntheticMemories source = new SyntheticMemories(3);
        double[] first = new double[Math.min(owners, 20)];
        for (int i = 0; i < first.length; i++) {
            first[i] = search(store, user(i), source);
        }
        double[] warm = new double[SEARCHES];
        for (int i = 0; i < warm.length; i++) {
            warm[i] = search(store, user(i % first.length), source);
        }
        Report.row("first search of an owner of " + EACH, text(first), "");
        Report.row("searches afterwards", text(warm), "");
    }

    private static double search(Store store, String user, SyntheticMemories source) {
        SyntheticMemories.Item item = source.next(user);
        Filter filter =
                new Filter.Compare(new Filter.Field.Scope(OwnerKind.USER), Filter.Operator.EQ, new JsonString(user));
        SearchQuery query = new SearchQuery(
                Owner.user(user),
                item.memory().text(),
                new dev.mneme.core.model.QueryEmbedding(
                        new dev.mneme.core.model.Embedding(
                                item.embedding().space(), item.embedding().vector(), null),
                        List.of()),
                true,
                filter,
                10,
                0,
                false,
                Instant.now(),
                Duration.ofSeconds(30));
        long begun = System.nanoTime();
        if (store.search(query).hits().isEmpty()) {
            throw new IllegalStateException("nothing of " + user + " was restored");
        }
        return (System.nanoTime() - begun) / 1e6;
    }

    private static String text(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return "median " + Report.number(sorted[sorted.length / 2]) + " ms, most "
                + Report.number(sorted[sorted.length - 1]) + " ms";
    }

    private static String seconds(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return millis(begun);
    }

    private static String millis(long begun) {
        return Report.number((System.nanoTime() - begun) / 1e6) + " ms";
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
