package dev.mneme.bench;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.AnalyzedMemory.TermFrequency;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.HdrHistogram.Histogram;

/// How much a misspelt word costs a search of a large owner, by words alone: the same questions without a mistake, with
/// one misspelt word, and with two, in turn.
///
/// `java --add-modules jdk.incubator.vector -Xmx4g dev.mneme.bench.TypoSpeedBench [MEMORIES] [WORDS]`
public final class TypoSpeedBench {
    private static final int MEMORY_WORDS = 22;
    private static final int SEARCHES = 2_000;
    private static final String[] ONSETS =
            "b c d f g h j k l m n p r s t v w br cr dr fl gr pl pr sl st str th tr".split(" ", -1);
    private static final String[] RIMES =
            "a e i o u an en in on un ar er or al el il at et it ot ain ead oat ine ale".split(" ", -1);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Random random = new Random(1);
    private final List<String> vocabulary = new ArrayList<>();

    private TypoSpeedBench() {}

    public static void main(String[] args) {
        int memories = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        int words = args.length > 1 ? Integer.parseInt(args[1]) : 50_000;
        new TypoSpeedBench().run(memories, words);
    }

    private void run(int memories, int words) {
        Set<String> made = new HashSet<>();
        while (made.size() < words) {
            made.add(word());
        }
        vocabulary.addAll(made.stream().sorted().toList());
        Collections.shuffle(vocabulary, random);
        OwnerIndex with = new OwnerIndex();
        OwnerIndex without = OwnerIndex.withoutCorrections();
        Set<String> terms = new HashSet<>();
        for (int i = 0; i < memories; i++) {
            Memory memory = memory(text(MEMORY_WORDS));
            AnalyzedMemory analysis = AnalyzedMemory.of(memory);
            analysis.terms().stream().map(TermFrequency::term).forEach(terms::add);
            with.put(i, memory, analysis, null);
            without.put(i, memory, analysis, null);
        }
        System.out.printf(Locale.ROOT, "%d memories, %d terms%n", memories, terms.size());
        measure(with, without, false);
        measure(with, without, true);
    }

    private void measure(OwnerIndex with, OwnerIndex without, boolean print) {
        Misspeller misspeller = new Misspeller(2);
        Histogram[] corrected = {new Histogram(3), new Histogram(3), new Histogram(3)};
        Histogram[] asWritten = {new Histogram(3), new Histogram(3), new Histogram(3)};
        for (int i = 0; i < SEARCHES; i++) {
            String clean = text(5);
            for (int wrong = 0; wrong < corrected.length; wrong++) {
                String query = misspeller.misspell(clean, wrong, 1);
                search(with, query, corrected[wrong]);
                search(without, query, asWritten[wrong]);
            }
        }
        for (int wrong = 0; print && wrong < corrected.length; wrong++) {
            System.out.printf(
                    Locale.ROOT,
                    "%d misspelt: CPU %s; as written %s%n",
                    wrong,
                    Latency.of(corrected[wrong]),
                    Latency.of(asWritten[wrong]));
        }
    }

    private static void search(OwnerIndex index, String query, Histogram nanos) {
        long start = THREADS.getCurrentThreadCpuTime();
        index.search(new IndexQuery(query, null, 10, 0, Instant.EPOCH, false, null, false));
        nanos.recordValue(THREADS.getCurrentThreadCpuTime() - start);
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        for (int i = 2 + random.nextInt(3); i > 0; i--) {
            word.append(ONSETS[random.nextInt(ONSETS.length)]).append(RIMES[random.nextInt(RIMES.length)]);
        }
        return word.toString();
    }

    /// Words by Zipf's law.
    private String text(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            int rank = (int) Math.pow(vocabulary.size(), random.nextDouble()) - 1;
            text.append(i == 0 ? "" : " ").append(vocabulary.get(rank));
        }
        return text.toString();
    }

    private Memory memory(String text) {
        Instant at = Instant.EPOCH;
        return new Memory(
                MemoryId.create(at, 0, random),
                ScopeIds.user("u"),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                at,
                at,
                null,
                1,
                null);
    }
}
