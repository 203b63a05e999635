package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.TokenVectors;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Memories and queries from a seed: few words, few episodes, so that everything meets everything.
final class RandomMemories {
    static final Instant START = Instant.parse("2023-04-28T10:00:00Z");
    static final EmbeddingSpace SPACE = new EmbeddingSpace("test", 24);

    private static final String[] WORDS =
            ("the a is it was tea coffee green museum went bought yesterday sister dog dogs painting painted hiking"
                            + " march june 2023 Zoltan E4107 OPS-77 8821 why don't Caroline's people last week school garden")
                    .split(" ", -1);
    private static final @Nullable String[] SPEAKERS = {null, null, "Ann Lee", "ann lee", "Bob", "Bob Ray", "Cleo"};
    private static final String[] QUERIES = {
        "When did Bob buy tea?",
        "what did Cleo paint in june 2023",
        "Ann's dogs on 3 May",
        "the museum",
        "is it the",
        "zebra",
        "what did Bob paint last month, or yesterday?",
        "when did Ann hike in June last year",
        "hiking last week, Caroline's sister; painting people",
        "how long since May 7th 2023",
        "did Zoltan see E4107, OPS-77 or 8821 in June?"
    };

    private final Random random;

    RandomMemories(Random random) {
        this.random = random;
    }

    Memory memory(Instant now) {
        String name = random.nextInt(4) == 0 ? SPEAKERS[random.nextInt(SPEAKERS.length)] : null;
        String prefix = random.nextBoolean() ? SPEAKERS[random.nextInt(SPEAKERS.length)] : null;
        String text = (prefix == null ? "" : prefix + ": ") + text();
        String run = random.nextInt(3) == 0 ? "run" + random.nextInt(3) : null;
        Instant timestamp = random.nextInt(4) == 0 ? null : START.plus(Duration.ofDays(random.nextInt(9) * 3L));
        Instant expires = random.nextInt(5) == 0 ? now.plusSeconds(random.nextInt(200) - 20) : null;
        String role = random.nextBoolean() ? null : random.nextBoolean() ? "user" : "assistant";
        return memory(text, name, role, run, timestamp, expires);
    }

    Memory memory(
            String text,
            @Nullable String name,
            @Nullable String role,
            @Nullable String run,
            @Nullable Instant timestamp,
            @Nullable Instant expires) {
        return new Memory(
                MemoryId.create(START, 7, random),
                new ScopeIds("u", null, null, run),
                text,
                role,
                name,
                JsonObject.EMPTY,
                List.of(),
                timestamp == null ? null : new Timestamp(timestamp, OFFSETS[random.nextInt(OFFSETS.length)]),
                START,
                START,
                expires,
                1,
                null);
    }

    private static final @Nullable ZoneOffset[] OFFSETS = {null, ZoneOffset.UTC, ZoneOffset.MIN, ZoneOffset.ofHours(14)
    };
    private static final ZoneId[] ZONES = {
        ZoneOffset.UTC, ZoneOffset.ofHours(-12), ZoneId.of("Pacific/Kiritimati"), ZoneId.of("America/Los_Angeles")
    };

    private String text() {
        int words =
                random.nextInt(20) == 0 ? 95 + random.nextInt(20) : random.nextInt(20) == 0 ? 0 : random.nextInt(15);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return random.nextInt(3) == 0 ? text.append('?').toString() : text.toString();
    }

    @Nullable
    Embedding embedding() {
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> new Embedding(SPACE, vector(), null);
            case 2 -> new Embedding(SPACE, vector(), null, passages(1 + random.nextInt(6)));
            case 3 -> new Embedding(SPACE, vector(), tokens(3), passages(2));
            default -> new Embedding(SPACE, vector(), tokens(1 + random.nextInt(5)));
        };
    }

    float[] vector() {
        float[] vector = new float[SPACE.dimension()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.nextGaussian() + .3f;
        }
        return Embedding.ofCaller("test", vector).vector();
    }

    private PassageVectors passages(int count) {
        byte[] rows = new byte[count * SPACE.dimension()];
        for (int row = 0; row < count; row++) {
            PassageVectors.round(vector(), rows, row);
        }
        return new PassageVectors(SPACE.dimension(), rows);
    }

    TokenVectors tokens(int count) {
        byte[] rows = new byte[count * TokenVectors.DIMENSION];
        for (int row = 0; row < count; row++) {
            double[] x = random.doubles(TokenVectors.DIMENSION, -.6, 1).toArray();
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

    String query() {
        return QUERIES[random.nextInt(QUERIES.length)];
    }

    QueryEmbedding queryEmbedding(String text) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < text.length(); i += 4) {
            spans.add(new Span(i, Math.min(text.length(), i + 3)));
        }
        return new QueryEmbedding(new Embedding(SPACE, vector(), tokens(spans.size())), spans);
    }

    QueryEmbedding callersVector() {
        return new QueryEmbedding(new Embedding(SPACE, vector(), null), List.of());
    }

    IndexQuery request(Instant now, int topK) {
        String text = query();
        boolean showExpired = random.nextInt(3) == 0;
        double threshold = random.nextInt(4) == 0 ? .2 : 0;
        boolean half = random.nextInt(4) == 0;
        Instant reference = now.plus(Duration.ofDays(random.nextInt(-60, 60)));
        return switch (random.nextInt(6)) {
            case 0 -> request(text, null, topK, threshold, now, reference, showExpired, half);
            case 1 -> request(null, callersVector(), topK, threshold, now, reference, showExpired, half);
            case 2 -> request(text, callersVector(), topK, threshold, now, reference, showExpired, half);
            default -> request(text, queryEmbedding(text), topK, threshold, now, reference, showExpired, half);
        };
    }

    private static IndexQuery request(
            @Nullable String text,
            @Nullable QueryEmbedding embedding,
            int topK,
            double threshold,
            Instant now,
            Instant reference,
            boolean showExpired,
            boolean half) {
        return new IndexQuery(
                text,
                embedding,
                topK,
                threshold,
                now,
                reference.atZone(ZONES[Math.floorMod(reference.hashCode(), ZONES.length)]),
                showExpired,
                null,
                half ? memory -> (memory.id().value().getLeastSignificantBits() & 1) == 0 : null,
                true);
    }
}
