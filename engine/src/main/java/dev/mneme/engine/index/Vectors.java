package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The vectors of an owner's memories, one row for each slot, in long chunks, so that a scan reads the heap in order. A
/// slot without a vector has a row of zeros.
///
/// From [#QUANTIZE_FROM] slots on, each row is also kept as bytes with a scale of its own, which is a quarter of what a
/// scan must read.
final class Vectors {
    /// From this many slots on, a scan reads bytes first.
    static final int QUANTIZE_FROM = 8_192;

    private static final int CHUNK_ROWS = 1_024;
    private static final int FIRST_ROWS = 16;
    private static final int BYTE_MAX = 127;

    private final VectorMath math;
    private final int quantizeFrom;
    private final BitSet present = new BitSet();
    private @Nullable EmbeddingSpace space;
    private float[][] chunks = new float[0][];
    private byte[][] byteChunks = new byte[0][];
    private float[][] scales = new float[0][];
    private int slotCount;

    Vectors(VectorMath math, int quantizeFrom) {
        this.math = math;
        this.quantizeFrom = quantizeFrom;
    }

    /// The space of these vectors; null while there are none.
    @Nullable
    EmbeddingSpace space() {
        return space;
    }

    boolean has(int slot) {
        return present.get(slot);
    }

    /// Whether this slot has the only vector.
    boolean isOnly(int slot) {
        return present.get(slot) && present.cardinality() == 1;
    }

    boolean isQuantized() {
        return byteChunks.length > 0;
    }

    /// Refuses a vector of another space.
    void check(EmbeddingSpace other) {
        if (space != null && !space.equals(other)) {
            throw MnemeException.at(
                    ErrorCode.EMBEDDER_MISMATCH,
                    "vector",
                    "This owner's vectors are of " + space.embedder() + " with " + space.dimension()
                            + " numbers: send vectors of that embedder, or none.");
        }
    }

    /// Fills a slot without a vector.
    void put(int slot, Embedding embedding) {
        check(embedding.space());
        space = embedding.space();
        int dimension = dimension();
        reserve(slot, dimension);
        present.set(slot);
        slotCount = Math.max(slotCount, slot + 1);
        float[] vector = embedding.vector();
        System.arraycopy(vector, 0, chunks[slot / CHUNK_ROWS], slot % CHUNK_ROWS * dimension, dimension);
        if (isQuantized()) {
            quantize(slot);
        } else if (slotCount >= quantizeFrom) {
            for (int s = 0; s < slotCount; s++) {
                quantize(s);
            }
        }
    }

    void clear(int slot) {
        if (!present.get(slot)) {
            return;
        }
        present.clear(slot);
        if (present.isEmpty()) {
            space = null;
            chunks = new float[0][];
            byteChunks = new byte[0][];
            scales = new float[0][];
            slotCount = 0;
            return;
        }
        int dimension = dimension();
        int from = slot % CHUNK_ROWS * dimension;
        Arrays.fill(chunks[slot / CHUNK_ROWS], from, from + dimension, 0);
        if (isQuantized()) {
            quantize(slot);
        }
    }

    float[] copy(int slot) {
        int from = slot % CHUNK_ROWS * dimension();
        return Arrays.copyOfRange(chunks[slot / CHUNK_ROWS], from, from + dimension());
    }

    float dot(float[] query, int slot) {
        return math.dot(query, 0, chunks[slot / CHUNK_ROWS], slot % CHUNK_ROWS * query.length, query.length);
    }

    /// The dot product with every slot.
    void dots(float[] query, float[] out) {
        for (int chunk = 0; chunk * CHUNK_ROWS < slotCount; chunk++) {
            int from = chunk * CHUNK_ROWS;
            math.dots(query, chunks[chunk], 0, Math.min(CHUNK_ROWS, slotCount - from), out, from);
        }
    }

    /// The dot product with every slot, to about 1/1000, from the bytes alone.
    void roughDots(float[] query, float[] out) {
        short[] integers = new short[query.length];
        float scale = quantize(query, 0, query.length, integers);
        for (int chunk = 0; chunk * CHUNK_ROWS < slotCount; chunk++) {
            int from = chunk * CHUNK_ROWS;
            int count = Math.min(CHUNK_ROWS, slotCount - from);
            math.dots(integers, byteChunks[chunk], 0, count, scales[chunk], 0, out, from);
            for (int i = from; i < from + count; i++) {
                out[i] *= scale;
            }
        }
    }

    /// `sum += weight · row`.
    void addTo(float[] sum, float weight, int slot) {
        float[] rows = chunks[slot / CHUNK_ROWS];
        int from = slot % CHUNK_ROWS * sum.length;
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * rows[from + i];
        }
    }

    int dimension() {
        return space == null ? 0 : space.dimension();
    }

    long sizeBytes() {
        long bytes = present.size() / Byte.SIZE;
        for (float[] chunk : chunks) {
            bytes += 4L * chunk.length;
        }
        for (byte[] chunk : byteChunks) {
            bytes += chunk.length;
        }
        for (float[] chunk : scales) {
            bytes += 4L * chunk.length;
        }
        return bytes;
    }

    private void reserve(int slot, int dimension) {
        int needed = slot / CHUNK_ROWS + 1;
        int before = chunks.length;
        if (before < needed) {
            chunks = Arrays.copyOf(chunks, needed);
            for (int i = Math.max(0, before - 1); i < needed; i++) {
                int rows = i < needed - 1 ? CHUNK_ROWS : Math.min(FIRST_ROWS, CHUNK_ROWS);
                chunks[i] = grown(chunks[i], rows, dimension);
            }
        }
        int last = chunks.length - 1;
        int row = slot % CHUNK_ROWS;
        if (slot / CHUNK_ROWS == last && row >= chunks[last].length / dimension) {
            int rows = Math.min(CHUNK_ROWS, Math.max(row + 1, chunks[last].length / dimension * 3 / 2));
            chunks[last] = grown(chunks[last], rows, dimension);
        }
    }

    private static float[] grown(float @Nullable [] chunk, int rows, int dimension) {
        return chunk == null
                ? new float[rows * dimension]
                : Arrays.copyOf(chunk, Math.max(chunk.length, rows * dimension));
    }

    private void quantize(int slot) {
        int dimension = dimension();
        int chunk = slot / CHUNK_ROWS;
        if (chunk >= byteChunks.length) {
            byteChunks = Arrays.copyOf(byteChunks, chunk + 1);
            scales = Arrays.copyOf(scales, chunk + 1);
        }
        if (byteChunks[chunk] == null) {
            byteChunks[chunk] = new byte[CHUNK_ROWS * dimension];
            scales[chunk] = new float[CHUNK_ROWS];
        }
        int row = slot % CHUNK_ROWS;
        short[] integers = new short[dimension];
        scales[chunk][row] = quantize(chunks[chunk], row * dimension, dimension, integers);
        for (int i = 0; i < dimension; i++) {
            byteChunks[chunk][row * dimension + i] = (byte) integers[i];
        }
    }

    /// Rounds to −127 … 127 and returns the value of one step.
    static float quantize(float[] from, int offset, int length, short[] to) {
        float max = 0;
        for (int i = 0; i < length; i++) {
            max = Math.max(max, Math.abs(from[offset + i]));
        }
        if (max == 0) {
            Arrays.fill(to, (short) 0);
            return 0;
        }
        for (int i = 0; i < length; i++) {
            to[i] = (short) Math.round(from[offset + i] / max * BYTE_MAX);
        }
        return max / BYTE_MAX;
    }
}
