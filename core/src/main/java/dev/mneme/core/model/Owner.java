package dev.mneme.core.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Whose data it is: the unit of isolation, order and placement. Immutable for the life of a memory.
public record Owner(String project, OwnerKind kind, String id) {
    public static final String DEFAULT_PROJECT = "default";

    /// How many slots there are, for ever: a slot is what is assigned to shards.
    public static final int SLOTS = 4096;

    public Owner {
        ScopeIds.checkId(kind, id);
    }

    public static Owner user(String id) {
        return new Owner(DEFAULT_PROJECT, OwnerKind.USER, id);
    }

    /// The server itself, as the owner of what it keeps of its own in the system shard.
    ///
    /// @param what the name of that, such as `keys`
    public static Owner ofServer(String what) {
        return new Owner("system", OwnerKind.APP, what);
    }

    /// `murmur3_32(length-prefixed project, kind, id) mod 4096`, seed 0, over UTF-8 with 4-byte big-endian
    /// lengths. Never changes (golden vectors in `OwnerTest`).
    public int slot() {
        return Integer.remainderUnsigned(Murmur3.hash32(bytes()), SLOTS);
    }

    /// The first 16 bytes of SHA-256 over the same length-prefixed parts: the owner's name in table
    /// keys, which says nothing of the owner.
    public byte[] hash() {
        return Arrays.copyOf(Sha256.of(bytes()), 16);
    }

    private byte[] bytes() {
        byte[] projectBytes = project.getBytes(StandardCharsets.UTF_8);
        byte[] kindBytes = kind.wireName().getBytes(StandardCharsets.UTF_8);
        byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(12 + projectBytes.length + kindBytes.length + idBytes.length)
                .putInt(projectBytes.length)
                .put(projectBytes)
                .putInt(kindBytes.length)
                .put(kindBytes)
                .putInt(idBytes.length)
                .put(idBytes)
                .array();
    }
}
