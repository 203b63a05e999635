package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Turn;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.Embedder;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Asks LoCoMo's questions of the index itself, in this process, with an embedder: no door, log or table between.
final class IndexBackend implements LocomoBackend {
    private final Embedder embedder;
    private final Map<String, Shelf> shelves = new HashMap<>();
    private final Random random = new Random(1);
    private long lastScoringNanos;

    IndexBackend(Embedder embedder) {
        this.embedder = embedder;
    }

    /// One conversation. A turn's ordinal is its place in the list.
    private record Shelf(OwnerIndex index, List<Turn> turns) {}

    @Override
    public void add(String conversation, Turn turn) {
        Shelf shelf = shelves.computeIfAbsent(conversation, c -> new Shelf(new OwnerIndex(), new ArrayList<>()));
        Memory memory = new Memory(
                MemoryId.create(turn.at(), 0, random),
                ScopeIds.user(conversation),
                turn.text(),
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                Timestamp.of(turn.at()),
                turn.at(),
                turn.at(),
                null,
                1,
                null);
        shelf.index.put(
                shelf.turns.size(),
                memory,
                AnalyzedMemory.of(memory),
                embedder.embed(AnalyzedMemory.spokenText(memory)));
        shelf.turns.add(turn);
    }

    @Override
    public List<String> search(String conversation, String question, @Nullable Instant reference, int topK) {
        Shelf shelf = shelves.get(conversation);
        if (shelf == null) {
            throw new IllegalArgumentException("no conversation " + conversation);
        }
        QueryEmbedding embedding = embedder.embedQuery(question);
        long start = System.nanoTime();
        Instant seenFrom = reference == null ? Instant.now() : reference;
        IndexQuery request = new IndexQuery(
                question, embedding, topK, 0, Instant.EPOCH, seenFrom.atZone(ZoneOffset.UTC), false, null, null, false);
        List<String> ids = shelf.index.search(request).stream()
                .map(hit -> shelf.turns.get((int) hit.ordinal()).id())
                .toList();
        lastScoringNanos = System.nanoTime() - start;
        return ids;
    }

    @Override
    public long lastScoringNanos() {
        return lastScoringNanos;
    }

    @Override
    public void close() {
        embedder.close();
    }
}
