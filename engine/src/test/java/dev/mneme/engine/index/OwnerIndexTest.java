package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.engine.index.ReferenceScorer.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The index against the plain scorer and against itself built anew, over histories from a seed.
class OwnerIndexTest {
    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithThePlainScorerAfterAnyHistory(long seed) {
        Random random = new Random(seed);
        VectorMath math = seed % 2 == 0 ? VectorMath.BEST : new PlainVectorMath();
        History history = new History(random, new OwnerIndex(math, seed % 3 == 0 ? 8 : Vectors.QUANTIZE_FROM));
        for (int round = 0; round < 6; round++) {
            history.step(40);
            ReferenceScorer reference = new ReferenceScorer(history.entries(), history.now);
            OwnerIndex rebuilt = history.rebuilt();
            for (int i = 0; i < 6; i++) {
                IndexQuery request = history.memories.request(history.now, 1 + random.nextInt(80));
                List<SearchHit> hits = history.index.search(request);
                assertSame(hits, reference.search(request));
                assertSame(hits, rebuilt.search(request));
                assertRestricted(history, request, new Restriction(Map.of(OwnerKind.RUN, Set.of("run" + i % 3))));
            }
        }
    }

    /// What a restriction allows is found and scored as if there were nothing else.
    private static void assertRestricted(History history, IndexQuery request, Restriction restriction) {
        IndexQuery restricted = new IndexQuery(
                request.text(),
                request.embedding(),
                request.topK(),
                request.threshold(),
                request.now(),
                request.reference(),
                request.showExpired(),
                restriction,
                request.filter(),
                true);
        List<Entry> allowed = history.entries().stream()
                .filter(entry -> restriction.allows(entry.memory().scope()))
                .toList();
        assertSame(history.index.search(restricted), new ReferenceScorer(allowed, history.now).search(request));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithThePlainScorerInTwoStages(long seed) {
        if (seed >= 6) {
            return;
        }
        Random random = new Random(seed);
        History history = new History(random, new OwnerIndex(VectorMath.BEST, seed % 2 == 0 ? 64 : 1 << 20));
        history.growTo(1100 + random.nextInt(300));
        ReferenceScorer reference = new ReferenceScorer(history.entries(), history.now);
        for (int i = 0; i < 6; i++) {
            IndexQuery request = history.memories.request(history.now, 1 + random.nextInt(20));
            assertSame(history.index.search(request), reference.search(request));
        }
    }

    static void assertSame(List<SearchHit> actual, List<SearchHit> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            SearchHit hit = actual.get(i);
            assertThat(hit.score())
                    .as("%s%n%s", hit, expected.get(i))
                    .isCloseTo(expected.get(i).score(), within(1e-6));
            // memories whose scores differ by rounding alone may stand in either order
            int place = i;
            SearchHit same = expected.stream()
                    .filter(other -> other.id().equals(hit.id()))
                    .findAny()
                    .orElse(expected.get(place));
            if (same.id().equals(hit.id())) {
                assertThat(same.score()).isCloseTo(hit.score(), within(1e-6));
                assertParts(hit.parts(), same.parts());
            } else {
                assertThat(hit.score()).isCloseTo(expected.getLast().score(), within(2e-6));
            }
        }
    }

    private static void assertParts(Map<String, Double> actual, Map<String, Double> expected) {
        assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
        expected.forEach((name, value) -> assertThat(actual.get(name)).as(name).isCloseTo(value, within(1e-5)));
    }

    /// An index and the memories that it should hold.
    static final class History {
        private static final long FIRST = 5;

        final RandomMemories memories;
        final OwnerIndex index;
        Instant now = RandomMemories.START;
        private final Random random;
        private final TreeMap<Long, Entry> entries = new TreeMap<>();
        private long next = FIRST;

        History(Random random, OwnerIndex index) {
            this.random = random;
            this.memories = new RandomMemories(random);
            this.index = index;
        }

        List<Entry> entries() {
            return new ArrayList<>(entries.values());
        }

        void growTo(int size) {
            while (entries.size() < size) {
                put(next++);
            }
        }

        void step(int changes) {
            for (int i = 0; i < changes; i++) {
                switch (random.nextInt(8)) {
                    case 0, 1 -> {
                        if (!entries.isEmpty()) {
                            remove(anyOrdinal());
                        }
                    }
                    case 2 -> put(entries.isEmpty() ? next++ : anyOrdinal());
                    case 3 -> now = now.plusSeconds(random.nextInt(60));
                    default -> put(next++);
                }
                if (random.nextInt(10) == 0) { // expiry happens in the midst of it
                    index.search(memories.request(now, 3));
                }
            }
        }

        OwnerIndex rebuilt() {
            OwnerIndex rebuilt = new OwnerIndex();
            entries.values().forEach(entry -> put(rebuilt, entry));
            return rebuilt;
        }

        private void put(long ordinal) {
            Memory memory = memories.memory(now);
            Embedding embedding = memories.embedding();
            Entry entry = new Entry(ordinal, memory, embedding);
            entries.put(ordinal, entry);
            put(index, entry);
        }

        private void remove(long ordinal) {
            entries.remove(ordinal);
            assertThat(index.remove(ordinal)).isTrue();
        }

        private static void put(OwnerIndex index, Entry entry) {
            Memory memory = entry.memory();
            AnalyzedMemory analyzed =
                    AnalyzedMemory.decode(AnalyzedMemory.of(memory).encode());
            index.put(entry.ordinal(), memory, analyzed, entry.embedding());
        }

        private long anyOrdinal() {
            return entries.keySet().stream()
                    .skip(random.nextInt(entries.size()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
