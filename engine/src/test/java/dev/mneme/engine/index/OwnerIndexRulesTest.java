package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.engine.index.OwnerIndexTest.History;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OwnerIndexRulesTest {
    private static final Instant NOW = RandomMemories.START;

    private final RandomMemories memories = new RandomMemories(new Random(5));
    private final OwnerIndex index = new OwnerIndex();

    private void put(long ordinal, String text, @Nullable Instant timestamp, @Nullable Instant expires) {
        Memory memory = memories.memory(text, null, null, null, timestamp, expires);
        index.put(ordinal, memory, AnalyzedMemory.of(memory), null);
    }

    private List<SearchHit> search(String text, Instant now, boolean showExpired) {
        return index.search(new IndexQuery(text, null, 10, 0, now, showExpired, null, true));
    }

    private static double part(List<SearchHit> hits, long ordinal, String name) {
        return hits.stream()
                .filter(hit -> hit.ordinal() == ordinal)
                .map(hit -> hit.parts().getOrDefault(name, -1.0))
                .findAny()
                .orElseThrow();
    }

    @Test
    void anEpisodesSecondSpeakerTurnsContextOnAndHisLeavingTurnsItOff() {
        put(1, "Ann: do you like museums?", NOW, null);
        put(2, "Ann: well", NOW, null);
        assertThat(search("museum", NOW, false)).extracting(SearchHit::ordinal).containsExactly(1L);
        put(3, "Bob: I do", NOW, null);
        List<SearchHit> talk = search("museum", NOW, false);
        assertThat(part(talk, 2, "bmc")).isPositive();
        assertThat(part(talk, 2, "prevq")).isOne();
        assertThat(index.remove(3)).isTrue();
        assertThat(search("museum", NOW, false)).extracting(SearchHit::ordinal).containsExactly(1L);
        assertThat(index.remove(3)).isFalse();
    }

    @Test
    void exactlyOneNamedSpeakerCounts() {
        put(1, "Ann Lee: tea", null, null);
        put(2, "Bob Lee: tea", null, null);
        assertThat(part(search("what does ann's tea cost", NOW, false), 1, "spk"))
                .isOne();
        assertThat(part(search("what does ann's tea cost", NOW, false), 2, "spk"))
                .isZero();
        assertThat(part(search("the tea of Lee", NOW, false), 1, "spk")).isZero();
        assertThat(index.remove(2)).isTrue();
        assertThat(part(search("the tea of Lee", NOW, false), 1, "spk")).isOne();
    }

    @Test
    void whatExpiresLeavesTheStatisticsAndIsFoundWhenAskedFor() {
        Instant soon = NOW.plusSeconds(10);
        put(1, "green tea", null, null);
        put(2, "black tea", null, soon);
        assertThat(search("tea", soon.minusMillis(1), false)).hasSize(2);
        List<SearchHit> after = search("tea", soon, false);
        assertThat(after).extracting(SearchHit::ordinal).containsExactly(1L);
        assertThat(search("black", soon, true))
                .first()
                .extracting(SearchHit::ordinal)
                .isEqualTo(2L);
        assertThat(search("tea", soon.minusMillis(1), false)).hasSize(1); // another reader's clock, a little behind
        assertThat(index.size()).isEqualTo(2);

        OwnerIndex without = new OwnerIndex();
        Memory tea = memories.memory("green tea", null, null, null, null, null);
        without.put(1, tea, AnalyzedMemory.of(tea), null);
        double alone = without.search(new IndexQuery("tea", null, 1, 0, soon, false, null, false))
                .getFirst()
                .score();
        assertThat(after.getFirst().score()).isCloseTo(alone, within(1e-9));
    }

    @Test
    void theFilterIsAskedOnceForAMemoryAndNeverLowersWhatPasses() {
        History history = new History(new Random(8), new OwnerIndex());
        history.growTo(1_500);
        Set<Object> asked = ConcurrentHashMap.newKeySet();
        AtomicInteger twice = new AtomicInteger();
        Set<Long> rare = Set.of(17L, 700L, 1_400L);
        Set<Object> rareIds = history.entries().stream()
                .filter(entry -> rare.contains(entry.ordinal()))
                .map(entry -> entry.memory().id())
                .collect(Collectors.toSet());
        Predicate<Memory> filter = memory -> {
            twice.addAndGet(asked.add(memory.id()) ? 0 : 1);
            return rareIds.contains(memory.id());
        };
        String text = "When did Bob buy tea?";
        QueryEmbedding embedding = history.memories.queryEmbedding(text);
        IndexQuery request = new IndexQuery(text, embedding, 10, 0, NOW, true, filter, false);
        assertThat(history.index.search(request))
                .extracting(SearchHit::ordinal)
                .containsExactlyInAnyOrderElementsOf(rare);
        assertThat(twice).hasValue(0);
    }

    @Test
    void vectorsOfAnotherSpaceAreRefusedAndChangeNothing() {
        Memory memory = memories.memory("tea", null, null, null, null, null);
        index.put(1, memory, AnalyzedMemory.of(memory), new Embedding(RandomMemories.SPACE, memories.vector(), null));
        Embedding other = Embedding.ofCaller("other", new float[] {1, 2});
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> index.put(2, memory, AnalyzedMemory.of(memory), other))
                .matches(e -> e.code() == ErrorCode.EMBEDDER_MISMATCH);
        assertThat(index.size()).isOne();
        QueryEmbedding query = new QueryEmbedding(other, List.of());
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> index.search(new IndexQuery(null, query, 1, 0, NOW, false, null, false)))
                .matches(e -> e.code() == ErrorCode.EMBEDDER_MISMATCH);
        index.put(1, memory, AnalyzedMemory.of(memory), other); // it had the only vector
        assertThat(index.search(new IndexQuery(null, query, 1, 0, NOW, false, null, false)))
                .hasSize(1);
    }

    @Test
    void badRequestsNameTheirField() {
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> new IndexQuery(" ", null, 1, 0, NOW, false, null, false))
                .matches(e -> "query".equals(e.field()));
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> new IndexQuery("x", null, 0, 0, NOW, false, null, false))
                .matches(e -> "topK".equals(e.field()));
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> new IndexQuery("x", null, 1, Double.NaN, NOW, false, null, false))
                .matches(e -> "threshold".equals(e.field()));
    }

    /// Rough vectors first, against the plain exact scan, where vectors decide and are close to each other.
    @Test
    void bytesFirstFindsWhatTheExactScanFinds() {
        Random random = new Random(11);
        OwnerIndex bytes = new OwnerIndex(100);
        OwnerIndex exact = new OwnerIndex(Integer.MAX_VALUE);
        for (int i = 0; i < 20_000; i++) {
            Memory memory = memories.memory("x", null, null, null, null, null);
            Embedding embedding = new Embedding(RandomMemories.SPACE, memories.vector(), null);
            bytes.put(i, memory, AnalyzedMemory.of(memory), embedding);
            exact.put(i, memory, AnalyzedMemory.of(memory), embedding);
        }
        int found = 0;
        for (int i = 0; i < 50; i++) {
            IndexQuery request =
                    new IndexQuery(null, memories.callersVector(), 10, 0, NOW, random.nextBoolean(), null, false);
            Set<Long> expected =
                    exact.search(request).stream().map(SearchHit::ordinal).collect(Collectors.toSet());
            found += (int) bytes.search(request).stream()
                    .filter(hit -> expected.contains(hit.ordinal()))
                    .count();
        }
        assertThat(found).isGreaterThanOrEqualTo(495);
    }

    @Test
    void shrinksAfterDeletions() {
        History history = new History(new Random(4), index);
        history.growTo(3_000);
        long full = index.sizeBytes();
        for (long ordinal = 5; ordinal < 2_955; ordinal++) {
            index.remove(ordinal);
        }
        assertThat(index.size()).isEqualTo(50);
        assertThat(index.sizeBytes()).isLessThan(full / 4);
        ReferenceScorer reference = new ReferenceScorer(history.entries().subList(2_950, 3_000), history.now);
        for (int i = 0; i < 20; i++) {
            IndexQuery request = history.memories.request(history.now, 20);
            OwnerIndexTest.assertSame(index.search(request), reference.search(request));
        }
    }

    @Test
    void searchesSeeWholeMemoriesWhileAWriterWrites() throws ExecutionException, InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> readers = IntStream.range(0, 4)
                    .mapToObj(i -> threads.submit(() -> {
                        int last = 0;
                        while (!done.get()) {
                            int size = search("tea", NOW, false).size();
                            assertThat(size).isGreaterThanOrEqualTo(Math.min(last, 10));
                            last = size;
                        }
                        return last;
                    }))
                    .toList();
            for (int i = 0; i < 500; i++) {
                put(i, "Ann: tea number " + i, NOW, null);
                assertThat(search("n" + i + " tea number " + i, NOW, false)).isNotEmpty();
            }
            done.set(true);
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isLessThanOrEqualTo(10);
            }
        }
    }
}
