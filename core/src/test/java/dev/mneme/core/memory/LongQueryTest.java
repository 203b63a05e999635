package dev.mneme.core.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongQueryTest {
    /// Words between spaces are its tokens; it remembers what it was given.
    private static final class SplittingEmbedder implements Embedder {
        private String given = "";

        @Override
        public EmbeddingSpace space() {
            return new EmbeddingSpace("test", 2);
        }

        @Override
        public Embedding embed(String text, Demand demand) {
            return Embedding.ofCaller("test", new float[] {1, 0});
        }

        @Override
        public QueryEmbedding embedQuery(String query, Demand demand) {
            given = query;
            List<Span> spans = new ArrayList<>();
            int start = 0;
            for (String word : query.split("\\s", -1)) {
                spans.add(new Span(start, start + word.length()));
                start += word.length() + 1;
            }
            return new QueryEmbedding(embed(query), spans);
        }

        @Override
        public boolean remote() {
            return false;
        }

        @Override
        public void close() {}
    }

    private static String words(int characters) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; words.length() < characters; i++) {
            words.append(i == 0 ? "" : " ").append("w").append(i);
        }
        return words.toString();
    }

    @Test
    void aShortOneIsLeftAsItIs() {
        String query = words(LongQuery.EMBEDDED - 10);
        SplittingEmbedder embedder = new SplittingEmbedder();
        assertThat(LongQuery.shortened(query)).isSameAs(query);
        LongQuery.embed(embedder, query, Demand.NONE);
        assertThat(embedder.given).isSameAs(query);
    }

    @ParameterizedTest
    @ValueSource(ints = {LongQuery.EMBEDDED + 1, 5_000, LongQuery.WORDS, LongQuery.WORDS + 1, 8 << 20})
    void headAndTailCountAndSpansAreThoseOfWhatIsLookedFor(int characters) {
        String query = LongQuery.shortened(words(characters));
        assertThat(query.length()).isLessThanOrEqualTo(Math.max(LongQuery.WORDS, 16));
        SplittingEmbedder embedder = new SplittingEmbedder();
        QueryEmbedding embedding = LongQuery.embed(embedder, query, Demand.NONE);
        assertThat(embedder.given.length()).isLessThanOrEqualTo(LongQuery.EMBEDDED);
        List<String> tokens = List.of(embedder.given.split("\\s", -1));
        assertThat(embedding.spans())
                .extracting(span -> query.substring(span.start(), span.end()))
                .isEqualTo(tokens);
        String all = words(characters);
        assertThat(tokens).first().isEqualTo("w0");
        assertThat(all).endsWith(" " + tokens.getLast());
        assertRunOfWords(tokens);
        assertRunOfWords(List.of(query.split("\\s", -1)));
        assertThat(tokens.size()).isGreaterThan(200);
    }

    /// Whole words in their order, with one gap at most.
    private static void assertRunOfWords(List<String> words) {
        assertThat(words).allMatch(word -> word.matches("w\\d+"));
        int gaps = 0;
        for (int i = 1; i < words.size(); i++) {
            int step = number(words.get(i)) - number(words.get(i - 1));
            assertThat(step).isPositive();
            gaps += step == 1 ? 0 : 1;
        }
        assertThat(gaps).isLessThanOrEqualTo(1);
    }

    private static int number(String word) {
        return Integer.parseInt(word, 1, word.length(), 10);
    }

    @Test
    void aCutLeavesNoHalfOfACharacter() {
        for (int shift = 0; shift < 4; shift++) {
            String query = "x".repeat(shift) + "\ud83d\ude00".repeat(20_000);
            assertThat(LongQuery.shortened(query).codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
            SplittingEmbedder embedder = new SplittingEmbedder();
            LongQuery.embed(embedder, query, Demand.NONE);
            assertThat(embedder.given.codePoints()).noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
        }
    }
}
