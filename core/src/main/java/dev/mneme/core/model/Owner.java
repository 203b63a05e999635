package dev.mneme.core.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Whose data it is. Data are isolated, ordered and placed by owner. A memory's owner never changes.
public record Owner(String project, OwnerKind kind, String id) {
    public static final String DEFAULT_PROJECT = "default";

    private static final String SERVER = "system";

    /// The number of slots, which never changes. Slots are assigned to shards.
    public static final int SLOTS = 4096;

    public Owner {
        ScopeIds.checkId(kind, id);
    }

    public static Owner user(String id) {
        return new Owner(DEFAULT_PROJECT, OwnerKind.USER, id);
    }

    /// The server itself, as the owner of its own data in the system shard.
    ///
    /// @param what the name of those data, such as `keys`
    public static Owner ofServer(String what) {
        return new Owner(SERVER, OwnerKind.APP, what);
    }

    /// Whether its data are the server's own.
    public boolean isOfServer() {
        return project.equals(SERVER);
    }

    /// `murmur3_32(length-prefixed project, kind, id) mod 4096` with seed 0, over UTF-8 with 4-byte big-endian lengths.
    /// It never changes (golden vectors in `OwnerTest`).
    public int slot() {
        return Integer.remainderUnsigned(Murmur3.hash32(bytes()), SLOTS);
    }

    /// The first 16 bytes of SHA-256 over the same length-prefixed parts. Table keys use it as the owner's name, since
    /// it reveals nothing about the owner.
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
