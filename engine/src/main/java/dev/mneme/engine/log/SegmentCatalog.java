package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal.Vote;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is durable in the open log, and which segments hold it. Thread-safe: every method holds this object's
/// monitor, for a short time, and does no I/O.
///
/// Segments go oldest first, and never the newest: its header keeps what is said of the shards when no entry of
/// theirs is left. One that somebody reads stays until he has read it.
final class SegmentCatalog {
    private static final int MOST_READ = 4096;

    private final int maxSegments;
    private final Deque<Long> segments;
    private final LogContents contents;
    private final Set<Integer> released = new LinkedHashSet<>();
    private final TreeMap<Long, Integer> readers = new TreeMap<>();
    private final Map<Integer, ShardHolds> holds = new HashMap<>();

    SegmentCatalog(List<Long> segments, LogContents contents, int maxSegments) {
        this.segments = new ArrayDeque<>(segments);
        this.contents = contents;
        this.maxSegments = maxSegments;
    }

    synchronized void started(long sequence) {
        segments.addLast(sequence);
        limitHolds();
    }

    /// Records became durable.
    ///
    /// @param at where the first one lies
    synchronized void committed(List<NumberedRecord> records, LogPosition at) {
        long offset = at.offset();
        for (NumberedRecord record : records) {
            LogRecord head = record.head();
            contents.apply(head, new LogPosition(at.segment(), offset), record.payload());
            offset += head.length();
            reshaped(head);
        }
    }

    private void reshaped(LogRecord head) {
        ShardHolds held = holds.get(head.shard());
        if (held == null) {
            return;
        }
        switch (head.kind()) {
            case LogRecord.TRUNCATE -> held.endBefore(held(head.shard()).last() + 1);
            case LogRecord.RESET, LogRecord.DROP -> held.loseAll();
            default -> {}
        }
    }

    /// The shards as a header says them.
    synchronized List<ShardState> states() {
        return contents.states();
    }

    /// The shard's state; null when it is not there.
    synchronized @Nullable ShardState state(int shard) {
        ShardLog log = contents.find(shard);
        return log == null ? null : log.state();
    }

    /// The shard as it would stand without the entries at or above an index, and what is released of it now.
    synchronized ShardState stateBelow(int shard, long index) {
        ShardLog log = held(shard);
        ShardState now = log.state();
        return new ShardState(
                shard, log.lastBelow(index), log.termBelow(index), log.first(), now.vote(), now.members());
    }

    /// What keeps the shard from being appended to; null when it is sound.
    synchronized RecoveryReport.@Nullable Damage damage(int shard) {
        ShardLog.Gap gap = held(shard).gap();
        return gap == null ? null : gap.damage();
    }

    private ShardLog held(int shard) {
        ShardLog log = contents.find(shard);
        if (log == null) {
            throw Refusals.unknownShard(shard);
        }
        return log;
    }

    synchronized SortedSet<ShardId> shards() {
        SortedSet<ShardId> shards = new TreeSet<>();
        contents.shards().forEach(shard -> shards.add(new ShardId(shard.id())));
        return shards;
    }

    synchronized long firstIndex(ShardId shard) {
        return held(shard.value()).first();
    }

    synchronized long lastIndex(ShardId shard) {
        return held(shard.value()).last();
    }

    synchronized long lastTerm(ShardId shard) {
        return held(shard.value()).term();
    }

    synchronized Vote vote(ShardId shard) {
        return held(shard.value()).vote();
    }

    synchronized byte[] members(ShardId shard) {
        return held(shard.value()).members().clone();
    }

    synchronized void releaseBefore(ShardId shard, long index) {
        ShardLog log = held(shard.value());
        ShardHolds held = holdsOf(shard.value());
        held.ask(Math.min(index, log.last() + 1));
        release(log, Math.min(index, held.hindmost()));
        limitHolds();
    }

    private ShardHolds holdsOf(int shard) {
        return holds.computeIfAbsent(shard, none -> new ShardHolds());
    }

    private void release(ShardLog log, long index) {
        if (log.release(index)) {
            released.add(log.id());
        }
    }

    /// Loses the holds that alone keep the segments above the limit.
    private void limitHolds() {
        pinned().forEach((shard, before) -> {
            ShardHolds held = holdsOf(shard.value());
            held.loseBelow(before);
            release(held(shard.value()), held.releasable());
        });
    }

    synchronized ShardHolds.Held hold(ShardId shard, long from) {
        ShardLog log = held(shard.value());
        if (from < log.first()) {
            throw Refusals.released(shard, from, log.first());
        }
        return holdsOf(shard.value()).begin(from);
    }

    synchronized void advance(ShardId shard, ShardHolds.Held hold, long index) {
        holdsOf(shard.value()).advance(hold, index);
        releaseWhatNobodyHolds(shard);
    }

    synchronized void end(ShardId shard, ShardHolds.Held hold) {
        holdsOf(shard.value()).end(hold);
        releaseWhatNobodyHolds(shard);
    }

    synchronized boolean isLost(ShardId shard, ShardHolds.Held hold) {
        return holdsOf(shard.value()).isLost(hold);
    }

    private void releaseWhatNobodyHolds(ShardId shard) {
        ShardLog log = contents.find(shard.value());
        if (log != null) { // it may have been dropped
            release(log, holdsOf(shard.value()).releasable());
        }
    }

    /// What was released since this was last asked, to be written down with whatever is written next.
    ///
    /// @param most how many there is room for
    synchronized List<NumberedRecord> takeReleases(long most) {
        List<NumberedRecord> records = new ArrayList<>();
        Iterator<Integer> each = released.iterator();
        while (each.hasNext() && records.size() < most) {
            ShardLog shard = contents.find(each.next());
            if (shard != null) { // as far as it is released now: it may have been truncated or reset since
                records.add(NumberedRecord.release(shard.id(), shard.state().released()));
            }
            each.remove();
        }
        return records;
    }

    /// Where a shard's entries lie from an index on. They stay there until [#endReading].
    ///
    /// @param shard its id
    /// @param indexes of entries, in order
    /// @param places of them
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Reading(int shard, long[] indexes, LogPosition[] places) {
        boolean isEmpty() {
            return places.length == 0;
        }
    }

    synchronized Reading beginReading(ShardId shard, long from) {
        ShardLog log = held(shard.value());
        ShardLog.Gap gap = log.gap();
        if (gap != null && from <= gap.upTo()) {
            throw Refusals.violation(gap.damage());
        }
        if (from < log.first()) {
            throw Refusals.released(shard, from, log.first());
        }
        EntryTable entries = log.entries();
        long slot = entries.slotFrom(from);
        int count = (int) Math.min(MOST_READ, entries.end() - slot);
        long[] indexes = new long[count];
        LogPosition[] places = new LogPosition[count];
        for (int i = 0; i < count; i++) {
            indexes[i] = entries.index(slot + i);
            places[i] = entries.place(slot + i);
        }
        Reading reading = new Reading(shard.value(), indexes, places);
        if (!reading.isEmpty()) {
            readers.merge(places[0].segment(), 1, Integer::sum);
        }
        return reading;
    }

    /// Of a reading that has entries.
    ///
    /// @return whether it may have kept a segment that nobody needs
    synchronized boolean endReading(Reading reading) {
        long segment = reading.places()[0].segment();
        readers.merge(segment, -1, (was, less) -> was + less == 0 ? null : was + less);
        return segment <= oldest();
    }

    /// The oldest segment, when nobody needs it.
    synchronized OptionalLong unneeded() {
        Long oldest = segments.peekFirst();
        return oldest == null || segments.size() == 1 || isNeeded(oldest)
                ? OptionalLong.empty()
                : OptionalLong.of(oldest);
    }

    private boolean isNeeded(long segment) {
        return (!readers.isEmpty() && readers.firstKey() <= segment)
                || contents.shards().stream().anyMatch(shard -> shard.oldestNeeded() <= segment);
    }

    synchronized void deleted(long sequence) {
        if (oldest() == sequence) {
            segments.removeFirst();
        }
    }

    /// The sequence number of the oldest segment; 0 when there is none.
    synchronized long oldest() {
        Long oldest = segments.peekFirst();
        return oldest == null ? 0 : oldest;
    }

    synchronized int count() {
        return segments.size();
    }

    /// Shards that hold back the segments above the limit, and before which index each must release.
    synchronized Map<ShardId, Long> pinning() {
        return pinned();
    }

    private Map<ShardId, Long> pinned() {
        Map<ShardId, Long> pinning = new HashMap<>();
        segments.stream()
                .limit(Math.max(0, segments.size() - maxSegments))
                .reduce((older, newer) -> newer)
                .ifPresent(segment -> contents.shards().forEach(shard -> {
                    long pinned = shard.pinned(segment);
                    if (pinned > 0) {
                        pinning.put(new ShardId(shard.id()), pinned);
                    }
                }));
        return pinning;
    }
}
