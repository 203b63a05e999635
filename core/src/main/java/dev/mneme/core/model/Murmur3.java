package dev.mneme.core.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// MurmurHash3_x86_32 with seed 0 (Austin Appleby, public domain: `MurmurHash3.cpp`). It is kept here because slots
/// must never change with a library.
final class Murmur3 {
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private Murmur3() {}

    static int hash32(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int h = 0;
        while (in.remaining() >= 4) {
            h = Integer.rotateLeft(h ^ mix(in.getInt()), 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int shift = 0; in.hasRemaining(); shift += 8) {
            tail |= (in.get() & 0xff) << shift;
        }
        h ^= mix(tail);
        h ^= bytes.length;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }

    private static int mix(int k) {
        return Integer.rotateLeft(k * C1, 15) * C2;
    }
}
