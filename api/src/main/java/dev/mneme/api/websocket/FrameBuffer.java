package dev.mneme.api.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The server's frames (RFC 6455 §5.2: never masked), gathered for one write.
///
/// **Threads**: one.
final class FrameBuffer {
    private static final int LAST = 0x80;
    private static final int TEXT = LAST | 1;
    private static final int CLOSE = LAST | 8;
    private static final int PING = LAST | 9;
    private static final int PONG = LAST | 10;
    private static final int MAX_REASON_BYTES = 123;

    private static final int FIRST_BYTES = 256;
    private static final int KEPT_BYTES = 2 << 10;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    /// A text message of these parts, which are UTF-8.
    void text(byte[]... parts) {
        long length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        header(TEXT, length);
        for (byte[] part : parts) {
            put(part, part.length);
        }
    }

    void ping() {
        header(PING, 0);
    }

    void pong(byte[] payload) {
        header(PONG, payload.length);
        put(payload, payload.length);
    }

    /// @param reason cut to what a control frame can hold
    void close(int code, String reason) {
        byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, MAX_REASON_BYTES);
        while (length > 0 && length < utf8.length && (utf8[length] & 0xc0) == 0x80) {
            length--;
        }
        header(CLOSE, length + 2);
        put((byte) (code >>> 8));
        put((byte) code);
        put(utf8, length);
    }

    private void header(int first, long length) {
        put((byte) first);
        if (length < 126) {
            put((byte) length);
        } else if (length < 1 << 16) {
            put((byte) 126);
            number(length, 2);
        } else {
            put((byte) 127);
            number(length, 8);
        }
    }

    private void number(long value, int octets) {
        for (int i = octets - 1; i >= 0; i--) {
            put((byte) (value >>> (8 * i)));
        }
    }

    private void put(byte octet) {
        ensure(1);
        bytes[size++] = octet;
    }

    private void put(byte[] some, int length) {
        ensure(length);
        System.arraycopy(some, 0, bytes, size, length);
        size += length;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    int size() {
        return size;
    }

    /// The array that holds the frames in its first [#size] bytes.
    byte[] array() {
        return bytes;
    }

    /// Drops the frames, and the memory that a large one took.
    void clear() {
        size = 0;
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
    }
}
