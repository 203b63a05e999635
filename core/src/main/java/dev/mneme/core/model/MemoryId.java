package dev.mneme.core.model;

import java.time.Instant;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A memory's id: a UUIDv8 of 48 bits of time (epoch milliseconds), the 12 bits of the owner's slot, and 62 random
/// bits. So the shard can be found by the id alone. Ids of another form are valid too (only an admin's import can bring
/// one), but every shard must be asked for them.
public record MemoryId(UUID value) implements Comparable<MemoryId> {
    private static final long VERSION_8 = 0x8000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    public static MemoryId create(Instant at, int slot, RandomGenerator random) {
        long high = (at.toEpochMilli() << 16) | VERSION_8 | slot;
        long low = (random.nextLong() >>> 2) | VARIANT;
        return new MemoryId(new UUID(high, low));
    }

    /// Reads the canonical form, 36 characters.
    ///
    /// @throws MnemeException `not_found`, since no memory can have such an id
    public static MemoryId parse(String text) {
        if (text.length() == 36) {
            try {
                return new MemoryId(UUID.fromString(text));
            } catch (IllegalArgumentException e) {
                throw new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id.", e);
            }
        }
        throw new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id.");
    }

    /// The owner's slot, if this is an id of Mneme's form.
    public OptionalInt slot() {
        boolean ours = value.version() == 8 && value.variant() == 2;
        return ours ? OptionalInt.of((int) (value.getMostSignificantBits() & 0xfff)) : OptionalInt.empty();
    }

    /// Compares unsigned bytes, as the tables do.
    @Override
    public int compareTo(MemoryId other) {
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
