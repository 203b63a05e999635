package dev.mneme.engine.log;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Which segments there are, what each shard still needs of them, and how far each shard is. Thread-safe: every
/// method holds this object's monitor, for a short time, and does no I/O.
///
/// Segments go oldest first, and never the newest: its header keeps the shards' last indexes when no entry of
/// theirs is left.
final class SegmentCatalog {
    private final int maxSegments;
    private final Deque<SegmentNeeds> segments;
    private final long[] lastIndexes;
    private final long[] checkpoints;

    SegmentCatalog(List<SegmentNeeds> segments, long[] lastIndexes, int maxSegments) {
        this.segments = new ArrayDeque<>(segments);
        this.lastIndexes = lastIndexes.clone();
        this.checkpoints = new long[lastIndexes.length];
        this.maxSegments = maxSegments;
    }

    synchronized void started(long sequence) {
        segments.addLast(new SegmentNeeds(sequence, lastIndexes.length));
    }

    /// Records of the newest segment became durable.
    synchronized void committed(List<NumberedRecord> records) {
        SegmentNeeds newest = segments.getLast();
        for (NumberedRecord record : records) {
            LogRecord head = record.head();
            if (head.kind() == LogRecord.ENTRY) {
                newest.holds(head.shard(), head.index());
            }
            lastIndexes[head.shard()] = record.lastIndex();
        }
    }

    synchronized long lastIndex(int shard) {
        return lastIndexes[shard];
    }

    synchronized void checkpointed(int shard, long index) {
        checkpoints[shard] = Math.max(checkpoints[shard], index);
    }

    /// The oldest segment, when nobody needs it.
    synchronized OptionalLong unneeded() {
        SegmentNeeds oldest = segments.peekFirst();
        return oldest == null || segments.size() == 1 || isNeeded(oldest)
                ? OptionalLong.empty()
                : OptionalLong.of(oldest.sequence());
    }

    private boolean isNeeded(SegmentNeeds segment) {
        for (int shard = 0; shard < checkpoints.length; shard++) {
            if (segment.needs(shard, lastIndexes[shard]) > checkpoints[shard]) {
                return true;
            }
        }
        return false;
    }

    synchronized void deleted(long sequence) {
        if (oldest() == sequence) {
            segments.removeFirst();
        }
    }

    /// The sequence number of the oldest segment; 0 when there is none.
    synchronized long oldest() {
        SegmentNeeds oldest = segments.peekFirst();
        return oldest == null ? 0 : oldest.sequence();
    }

    synchronized int count() {
        return segments.size();
    }

    /// Shards that hold back the segments above the limit, and the index that each must pass.
    synchronized Map<Integer, Long> pinning() {
        Map<Integer, Long> pinning = new HashMap<>();
        segments.stream()
                .limit(Math.max(0, segments.size() - maxSegments))
                .forEach(segment -> addPins(segment, pinning));
        return pinning;
    }

    private void addPins(SegmentNeeds segment, Map<Integer, Long> pinning) {
        for (int shard = 0; shard < checkpoints.length; shard++) {
            long needs = segment.needs(shard, lastIndexes[shard]);
            if (needs > checkpoints[shard]) {
                pinning.merge(shard, needs, Math::max);
            }
        }
    }
}
