package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.TokenVectors;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/// Lets the JVM compile the code of a search before somebody waits for it. The first searches of a process take many
/// times as long as later ones, since vector code is slow until it is compiled.
///
/// It searches a temporary index of made-up memories on the heap. No data are touched.
public final class IndexWarmUp {
    private static final int MEMORIES = 100;
    private static final int SEARCHES = 100;
    private static final int WORDS = 20;
    private static final int SESSION_TURNS = 20;
    private static final int MEMORY_TOKENS = 30;
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("warm-up", 384);
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

    private final SplittableRandom random = new SplittableRandom(1);
    private final OwnerIndex index = new OwnerIndex();
    private final LongSupplier nanos;
    private final long giveUp;

    private IndexWarmUp(Duration limit, LongSupplier nanos) {
        this.nanos = nanos;
        this.giveUp = nanos.getAsLong() + limit.toNanos();
    }

    /// Searches a hundred times, on the caller's thread. In a cold JVM that takes about 0.4 s of CPU, and its compiler
    /// half a second more.
    ///
    /// @param limit after which it stops, however far it is
    /// @param nanos a ticker, as `System.nanoTime` is one
    /// @return how many searches were made
    public static int run(Duration limit, LongSupplier nanos) {
        return new IndexWarmUp(limit, nanos).run();
    }

    private int run() {
        for (int n = 0; n < MEMORIES && !late(); n++) {
            Memory memory = memory(n);
            index.put(n, memory, AnalyzedMemory.of(memory), embedding(MEMORY_TOKENS));
        }
        int searches = 0;
        while (searches < SEARCHES && !late()) {
            index.search(request(searches++));
        }
        return searches;
    }

    private boolean late() {
        return nanos.getAsLong() - giveUp > 0;
    }

    private Memory memory(int n) {
        Instant session = START.plus(Duration.ofHours(30L * (n / SESSION_TURNS)));
        return new Memory(
                MemoryId.create(session, 0, random),
                ScopeIds.user("warm-up"),
                (n % 2 == 0 ? "Ann: " : "Ben: ") + words(WORDS) + (n % 3 == 0 ? "?" : " last week."),
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                Timestamp.of(session),
                session,
                session,
                null,
                1,
                null);
    }

    private IndexQuery request(int n) {
        String text = switch (n % 3) {
            case 0 -> "When did Ann " + words(3) + "?";
            case 1 -> "What did Ben say about " + words(3) + " in May 2024?";
            default -> words(6) + " last week";
        };
        List<Span> spans = Analyzer.words(text).stream()
                .map(word -> new Span(word.start(), word.end()))
                .toList();
        QueryEmbedding embedding = new QueryEmbedding(embedding(spans.size()), spans);
        return new IndexQuery(text, embedding, 10, 0, START, false, null, n % 8 == 0);
    }

    private String words(int count) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append(i == 0 ? "" : " ").append((char) ('a' + random.nextInt(26)));
            words.append((char) ('a' + random.nextInt(20))).append("ings");
        }
        return words.toString();
    }

    private Embedding embedding(int tokens) {
        float[] vector = new float[SPACE.dimension()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        byte[] rows = new byte[tokens * TokenVectors.DIMENSION];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (byte) random.nextInt(-30, 31);
        }
        float[] unit = Embedding.ofCaller(SPACE.embedder(), vector).vector();
        return new Embedding(SPACE, unit, new TokenVectors(rows));
    }
}
