package dev.mneme.bench;

import dev.mneme.core.command.Command;
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
import dev.mneme.engine.index.Analyzer;
import dev.mneme.engine.index.Analyzer.Word;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Chats made from a seed, without a model: sessions of twenty turns by two people, words by Zipf's law, vectors
/// around the topics of a session. Nothing about their quality is real; their size and shape are.
final class SyntheticMemories {
    static final EmbeddingSpace SPACE = new EmbeddingSpace("synthetic", 384);

    private static final Instant START = Instant.parse("2023-01-01T12:00:00Z");
    private static final int VOCABULARY = 20_000;
    private static final int TOPICS = 200;
    private static final int SESSION_TURNS = 20;
    private static final int TURN_WORDS = 22;
    private static final int MEMORY_TOKENS = 35;

    private final Random random;
    private final float[][] topics = new float[TOPICS][];
    private int turns;
    private Instant session = START;
    private float[] topic;

    SyntheticMemories(long seed) {
        random = new Random(seed);
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = gaussian();
        }
        topic = topics[0];
    }

    record Item(Memory memory, Embedding embedding) {
        /// The command that adds it to the user's memories now, its vector given by the caller.
        Command add(Random random) {
            return new Command.AddMemory(
                    MemoryId.create(Instant.now(), memory.scope().owner().slot(), random),
                    memory.scope(),
                    memory.text(),
                    null,
                    null,
                    memory.metadata(),
                    List.of(),
                    memory.timestamp(),
                    null,
                    Embedding.ofCaller(EmbeddingSpace.CALLER, embedding.vector()),
                    false);
        }
    }

    record Query(String text, QueryEmbedding embedding) {}

    Item next(String user) {
        if (turns % SESSION_TURNS == 0) {
            session = session.plus(Duration.ofHours(7));
            topic = topics[random.nextInt(TOPICS)];
        }
        String text = (turns++ % 2 == 0 ? "Alice: " : "Bruno: ") + words(TURN_WORDS);
        Memory memory = new Memory(
                MemoryId.create(session, 0, random),
                ScopeIds.user(user),
                text,
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
        return new Item(memory, new Embedding(SPACE, near(topic), tokens(MEMORY_TOKENS)));
    }

    Query query() {
        String text = "What did Alice say of " + words(5) + "?";
        List<Span> spans = new ArrayList<>();
        for (Word word : Analyzer.words(text)) {
            spans.add(new Span(word.start(), word.end()));
        }
        float[] vector = near(topics[random.nextInt(TOPICS)]);
        return new Query(text, new QueryEmbedding(new Embedding(SPACE, vector, tokens(spans.size())), spans));
    }

    /// Words until the text is `bytes` long.
    String text(int bytes) {
        StringBuilder text = new StringBuilder(words(1));
        while (text.length() < bytes) {
            text.append(' ').append(words(1));
        }
        return text.substring(0, bytes);
    }

    /// A normalised vector near one of the topics.
    float[] vector() {
        return near(topics[random.nextInt(TOPICS)]);
    }

    private String words(int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int rank = (int) Math.pow(VOCABULARY, random.nextDouble());
            text.append(i == 0 ? "" : " ").append('w').append(Integer.toString(rank, 36));
        }
        return text.toString();
    }

    private float[] near(float[] center) {
        float[] vector = gaussian();
        for (int i = 0; i < vector.length; i++) {
            vector[i] += center[i];
        }
        return Embedding.ofCaller(SPACE.embedder(), vector).vector();
    }

    private float[] gaussian() {
        float[] vector = new float[SPACE.dimension()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }

    private TokenVectors tokens(int count) {
        byte[] rows = new byte[count * TokenVectors.DIMENSION];
        for (int row = 0; row < count; row++) {
            double[] x = random.doubles(TokenVectors.DIMENSION, -1, 1).toArray();
            double norm = 0;
            for (double v : x) {
                norm += v * v;
            }
            for (int i = 0; i < x.length; i++) {
                rows[row * TokenVectors.DIMENSION + i] = (byte) Math.round(127 * x[i] / Math.sqrt(norm));
            }
        }
        return new TokenVectors(rows);
    }
}
