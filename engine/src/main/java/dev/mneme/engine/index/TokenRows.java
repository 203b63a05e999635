package dev.mneme.engine.index;

import dev.mneme.core.model.TokenVectors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The token vectors of an owner's memories: each memory's rows lie side by side in a chunk. Clearing leaves a hole;
/// [#isSparse] says when most of it is holes.
final class TokenRows {
    private static final int FIRST_CHUNK = 1 << 14;
    private static final int MAX_CHUNK = 1 << 20;
    private static final int TOLERATED_HOLES = 1 << 16;

    private final VectorMath math;
    private byte[][] chunks = new byte[0][];
    private int used; // of the last chunk
    private int[] chunkOf = new int[0];
    private int[] offsets = new int[0];
    private int[] counts = new int[0];
    private long held;
    private long holes;

    TokenRows(VectorMath math) {
        this.math = math;
    }

    boolean has(int slot) {
        return slot < counts.length && counts[slot] > 0;
    }

    /// Fills a slot that has no rows.
    void put(int slot, TokenVectors tokens) {
        int length = tokens.rows().length;
        if (length == 0) {
            return;
        }
        if (slot >= counts.length) {
            int grown = Math.max(slot + 1, counts.length + (counts.length >> 1));
            chunkOf = Arrays.copyOf(chunkOf, grown);
            offsets = Arrays.copyOf(offsets, grown);
            counts = Arrays.copyOf(counts, grown);
        }
        if (chunks.length == 0 || chunks[chunks.length - 1].length - used < length) {
            addChunk(length);
        }
        chunkOf[slot] = chunks.length - 1;
        offsets[slot] = used;
        counts[slot] = tokens.count();
        System.arraycopy(tokens.rows(), 0, chunks[chunks.length - 1], used, length);
        used += length;
        held += length;
    }

    void clear(int slot) {
        if (has(slot)) {
            long length = (long) counts[slot] * TokenVectors.DIMENSION;
            counts[slot] = 0;
            held -= length;
            holes += length;
        }
    }

    boolean isSparse() {
        return holes > TOLERATED_HOLES && holes > held;
    }

    /// The same rows without holes.
    TokenRows compacted() {
        TokenRows dense = new TokenRows(math);
        for (int slot = 0; slot < counts.length; slot++) {
            TokenVectors tokens = copy(slot);
            if (tokens != null) {
                dense.put(slot, tokens);
            }
        }
        return dense;
    }

    @Nullable
    TokenVectors copy(int slot) {
        if (!has(slot)) {
            return null;
        }
        int length = counts[slot] * TokenVectors.DIMENSION;
        return new TokenVectors(Arrays.copyOfRange(chunks[chunkOf[slot]], offsets[slot], offsets[slot] + length));
    }

    /// For each token of the query, the best product with a row of this slot, which must have some.
    void maxDots(QueryTokens query, int slot, short[] best, int bestOffset) {
        math.maxDots(query, chunks[chunkOf[slot]], offsets[slot], counts[slot], best, bestOffset);
    }

    long sizeBytes() {
        long bytes = 12L * counts.length;
        for (byte[] chunk : chunks) {
            bytes += chunk.length;
        }
        return bytes;
    }

    private void addChunk(int atLeast) {
        if (chunks.length > 0) { // what is left of the last chunk stays unused
            holes += chunks[chunks.length - 1].length - used;
        }
        int next = (int) Math.min(MAX_CHUNK, Math.max(FIRST_CHUNK, held / 2));
        chunks = Arrays.copyOf(chunks, chunks.length + 1);
        chunks[chunks.length - 1] = new byte[Math.max(next, atLeast)];
        used = 0;
    }
}
