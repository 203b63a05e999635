package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Spaces;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An owner's vectors on their way to another space, within one entry. A staged vector is there only as
/// long as it was made of its memory's present text: whoever changes the text or removes the memory
/// drops it.
final class SpaceChange {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;

    SpaceChange(Entry entry, OwnerState owner, MemoryRows memories) {
        this.entry = entry;
        this.owner = owner;
        this.memories = memories;
    }

    /// Whether the vector is of the space to come.
    boolean takes(@Nullable Embedding embedding) {
        return embedding != null && embedding.space().equals(owner.spaces().next());
    }

    /// Why a vector can be neither stored nor staged, or null.
    @Nullable
    Rejected mismatch(@Nullable Embedding embedding) {
        return mismatch(embedding, owner.spaces().now());
    }

    /// The same, were `now` the owner's space.
    @Nullable
    Rejected mismatch(@Nullable Embedding embedding, @Nullable EmbeddingSpace now) {
        if (embedding == null || now == null || now.equals(embedding.space()) || takes(embedding)) {
            return null;
        }
        return new Rejected(
                ErrorCode.EMBEDDER_MISMATCH,
                "This owner's vectors are of " + now.embedder() + " with " + now.dimension()
                        + " numbers: send such a vector, and name its embedder.",
                "vector",
                null);
    }

    /// An owner's first vector says what its space is.
    void claim(@Nullable Embedding embedding) {
        if (embedding != null && owner.spaces().now() == null) {
            owner.spaces(owner.spaces().claimed(embedding.space()));
        }
    }

    /// @param sequence of the memory's present version
    void stage(long arrival, Embedding embedding, long sequence) {
        byte[] key = key(arrival);
        if (entry.rows().get(key) == null) {
            owner.spaces(owner.spaces().staged(1));
        }
        entry.rows().put(key, Rows.encode(embedding, sequence));
    }

    /// The memory has another text, or is gone.
    void drop(long arrival) {
        if (owner.spaces().next() != null && entry.rows().get(key(arrival)) != null) {
            entry.rows().delete(key(arrival));
            owner.spaces(owner.spaces().staged(-1));
        }
    }

    private byte[] key(long arrival) {
        return Keys.embedding(owner.hash(), owner.spaces().latest(), arrival);
    }

    Outcome begin(EmbeddingSpace space) {
        owner.spaces(owner.spaces().begun(space));
        return new Outcome.Done();
    }

    /// @param placed the memory, as it is now
    Outcome stage(Command.StageEmbedding staged, MemoryRows.Placed placed) {
        if (!takes(staged.embedding())) {
            return notBegun();
        }
        stage(placed.arrival(), staged.embedding(), placed.version().sequence());
        return new Outcome.Done();
    }

    Outcome switchTo(EmbeddingSpace space) {
        Spaces spaces = owner.spaces();
        if (space.equals(spaces.now())) {
            return new Outcome.Done();
        }
        if (!space.equals(spaces.next())) {
            return notBegun();
        }
        long missing = memories.count(owner) - spaces.staged();
        if (missing > 0) {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT,
                    missing + " memories have no vector of that space yet: stage those first.",
                    null,
                    null);
        }
        owner.spaces(spaces.switched());
        entry.index().add(new IndexUpdate.Reload(owner.hash()));
        return new Outcome.Done();
    }

    Outcome dropOld(int limit) {
        int count = 0;
        for (long generation : owner.spaces().old()) {
            byte[] rows = Keys.embeddings(owner.hash(), generation);
            List<byte[]> keys = entry.rows().keys(rows, Keys.end(rows), limit - count);
            keys.forEach(entry.rows()::delete);
            count += keys.size();
            if (count == limit) {
                return new Outcome.DeletedMany(count);
            }
        }
        owner.spaces(owner.spaces().cleaned());
        return new Outcome.DeletedMany(count);
    }

    private static Rejected notBegun() {
        return new Rejected(
                ErrorCode.EMBEDDER_MISMATCH, "This owner's vectors are not on their way to that space.", null, null);
    }
}
