package dev.mneme.bench;

import dev.mneme.bench.SyntheticMemories.Item;
import dev.mneme.bench.SyntheticMemories.Query;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// The cost of a put and of a search of the index, by the number of owners and of memories of each.
///
/// `java --add-modules jdk.incubator.vector -Xmx6g dev.mneme.bench.IndexBench OWNERS MEMORIES SEARCHES [QUANTIZE_FROM]`
///
/// Besides wall time it shows the thread's CPU time, which other work on the machine disturbs less.
public final class IndexBench {
    private static final int TOP_K = 10;
    private static final int DEFAULT_QUANTIZE_FROM = 8_192;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private IndexBench() {}

    public static void main(String[] args) {
        if (args.length < 3) {
            throw new IllegalArgumentException("IndexBench OWNERS MEMORIES SEARCHES [QUANTIZE_FROM]");
        }
        int owners = Integer.parseInt(args[0]);
        int memories = Integer.parseInt(args[1]);
        int searches = Integer.parseInt(args[2]);
        int quantizeFrom = args.length > 3 ? Integer.parseInt(args[3]) : DEFAULT_QUANTIZE_FROM;
        SyntheticMemories synthetic = new SyntheticMemories(1);
        Histogram puts = new Histogram(3);
        List<OwnerIndex> indexes = new ArrayList<>();
        for (int owner = 0; owner < owners; owner++) {
            indexes.add(fill(new OwnerIndex(quantizeFrom), synthetic, memories, puts));
        }
        long bytes = indexes.stream().mapToLong(OwnerIndex::sizeBytes).sum();
        System.out.printf(
                Locale.ROOT,
                "%d owners of %d: %.0f bytes a memory by its own count; a put, CPU, %s%n",
                owners,
                memories,
                (double) bytes / owners / memories,
                Latency.of(puts));
        search(synthetic, indexes, searches); // warms up
        System.out.println("a search  " + search(synthetic, indexes, searches));
    }

    private static OwnerIndex fill(OwnerIndex index, SyntheticMemories synthetic, int memories, Histogram puts) {
        for (int i = 0; i < memories; i++) {
            Item item = synthetic.next("u");
            long start = THREADS.getCurrentThreadCpuTime();
            index.put(i, item.memory(), AnalyzedMemory.of(item.memory()), item.embedding());
            puts.recordValue(THREADS.getCurrentThreadCpuTime() - start);
        }
        return index;
    }

    private static String search(SyntheticMemories synthetic, List<OwnerIndex> indexes, int searches) {
        Histogram wall = new Histogram(3);
        Histogram cpu = new Histogram(3);
        for (int i = 0; i < searches; i++) {
            Query query = synthetic.query();
            IndexQuery request =
                    new IndexQuery(query.text(), query.embedding(), TOP_K, 0, Instant.EPOCH, false, null, false);
            long start = System.nanoTime();
            long cpuStart = THREADS.getCurrentThreadCpuTime();
            indexes.get(i % indexes.size()).search(request);
            cpu.recordValue(THREADS.getCurrentThreadCpuTime() - cpuStart);
            wall.recordValue(System.nanoTime() - start);
        }
        return "wall " + Latency.of(wall) + "; CPU " + Latency.of(cpu);
    }
}
