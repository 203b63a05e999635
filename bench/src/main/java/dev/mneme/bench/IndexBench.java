package dev.mneme.bench;

import dev.mneme.bench.SyntheticMemories.Item;
import dev.mneme.bench.SyntheticMemories.Query;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.OwnerIndex;
import dev.mneme.engine.index.SearchRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// What a put and a search of the index cost, by the number of owners and of memories of each.
///
/// `java --add-modules jdk.incubator.vector -Xmx6g dev.mneme.bench.IndexBench OWNERS MEMORIES SEARCHES`
public final class IndexBench {
    private static final int TOP_K = 10;

    private IndexBench() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("IndexBench OWNERS MEMORIES SEARCHES");
        }
        int owners = Integer.parseInt(args[0]);
        int memories = Integer.parseInt(args[1]);
        int searches = Integer.parseInt(args[2]);
        SyntheticMemories synthetic = new SyntheticMemories(1);
        Histogram puts = new Histogram(3);
        List<OwnerIndex> indexes = new ArrayList<>();
        for (int owner = 0; owner < owners; owner++) {
            indexes.add(fill(synthetic, "u" + owner, memories, puts));
        }
        long bytes = indexes.stream().mapToLong(OwnerIndex::sizeBytes).sum();
        System.out.printf(
                Locale.ROOT,
                "%d owners of %d: %.0f bytes a memory by its own count; a put %s%n",
                owners,
                memories,
                (double) bytes / owners / memories,
                Latency.of(puts));
        search(synthetic, indexes, searches); // warms up
        System.out.println("words and vectors  " + search(synthetic, indexes, searches));
    }

    private static OwnerIndex fill(SyntheticMemories synthetic, String user, int memories, Histogram puts) {
        OwnerIndex index = new OwnerIndex();
        for (int i = 0; i < memories; i++) {
            Item item = synthetic.next(user);
            long start = System.nanoTime();
            index.put(i, item.memory(), AnalyzedMemory.of(item.memory()), item.embedding());
            puts.recordValue(System.nanoTime() - start);
        }
        return index;
    }

    private static String search(SyntheticMemories synthetic, List<OwnerIndex> indexes, int searches) {
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < searches; i++) {
            Query query = synthetic.query();
            SearchRequest request =
                    new SearchRequest(query.text(), query.embedding(), TOP_K, 0, Instant.EPOCH, false, null, false);
            long start = System.nanoTime();
            indexes.get(i % indexes.size()).search(request);
            nanos.recordValue(System.nanoTime() - start);
        }
        return Latency.of(nanos);
    }
}
