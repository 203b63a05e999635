package dev.mneme.core.memory;

import dev.mneme.core.access.Caller;
import dev.mneme.core.mode.Inspired;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.Store;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Chooses the vector of a memory or a query: the caller's own, the embedder's, or none; and decides what the embedder
/// may be given at all.
///
/// **Threads**: any number may call.
final class Embeddings {
    private final Store store;
    private final @Nullable Embedder embedder;
    private final @Nullable Reembedding reembedding;

    /// @param embedder null: texts get no vectors
    /// @param reembedding moves owners to the embedder's space; null: an owner of another space takes no vector of
    ///     the embedder
    Embeddings(Store store, @Nullable Embedder embedder, @Nullable Reembedding reembedding) {
        this.store = store;
        this.embedder = embedder;
        this.reembedding = reembedding;
    }

    /// How many texts are worth embedding at once.
    int parallelism() {
        return embedder == null ? 1 : embedder.parallelism();
    }

    /// Whether texts that the caller writes or searches for this owner must be kept from the embedder.
    boolean areKeptFrom(Caller caller, Owner owner) {
        return embedder != null && embedder.remote() && Inspired.is(store, caller, owner);
    }

    /// The vector of a memory's text.
    ///
    /// @param answered whether the store has answered the request already, so that no vector is needed
    @Nullable
    Embedding ofText(
            Caller caller,
            boolean answered,
            Owner owner,
            String text,
            @Nullable String name,
            float @Nullable [] vector,
            @Nullable String embedderId,
            boolean localOnly) {
        if (vector != null) {
            return Embedding.ofCaller(embedderId == null ? EmbeddingSpace.CALLER : embedderId, vector);
        }
        if (embedderId != null) {
            throw MnemeException.invalid("embedder", "embedder says what made the vector: send a vector with it.");
        }
        if (answered || embedder == null || (localOnly && embedder.remote())) {
            return null;
        }
        requireTakes(owner, embedder.space());
        Embedding embedding = embedder.embed(Reembedding.toEmbed(name, text), caller.demand(Purpose.ADD, owner));
        if (reembedding != null) {
            reembedding.expect(owner);
        }
        return embedding;
    }

    /// Fails at once where the store would refuse the vector afterwards, so that nothing is embedded in vain.
    private void requireTakes(Owner owner, EmbeddingSpace space) {
        OwnerSpace there = store.space(owner);
        EmbeddingSpace now = there.now();
        boolean moved = now != null && reembedding != null && reembedding.moves(now);
        if (now == null || now.equals(space) || space.equals(there.next()) || moved) {
            return;
        }
        throw MnemeException.at(
                ErrorCode.EMBEDDER_MISMATCH,
                "vector",
                "This owner's vectors are of " + now.embedder() + " with " + now.dimension()
                        + " numbers: send such a vector, and name its embedder.");
    }

    /// The vector to search with.
    ///
    /// @param text the words of the search, or null
    /// @param localOnly whether the query must not leave this machine
    @Nullable
    QueryEmbedding ofQuery(
            Caller caller, @Nullable Owner owner, Search search, @Nullable String text, boolean localOnly) {
        if (search.vector() != null) {
            String id = search.embedder() == null ? EmbeddingSpace.CALLER : search.embedder();
            return new QueryEmbedding(Embedding.ofCaller(id, search.vector()), List.of());
        }
        if (search.embedder() != null) {
            throw MnemeException.invalid("embedder", "embedder says what made the vector: send a vector with it.");
        }
        if (embedder == null || text == null || (localOnly && embedder.remote())) {
            return null;
        }
        boolean compared =
                owner == null || embedder.space().equals(store.space(owner).now());
        return compared ? LongQuery.embed(embedder, text, caller.demand(Purpose.QUERY, owner)) : null;
    }
}
