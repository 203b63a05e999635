package dev.mneme.engine.log;

/// One segment, and up to which index each shard needs it: 0 for a shard without an entry in it. Guarded by the
/// catalog that holds it.
final class SegmentNeeds {
    private final long sequence;
    private final long[] needed;

    SegmentNeeds(long sequence, int shards) {
        this.sequence = sequence;
        this.needed = new long[shards];
    }

    long sequence() {
        return sequence;
    }

    void holds(int shard, long index) {
        needed[shard] = Math.max(needed[shard], index);
    }

    /// The index that `shard` must have checkpointed before this segment can go. What was cut back since is not
    /// needed.
    long needs(int shard, long lastIndex) {
        return Math.min(needed[shard], lastIndex);
    }
}
