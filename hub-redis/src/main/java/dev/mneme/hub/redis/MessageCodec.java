package dev.mneme.hub.redis;

import io.lettuce.core.codec.RedisCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Channels as text, messages as bytes. Of what is too large nothing is copied.
final class MessageCodec implements RedisCodec<String, byte[]> {
    /// Stands for a message that is too large; known by its identity.
    private static final byte[] TOO_LARGE = new byte[0];

    private static final int MAX_CHANNEL_BYTES = 1_024;

    private final int maxMessageBytes;

    MessageCodec(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }

    @SuppressWarnings("ReferenceEquality") // an empty message is another thing
    static boolean tooLarge(byte[] message) {
        return message == TOO_LARGE;
    }

    @Override
    public String decodeKey(ByteBuffer bytes) {
        ByteBuffer first = bytes.slice(bytes.position(), Math.min(bytes.remaining(), MAX_CHANNEL_BYTES));
        return StandardCharsets.UTF_8.decode(first).toString();
    }

    @Override
    public byte[] decodeValue(ByteBuffer bytes) {
        if (bytes.remaining() > maxMessageBytes) {
            return TOO_LARGE;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    @Override
    public ByteBuffer encodeKey(String key) {
        return StandardCharsets.UTF_8.encode(key);
    }

    @Override
    public ByteBuffer encodeValue(byte[] value) {
        return ByteBuffer.wrap(value);
    }
}
