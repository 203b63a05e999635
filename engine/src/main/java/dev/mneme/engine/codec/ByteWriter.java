package dev.mneme.engine.codec;

import dev.mneme.core.model.Timestamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes fields one after another. Integers are LEB128 (signed ones zigzag), fixed ones big-endian, strings UTF-8 with
/// their length; a nullable field begins with a byte 0 or 1. [ByteReader] reads them back.
public final class ByteWriter {
    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(256);
    }

    public ByteWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public ByteWriter raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    public ByteWriter u8(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    /// Fixed eight bytes, big-endian: sorts as an unsigned number.
    public ByteWriter fixed64(long value) {
        reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    public ByteWriter unsigned(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    public ByteWriter signed(long value) {
        return unsigned((value << 1) ^ (value >> 63));
    }

    public ByteWriter bytes(byte[] value) {
        return unsigned(value.length).raw(value);
    }

    public ByteWriter string(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public ByteWriter nullableString(@Nullable String value) {
        bool(value != null);
        return value == null ? this : string(value);
    }

    public ByteWriter instant(Instant value) {
        return signed(value.toEpochMilli());
    }

    /// As [#nullableInstant]; a timestamp with an offset has 2 instead of 1, and the offset's seconds follow.
    public ByteWriter nullableTimestamp(@Nullable Timestamp value) {
        return value == null ? u8(0) : u8(value.offset() == null ? 1 : 2).timestamp(value);
    }

    /// An instant, and the seconds of the offset if it has one.
    ByteWriter timestamp(Timestamp value) {
        ZoneOffset offset = value.offset();
        instant(value.at());
        return offset == null ? this : signed(offset.getTotalSeconds());
    }

    public ByteWriter nullableInstant(@Nullable Instant value) {
        bool(value != null);
        return value == null ? this : instant(value);
    }

    public ByteWriter floats(float[] values) {
        unsigned(values.length);
        reserve(values.length * 4);
        ByteBuffer.wrap(bytes, size, values.length * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(values);
        size += values.length * 4;
        return this;
    }

    public int size() {
        return size;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
