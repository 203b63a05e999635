package dev.mneme.engine.index;

import dev.mneme.core.model.TokenVectors;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Uses the Vector API, at the machine's own width. Only [VectorMath#BEST] may name this class, which does not load in
/// a JVM without the module.
final class SimdVectorMath implements VectorMath {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

    /// As many bytes as SHORTS has lanes.
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.length() * Byte.SIZE));

    private final PlainVectorMath plain = new PlainVectorMath();

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        int lanes = FLOATS.length();
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = FloatVector.zero(FLOATS);
        int i = 0;
        for (; i + 2 * lanes <= length; i += 2 * lanes) {
            sum0 = FloatVector.fromArray(FLOATS, a, aOffset + i)
                    .fma(FloatVector.fromArray(FLOATS, b, bOffset + i), sum0);
            sum1 = FloatVector.fromArray(FLOATS, a, aOffset + i + lanes)
                    .fma(FloatVector.fromArray(FLOATS, b, bOffset + i + lanes), sum1);
        }
        float sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
        for (; i < length; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    @Override
    public void dots(float[] query, float[] rows, int offset, int count, float[] out, int outOffset) {
        for (int row = 0; row < count; row++) {
            out[outOffset + row] = dot(query, 0, rows, offset + row * query.length, query.length);
        }
    }

    @Override
    public void dots(
            short[] query,
            byte[] rows,
            int offset,
            int count,
            float[] scales,
            int scaleOffset,
            float[] out,
            int outOffset) {
        int step = 2 * SHORTS.length();
        int whole = query.length - query.length % step;
        for (int row = 0; row < count; row++) {
            int from = offset + row * query.length;
            int sum = dot(query, rows, from, whole);
            for (int i = whole; i < query.length; i++) {
                sum += query[i] * rows[from + i];
            }
            out[outOffset + row] = sum * scales[scaleOffset + row];
        }
    }

    /// Two products of 127 · 127 fit into a short, so every second addition is made there.
    private static int dot(short[] query, byte[] rows, int offset, int length) {
        int lanes = SHORTS.length();
        IntVector sum0 = IntVector.zero(INTS);
        IntVector sum1 = IntVector.zero(INTS);
        for (int i = 0; i < length; i += 2 * lanes) {
            ShortVector products = shorts(rows, offset + i)
                    .mul(ShortVector.fromArray(SHORTS, query, i))
                    .add(shorts(rows, offset + i + lanes).mul(ShortVector.fromArray(SHORTS, query, i + lanes)));
            sum0 = sum0.add(products.convertShape(VectorOperators.S2I, INTS, 0));
            sum1 = sum1.add(products.convertShape(VectorOperators.S2I, INTS, 1));
        }
        return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    }

    private static ShortVector shorts(byte[] bytes, int offset) {
        return (ShortVector) ByteVector.fromArray(BYTES, bytes, offset).convertShape(VectorOperators.B2S, SHORTS, 0);
    }

    @Override
    public void maxDots(QueryTokens query, byte[] rows, int offset, int count, short[] best, int bestOffset) {
        if (SHORTS.length() > QueryTokens.LANES) {
            plain.maxDots(query, rows, offset, count, best, bestOffset);
            return;
        }
        for (int from = 0; from < query.count(); from += SHORTS.length()) {
            ShortVector block = maxDots(query, from, rows, offset, count);
            if (query.count() - from >= SHORTS.length()) {
                block.intoArray(best, bestOffset + from);
            } else {
                block.intoArray(best, bestOffset + from, SHORTS.indexInRange(from, query.count()));
            }
        }
    }

    /// Lanes are query tokens; see [VectorMath] for why 16 bits hold the sums.
    private static ShortVector maxDots(QueryTokens query, int from, byte[] rows, int offset, int count) {
        short[] columns = query.columns();
        int stride = query.paddedCount();
        ShortVector best = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);
        for (int row = 0; row < count; row++) {
            int at = offset + row * TokenVectors.DIMENSION;
            ShortVector even = ShortVector.zero(SHORTS);
            ShortVector odd = ShortVector.zero(SHORTS);
            for (int d = 0; d < TokenVectors.DIMENSION; d += 2) {
                int column = d * stride + from;
                even = even.add(ShortVector.fromArray(SHORTS, columns, column).mul((short) rows[at + d]));
                odd = odd.add(
                        ShortVector.fromArray(SHORTS, columns, column + stride).mul((short) rows[at + d + 1]));
            }
            best = best.max(even.add(odd));
        }
        return best;
    }
}
