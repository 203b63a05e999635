package dev.mneme.engine.index;

/// The inner loops of a search. Implementations agree: exactly on integers, and up to rounding on floats.
///
/// Integer vectors are bytes of −127 to 127 whose length is at most 131, which is what a unit vector times 127 has
/// after rounding. Sums of their products then stay within 16 bits at every step (Cauchy–Schwarz).
///
/// **Threads**: any number may call.
interface VectorMath {
    /// With the Vector API if this JVM was started with `--add-modules jdk.incubator.vector`, otherwise plain Java.
    VectorMath BEST = best();

    float dot(float[] a, int aOffset, float[] b, int bOffset, int length);

    /// `out[outOffset + i] = query · row i`, for `count` rows of the query's length from `rows[offset]`.
    void dots(float[] query, float[] rows, int offset, int count, float[] out, int outOffset);

    /// `out[outOffset + i] = (query · row i) · scales[scaleOffset + i]`, for `count` rows of bytes.
    ///
    /// @param query integers of −127 to 127
    void dots(
            short[] query,
            byte[] rows,
            int offset,
            int count,
            float[] scales,
            int scaleOffset,
            float[] out,
            int outOffset);

    /// `best[bestOffset + j]` = the greatest product of query token j with any of the `count` token rows, at least one.
    void maxDots(QueryTokens query, byte[] rows, int offset, int count, short[] best, int bestOffset);

    private static VectorMath best() {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return present ? new SimdVectorMath() : new PlainVectorMath();
    }
}
