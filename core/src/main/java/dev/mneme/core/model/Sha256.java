package dev.mneme.core.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// SHA-256 of many short texts. Copying a digest is several times as fast as looking one up in the JDK.
///
/// **Threads**: any number may call; the digest that is copied never changes.
public final class Sha256 {
    private static final MessageDigest EMPTY = empty();

    private Sha256() {}

    private static MessageDigest empty() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The 32 bytes of the digest.
    public static byte[] of(byte[] bytes) {
        try {
            return ((MessageDigest) EMPTY.clone()).digest(bytes);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }
}
