package dev.mneme.engine.index;

import dev.mneme.core.model.PassageVectors;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The vectors of the passages of an owner's long memories. Each memory's rows are the array that was put.
final class PassageRows {
    private static final int OBJECT_BYTES = 64; // two arrays' heads, a record

    private final VectorMath math;
    private final BitSet present = new BitSet();
    private @Nullable PassageVectors[] rows = new PassageVectors[0];
    private float[][] scales = new float[0][];
    private long passages;
    private long bytes;

    PassageRows(VectorMath math) {
        this.math = math;
    }

    boolean has(int slot) {
        return present.get(slot);
    }

    /// How many passages there are.
    long count() {
        return passages;
    }

    /// Fills a slot that has none.
    void put(int slot, PassageVectors vectors) {
        if (slot >= rows.length) {
            int grown = Math.max(slot + 1, rows.length + (rows.length >> 1));
            rows = Arrays.copyOf(rows, grown);
            scales = Arrays.copyOf(scales, grown);
        }
        rows[slot] = vectors;
        scales[slot] = scales(vectors);
        present.set(slot);
        passages += vectors.count();
        bytes += bytes(vectors);
    }

    void clear(int slot) {
        PassageVectors old = copy(slot);
        if (old != null) {
            present.clear(slot);
            rows[slot] = null;
            scales[slot] = new float[0];
            passages -= old.count();
            bytes -= bytes(old);
        }
    }

    @Nullable
    PassageVectors copy(int slot) {
        return slot < rows.length ? rows[slot] : null;
    }

    /// `out[slot]` = the cosine of the query and the nearest of the slot's passages, to about 1/1000, for every slot
    /// that has some.
    void nearest(float[] query, float[] out) {
        if (present.isEmpty()) {
            return;
        }
        short[] integers = new short[query.length];
        float step = Vectors.quantize(query, 0, query.length, integers);
        float[] cosines = new float[0];
        for (int slot = present.nextSetBit(0); slot >= 0; slot = present.nextSetBit(slot + 1)) {
            PassageVectors vectors = rows[slot];
            if (vectors != null) {
                int count = vectors.count();
                cosines = cosines.length < count ? new float[count] : cosines;
                math.dots(integers, vectors.rows(), 0, count, scales[slot], 0, cosines, 0);
                float best = cosines[0];
                for (int i = 1; i < count; i++) {
                    best = Math.max(best, cosines[i]);
                }
                out[slot] = best * step;
            }
        }
    }

    long sizeBytes() {
        return bytes + 8L * rows.length * 2 + present.size() / Byte.SIZE;
    }

    private static long bytes(PassageVectors vectors) {
        return vectors.rows().length + (long) Float.BYTES * vectors.count() + OBJECT_BYTES;
    }

    /// The factor that gives each row length 1; 0 for a row of zeros.
    private static float[] scales(PassageVectors vectors) {
        float[] scales = new float[vectors.count()];
        for (int row = 0; row < scales.length; row++) {
            long squares = 0;
            for (int i = row * vectors.dimension(); i < (row + 1) * vectors.dimension(); i++) {
                squares += vectors.rows()[i] * vectors.rows()[i];
            }
            scales[row] = squares == 0 ? 0 : (float) (1 / Math.sqrt((double) squares));
        }
        return scales;
    }
}
