package dev.mneme.engine.index;

import dev.mneme.core.model.TokenVectors;
import java.util.Arrays;

/// Plain loops: for a JVM without the Vector API.
final class PlainVectorMath implements VectorMath {
    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) { // four sums, so that additions need not wait for each other
            sum0 += a[aOffset + i] * b[bOffset + i];
            sum1 += a[aOffset + i + 1] * b[bOffset + i + 1];
            sum2 += a[aOffset + i + 2] * b[bOffset + i + 2];
            sum3 += a[aOffset + i + 3] * b[bOffset + i + 3];
        }
        for (; i < length; i++) {
            sum0 += a[aOffset + i] * b[bOffset + i];
        }
        return (sum0 + sum1) + (sum2 + sum3);
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
        for (int row = 0; row < count; row++) {
            int from = offset + row * query.length;
            int sum = 0;
            for (int i = 0; i < query.length; i++) {
                sum += query[i] * rows[from + i];
            }
            out[outOffset + row] = sum * scales[scaleOffset + row];
        }
    }

    @Override
    public void maxDots(QueryTokens query, byte[] rows, int offset, int count, short[] best, int bestOffset) {
        int tokens = query.paddedCount();
        short[] columns = query.columns();
        int[] sums = new int[tokens];
        Arrays.fill(best, bestOffset, bestOffset + query.count(), Short.MIN_VALUE);
        for (int row = 0; row < count; row++) {
            Arrays.fill(sums, 0);
            for (int d = 0; d < TokenVectors.DIMENSION; d++) {
                int x = rows[offset + row * TokenVectors.DIMENSION + d];
                for (int j = 0; j < tokens; j++) {
                    sums[j] += columns[d * tokens + j] * x;
                }
            }
            for (int j = 0; j < query.count(); j++) {
                best[bestOffset + j] = (short) Math.max(best[bestOffset + j], sums[j]);
            }
        }
    }
}
