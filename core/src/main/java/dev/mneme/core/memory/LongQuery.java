package dev.mneme.core.memory;

import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import java.util.List;

/// Shortens long queries. A caller who sends a whole letter means what its beginning and its end say: of a longer query
/// the first and the last characters count, and fewer of them for the embedder, since they take its time.
final class LongQuery {
    /// How many characters (UTF-16 units) are searched for as words.
    static final int WORDS = 16_384;

    /// How many characters are embedded: two or three runs of the built-in model.
    static final int EMBEDDED = 2_048;

    /// How far a cut may be moved to fall between words.
    private static final int LONGEST_WORD = 64;

    private static final char GAP = '\n';

    private LongQuery() {}

    /// The text that is searched for.
    static String shortened(String query) {
        return cut(query, WORDS);
    }

    /// @param query the text that is searched for; the spans of the result are places in it
    static QueryEmbedding embed(Embedder embedder, String query, Demand demand) {
        String cut = cut(query, EMBEDDED);
        QueryEmbedding embedding = embedder.embedQuery(cut, demand);
        int left = query.length() - cut.length();
        if (left == 0) {
            return embedding;
        }
        int gap = headEnd(query, EMBEDDED);
        List<Span> spans = embedding.spans().stream()
                .map(span -> span.start() < gap ? span : new Span(span.start() + left, span.end() + left))
                .toList();
        return new QueryEmbedding(embedding.embedding(), spans);
    }

    private static String cut(String query, int characters) {
        if (query.length() <= characters) {
            return query;
        }
        return query.substring(0, headEnd(query, characters)) + GAP + query.substring(tailStart(query, characters));
    }

    private static int headEnd(String query, int characters) {
        int end = characters / 2;
        for (int i = end; i > end - LONGEST_WORD; i--) {
            if (Character.isWhitespace(query.charAt(i))) {
                return i;
            }
        }
        return Character.isLowSurrogate(query.charAt(end)) ? end - 1 : end;
    }

    private static int tailStart(String query, int characters) {
        int start = query.length() - characters / 2 + 1;
        for (int i = start; i < start + LONGEST_WORD; i++) {
            if (Character.isWhitespace(query.charAt(i))) {
                return i + 1;
            }
        }
        return Character.isLowSurrogate(query.charAt(start)) ? start + 1 : start;
    }
}
