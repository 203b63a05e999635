package dev.mneme.core.spi;

/// Names a shard: those that hold owners are 0, 1, 2 …, and that of the server's own data is [#SYSTEM]. An id names one
/// shard for ever, wherever the shard lies; it is not a place in a list.
///
/// @param value 0 or more; -1 for the system's shard (`0xFFFFFFFF` on the disk)
public record ShardId(int value) implements Comparable<ShardId> {
    /// The shard of keys, projects, webhooks, jobs and settings.
    public static final ShardId SYSTEM = new ShardId(-1);

    public ShardId {
        if (value < -1) {
            throw new IllegalArgumentException("A shard's id is 0 or more, or -1 for the system's, was " + value + ".");
        }
    }

    /// The shard that is called this way: see [#toString].
    public static ShardId named(String name) {
        return name.equals(SYSTEM.toString()) ? SYSTEM : new ShardId(Integer.parseInt(name));
    }

    /// By number; the system's shard last.
    @Override
    public int compareTo(ShardId other) {
        return Integer.compareUnsigned(value, other.value);
    }

    /// As logs and messages name it: `3`, or `system`.
    @Override
    public String toString() {
        return value == SYSTEM.value ? "system" : Integer.toString(value);
    }
}
