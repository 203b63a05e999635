package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.TokenVectors;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What decides for single facts and for long texts.
class KindsTest {
    private static final Instant NOW = RandomMemories.START;
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("test", 2);

    private final RandomMemories memories = new RandomMemories(new Random(3));
    private final OwnerIndex index = new OwnerIndex();

    /// A vector of this cosine with the query's.
    private static float[] near(double cosine) {
        return new float[] {(float) cosine, (float) Math.sqrt(1 - cosine * cosine)};
    }

    private void put(long ordinal, String text, double cosine) {
        put(ordinal, text, new Embedding(SPACE, near(cosine), null));
    }

    private void put(long ordinal, String text, @Nullable Embedding embedding) {
        Memory memory = memories.memory(text, null, null, null, null, null);
        index.put(ordinal, memory, AnalyzedMemory.of(memory), embedding);
    }

    private static Embedding withPassages(double whole, double... cosines) {
        byte[] rows = new byte[2 * cosines.length];
        for (int row = 0; row < cosines.length; row++) {
            PassageVectors.round(near(cosines[row]), rows, row);
        }
        return new Embedding(SPACE, near(whole), null, new PassageVectors(2, rows));
    }

    private static QueryEmbedding query(int piecesFrom, int pieces) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            spans.add(new Span(piecesFrom + 2 * i, piecesFrom + 2 * i + 2));
        }
        TokenVectors tokens = pieces == 0 ? null : new TokenVectors(new byte[pieces * TokenVectors.DIMENSION]);
        return new QueryEmbedding(new Embedding(SPACE, near(1), tokens), spans);
    }

    private List<SearchHit> search(@Nullable String text, QueryEmbedding embedding, @Nullable Restriction restriction) {
        return index.search(new IndexQuery(
                text, embedding, 10, 0, NOW, NOW.atZone(ZoneOffset.UTC), false, restriction, null, true));
    }

    @ParameterizedTest
    @CsvSource({
        "E4107, which error does the licence server give for E4107",
        "OPS-2291, how did the ticket of the slow search end: OPS-2291",
        "krypton-17, does the mail relay run on krypton-17",
        "88213, when does the parcel of order 88213 arrive",
        "db-eu-3, may somebody write to the customer database at db-eu-3",
        "9f3e2ab, who repaired the login page after 9f3e2ab",
        "KX4-9Q, which door is opened by KX4-9Q",
    })
    void anIdentifierThatOneMemoryHoldsOutweighsWhatIsNearer(String identifier, String question) {
        put(1, "see " + identifier, .2);
        put(2, "the licence server, the ticket, the parcel, the relay, the database, the login, the door", .6);
        put(3, "something about error codes, hosts and orders", .7);
        assertThat(search(question, query(0, 0), null).getFirst().ordinal()).isEqualTo(1);
    }

    @Test
    void aNameOrAnUnknownWordOutweighsNoise() {
        put(1, "ask Quillfeather first", .3);
        put(2, "the design team has holidays in May", .4);
        String named = "who approves holidays besides Quillfeather";
        assertThat(search(named, query(0, 0), null).getFirst().ordinal()).isEqualTo(1);
        String small = named.toLowerCase(Locale.ROOT);
        assertThat(part(search(small, query(0, 0), null), 1, "rare")).isZero();
        QueryEmbedding pieces = query(small.indexOf("quill"), 4);
        assertThat(part(search(small, pieces, null), 1, "rare")).isEqualTo(.4);
        assertThat(search(small, pieces, null).getFirst().ordinal()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "tea in 2023, what about 2023",
        "tea at 7, what about 7",
        "cocoa at home, Cocoa or something else",
        "tea or coffee, what about TEA",
    })
    void aYearACountAndWhatTwoMemoriesHoldAreNotTelling(String text, String question) {
        put(1, text, .3);
        put(2, "tea", .3);
        assertThat(part(search(question, query(0, 0), null), 1, "rare")).isZero();
    }

    @Test
    void aLongTextIsAsNearAsItsNearestPassage() {
        put(1, "a long text", withPassages(.1, .05, -.3, .9, .2));
        put(2, "a short text", .6);
        List<SearchHit> hits = search("something", query(0, 0), null);
        assertThat(hits).extracting(SearchHit::ordinal).containsExactly(1L, 2L);
        assertThat(part(hits, 1, "cos")).isCloseTo((.9 + .1) / 1.1, within(.01));
        index.remove(1);
        put(1, "a long text", withPassages(.9, .05, -.3, .2));
        assertThat(search("something", query(0, 0), null).getFirst().ordinal()).isEqualTo(2);
    }

    @Test
    void passagesAreThereForWhoSeesAPartOnlyAndAreCountedAsMemoryInTheHeap() {
        long before = index.sizeBytes();
        put(1, "a long text", withPassages(.1, new double[10_000]));
        assertThat(index.sizeBytes() - before).isGreaterThan(10_000 * (2 + 4));
        put(2, "a long text", withPassages(.1, .05, .8));
        Restriction everything = new Restriction(Map.of(OwnerKind.USER, Set.of("u")));
        assertThat(part(search(null, query(0, 0), everything), 2, "cos")).isCloseTo((.8 + .1) / 1.1, within(.01));
    }

    @Test
    void wordsDecideByHowMuchOfTheQuestionTheyCover() {
        put(1, "green tea in the morning", .3);
        put(2, "something else", .5);
        assertThat(search("green tea morning", query(0, 0), null).getFirst().ordinal())
                .isEqualTo(1);
        assertThat(search("green vehicles, bicycles, trains and other ways of travelling", query(0, 0), null)
                        .getFirst()
                        .ordinal())
                .isEqualTo(2);
    }

    @Test
    void aVectorAloneNeverReachesTheTopForMoreThanItself() {
        put(1, "x", 1);
        put(2, "y", .9);
        put(3, "z", .8);
        List<SearchHit> hits = search(null, query(0, 0), null);
        assertThat(hits).extracting(SearchHit::ordinal).containsExactly(1L, 2L, 3L);
        assertThat(hits)
                .extracting(SearchHit::score)
                .isSortedAccordingTo(Comparator.reverseOrder())
                .doesNotHaveDuplicates();
        assertThat(hits.getFirst().score()).isLessThanOrEqualTo(1);
    }

    private static double part(List<SearchHit> hits, long ordinal, String name) {
        return hits.stream()
                .filter(hit -> hit.ordinal() == ordinal)
                .map(hit -> hit.parts().getOrDefault(name, -1.0))
                .findAny()
                .orElseThrow();
    }
}
