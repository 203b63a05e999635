package dev.mneme.engine.integrity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// HMAC-SHA256 under one key (RFC 2104, FIPS 198-1). The digests that have taken in the padded key are
/// made once and copied for each message, which halves the work for a short one; so nothing here
/// changes, and any number of threads may use it.
final class Hmac {
    /// How long a MAC is.
    static final int LENGTH = 32;

    private static final int BLOCK = 64;

    private final MessageDigest inner;
    private final MessageDigest outer;

    /// @param key at most 64 bytes
    Hmac(byte[] key) {
        if (key.length > BLOCK) {
            throw new IllegalArgumentException("a key of more than " + BLOCK + " bytes");
        }
        inner = padded(key, 0x36);
        outer = padded(key, 0x5c);
    }

    private static MessageDigest padded(byte[] key, int pad) {
        byte[] block = Arrays.copyOf(key, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            block[i] ^= (byte) pad;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(block);
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// A digest for the message, to hand to [#mac].
    MessageDigest begin() {
        return copy(inner);
    }

    /// The MAC of what `message` has taken in.
    byte[] mac(MessageDigest message) {
        MessageDigest whole = copy(outer);
        whole.update(message.digest());
        return whole.digest();
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }
}
