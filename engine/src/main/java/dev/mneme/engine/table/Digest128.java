package dev.mneme.engine.table;

import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A hash of 128 bits, also read as a number modulo 2^128, so that hashes can be summed in any order.
public record Digest128(long high, long low) {
    public static final Digest128 ZERO = new Digest128(0, 0);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// How many bytes it is stored in.
    public static final int BYTES = 16;

    /// The 16 bytes at `at`, big-endian.
    public static Digest128 at(byte[] bytes, int at) {
        return new Digest128((long) LONGS.get(bytes, at), (long) LONGS.get(bytes, at + Long.BYTES));
    }

    /// Modulo 2^128.
    public Digest128 plus(Digest128 other) {
        long sum = low + other.low;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        return new Digest128(high + other.high + carry, sum);
    }

    /// Modulo 2^128.
    public Digest128 minus(Digest128 other) {
        long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        return new Digest128(high - other.high - borrow, low - other.low);
    }

    public boolean isZero() {
        return high == 0 && low == 0;
    }

    /// Writes the 16 bytes at `at`.
    public void into(byte[] bytes, int at) {
        LONGS.set(bytes, at, high);
        LONGS.set(bytes, at + Long.BYTES, low);
    }

    void write(ByteWriter out) {
        out.fixed64(high).fixed64(low);
    }

    static Digest128 read(ByteReader in) {
        return new Digest128(in.fixed64(), in.fixed64());
    }
}
