package dev.mneme.bench;

import dev.mneme.bench.SyntheticMemories.Item;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/// Mneme's postings on the heap beside Lucene's: the cost of an add until it is found, and of a search by words. There
/// are no vectors on either side; Mneme's also keep and use neighbours, for which Lucene has no equivalent.
///
/// `java --add-modules jdk.incubator.vector -Xmx6g dev.mneme.bench.PostingsBench OWNERS MEMORIES`
public final class PostingsBench {
    private static final int VISIBLE_ADDS = 500;
    private static final int SEARCHES = 2_000;
    private static final int TOP_K = 10;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private PostingsBench() {}

    /// Words that are added and searched, by owner.
    private interface Peer {
        void add(String owner, long ordinal, Item item) throws IOException;

        void makeVisible() throws IOException;

        int search(String owner, String text) throws IOException;
    }

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("PostingsBench OWNERS MEMORIES");
        }
        int owners = Integer.parseInt(args[0]);
        int memories = Integer.parseInt(args[1]);
        measure("own, in the heap", ours(), owners, memories);
        Path folder = Files.createTempDirectory("postings");
        try (LucenePostings lucene = new LucenePostings(folder)) {
            measure("Lucene", theirs(lucene), owners, memories);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Peer ours() {
        Map<String, OwnerIndex> indexes = new HashMap<>();
        return new Peer() {
            @Override
            public void add(String owner, long ordinal, Item item) {
                indexes.computeIfAbsent(owner, o -> new OwnerIndex())
                        .put(ordinal, item.memory(), AnalyzedMemory.of(item.memory()), null);
            }

            @Override
            public void makeVisible() {} // it is

            @Override
            public int search(String owner, String text) {
                OwnerIndex index = indexes.getOrDefault(owner, new OwnerIndex());
                return index.search(new IndexQuery(text, null, TOP_K, 0, Instant.EPOCH, false, null, false))
                        .size();
            }
        };
    }

    private static Peer theirs(LucenePostings lucene) {
        return new Peer() {
            @Override
            public void add(String owner, long ordinal, Item item) throws IOException {
                lucene.add(owner, item.memory());
            }

            @Override
            public void makeVisible() throws IOException {
                lucene.refresh();
            }

            @Override
            public int search(String owner, String text) throws IOException {
                return lucene.search(owner, text, TOP_K);
            }
        };
    }

    private static void measure(String name, Peer peer, int owners, int memories) throws IOException {
        SyntheticMemories synthetic = new SyntheticMemories(1);
        Histogram bulk = new Histogram(3);
        for (int owner = 0; owner < owners; owner++) {
            for (int i = 0; i < memories; i++) {
                Item item = synthetic.next("u");
                long start = THREADS.getCurrentThreadCpuTime();
                peer.add("u" + owner, i, item);
                bulk.recordValue(THREADS.getCurrentThreadCpuTime() - start);
            }
        }
        peer.makeVisible();
        report(name, owners, memories, "add", List.of(bulk));
        List<Histogram> visible = List.of(new Histogram(3), new Histogram(3));
        for (int i = 0; i < VISIBLE_ADDS; i++) {
            Item item = synthetic.next("u");
            long wall = System.nanoTime();
            long cpu = THREADS.getCurrentThreadCpuTime();
            peer.add("u" + i % owners, memories + i, item);
            peer.makeVisible();
            visible.get(0).recordValue(THREADS.getCurrentThreadCpuTime() - cpu);
            visible.get(1).recordValue(System.nanoTime() - wall);
        }
        report(name, owners, memories, "add until found", visible);
        report(name, owners, memories, "search (first round)", search(peer, synthetic, owners));
        report(name, owners, memories, "search", search(peer, synthetic, owners));
    }

    private static List<Histogram> search(Peer peer, SyntheticMemories synthetic, int owners) throws IOException {
        Histogram cpuNanos = new Histogram(3);
        Histogram wallNanos = new Histogram(3);
        for (int i = 0; i < SEARCHES; i++) {
            String text = synthetic.query().text();
            long wall = System.nanoTime();
            long cpu = THREADS.getCurrentThreadCpuTime();
            peer.search("u" + i % owners, text);
            cpuNanos.recordValue(THREADS.getCurrentThreadCpuTime() - cpu);
            wallNanos.recordValue(System.nanoTime() - wall);
        }
        return List.of(cpuNanos, wallNanos);
    }

    private static void report(String name, int owners, int memories, String what, List<Histogram> nanos) {
        String wall = nanos.size() > 1 ? " | wall " + Latency.of(nanos.get(1)) : "";
        System.out.printf(
                Locale.ROOT,
                "%s, %d x %d, %s: CPU %s%s%n",
                name,
                owners,
                memories,
                what,
                Latency.of(nanos.getFirst()),
                wall);
    }
}
