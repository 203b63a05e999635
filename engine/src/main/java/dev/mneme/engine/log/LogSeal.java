package dev.mneme.engine.log;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// What gives a log's batches their MAC, HMAC-SHA256 under one key, so that nobody without the key can
/// make a batch that recovery would apply. Thread-safe.
public final class LogSeal {
    /// Batches without a MAC, as tests of the log alone write them.
    public static final LogSeal NONE = new LogSeal(null);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_ID_AT = 64;
    private static final int KEY_ID = 1;
    private static final int MAC_AT = 72;
    static final int MAC_LENGTH = 32;
    private static final byte[] ZEROS = new byte[MAC_LENGTH];

    private final @Nullable SecretKeySpec key;

    private LogSeal(@Nullable SecretKeySpec key) {
        this.key = key;
    }

    public static LogSeal under(byte[] key) {
        return new LogSeal(new SecretKeySpec(key, ALGORITHM));
    }

    /// Puts the MAC into a batch, whose checksum comes after.
    void into(ByteBuffer batch, int length) {
        if (key == null) {
            return;
        }
        batch.putInt(KEY_ID_AT, KEY_ID);
        batch.put(MAC_AT, mac(key, batch, length));
    }

    /// Whether a batch with a good checksum was written under this key.
    boolean sound(ByteBuffer batch, int length) {
        if (key == null) {
            return true;
        }
        byte[] carried = new byte[MAC_LENGTH];
        batch.get(MAC_AT, carried);
        return batch.getInt(KEY_ID_AT) == KEY_ID && MessageDigest.isEqual(carried, mac(key, batch, length));
    }

    /// The MAC of something else than a batch; zeros without a key.
    byte[] mac(ByteBuffer bytes) {
        if (key == null) {
            return new byte[MAC_LENGTH];
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(bytes.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /// Whether this is its MAC under this key.
    boolean sound(ByteBuffer bytes, byte[] carried) {
        return key == null || MessageDigest.isEqual(carried, mac(bytes));
    }

    /// Of the batch with zeros for the checksum and for the MAC.
    private static byte[] mac(SecretKeySpec key, ByteBuffer batch, int length) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(batch.slice(0, BatchHeader.CHECKSUM_AT));
            mac.update(ZEROS, 0, Integer.BYTES);
            int after = BatchHeader.CHECKSUM_AT + Integer.BYTES;
            mac.update(batch.slice(after, MAC_AT - after));
            mac.update(ZEROS);
            mac.update(batch.slice(MAC_AT + MAC_LENGTH, length - MAC_AT - MAC_LENGTH));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
