package dev.mneme.engine.codec;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Timestamp;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads what [ByteWriter] wrote.
///
/// **Failures**: `INTEGRITY_VIOLATION` when the bytes end too early, or a length is impossible.
public final class ByteReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int at;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Reads a whole record.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` for bytes that mean nothing possible
    public static <T> T decode(byte[] bytes, Function<ByteReader, T> fields) {
        try {
            return fields.apply(new ByteReader(bytes));
        } catch (MnemeException e) {
            throw e.code() == ErrorCode.INTEGRITY_VIOLATION ? e : damaged(e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw damaged(e);
        }
    }

    public boolean hasMore() {
        return at < bytes.length;
    }

    public byte[] raw(int length) {
        int from = take(length);
        return Arrays.copyOfRange(bytes, from, from + length);
    }

    /// The bytes that are left.
    public byte[] rest() {
        return raw(bytes.length - at);
    }

    public int u8() {
        return bytes[take(1)] & 0xff;
    }

    public boolean bool() {
        return u8() != 0;
    }

    public long fixed64() {
        return (long) LONGS.get(bytes, take(Long.BYTES));
    }

    public long unsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw damaged();
    }

    public long signed() {
        long zigzag = unsigned();
        return (zigzag >>> 1) ^ -(zigzag & 1);
    }

    /// A count of things that take at least one byte each.
    public int count() {
        long count = unsigned();
        if (count < 0 || count > bytes.length - at) {
            throw damaged();
        }
        return (int) count;
    }

    public byte[] bytes() {
        return raw(count());
    }

    public String string() {
        int length = count();
        return new String(bytes, take(length), length, StandardCharsets.UTF_8);
    }

    public @Nullable String nullableString() {
        return bool() ? string() : null;
    }

    public Instant instant() {
        return Instant.ofEpochMilli(signed());
    }

    public @Nullable Timestamp nullableTimestamp() {
        return switch (u8()) {
            case 0 -> null;
            case 1 -> Timestamp.of(instant());
            case 2 -> timestampWithOffset();
            default -> throw damaged();
        };
    }

    Timestamp timestampWithOffset() {
        Instant at = instant();
        long seconds = signed();
        if (seconds < ZoneOffset.MIN.getTotalSeconds() || seconds > ZoneOffset.MAX.getTotalSeconds()) {
            throw damaged();
        }
        return new Timestamp(at, ZoneOffset.ofTotalSeconds((int) seconds));
    }

    public @Nullable Instant nullableInstant() {
        return bool() ? instant() : null;
    }

    public float[] floats() {
        float[] values = new float[count()];
        int from = take(values.length * 4);
        ByteBuffer.wrap(bytes, from, values.length * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    private int take(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw damaged();
        }
        int from = at;
        at += length;
        return from;
    }

    private static MnemeException damaged() {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "A stored record is damaged: its fields do not fit its length. Run mneme verify.");
    }

    private static MnemeException damaged(RuntimeException cause) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "A stored record is damaged: a field holds what cannot be. Run mneme verify.",
                cause);
    }
}
