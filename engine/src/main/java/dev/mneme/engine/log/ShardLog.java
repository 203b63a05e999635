package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal.Vote;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What the log holds of one shard. Recovery fills it, then the catalog of the open log keeps it up to date, both
/// record by record. Not thread-safe: guarded by whoever holds it.
///
/// ```text
///           base        released                 last
///    gone     |  released  |   can be read         |
///   ----------+------------+-----------------------+
/// ```
final class ShardLog {
    private final int id;
    private final EntryTable entries = new EntryTable();
    private long baseIndex;
    private long baseTerm;
    private long released;
    private long last;
    private long term;
    private Vote vote;
    private byte[] members;
    private @Nullable Gap gap;

    /// A shard of which the log holds nothing below this state.
    ShardLog(ShardState state) {
        id = state.id();
        vote = state.vote();
        members = state.members();
        restart(state.last(), state.term());
    }

    /// Entries up to `upTo` are lost: only who holds them elsewhere can go on.
    ///
    /// @param upTo [#ALL] when nothing is known of the shard's end
    record Gap(long upTo, RecoveryReport.Damage damage) {
        static final long ALL = Long.MAX_VALUE;
    }

    int id() {
        return id;
    }

    long last() {
        return last;
    }

    long term() {
        return term;
    }

    Vote vote() {
        return vote;
    }

    byte[] members() {
        return members;
    }

    EntryTable entries() {
        return entries;
    }

    @Nullable
    Gap gap() {
        return gap;
    }

    /// The lowest index from which on nothing is missing.
    long first() {
        return gap == null || gap.upTo() == Gap.ALL ? released : Math.max(released, gap.upTo() + 1);
    }

    ShardState state() {
        return new ShardState(id, last, term, released, vote, members);
    }

    /// Whether the record can follow what is there.
    boolean accepts(LogRecord head) {
        return switch (head.kind()) {
            case LogRecord.ENTRY -> head.index() > last && head.term() >= term;
            case LogRecord.TRUNCATE -> head.index() >= 1 && head.index() <= last + 1;
            case LogRecord.VOTE, LogRecord.MEMBERS, LogRecord.RELEASE -> true;
            case LogRecord.RESET -> head.index() >= 0 && head.term() >= 0;
            default -> false;
        };
    }

    /// @param payload of any record but an entry
    void apply(LogRecord head, LogPosition place, byte[] payload) {
        switch (head.kind()) {
            case LogRecord.ENTRY -> {
                last = head.index();
                term = head.term();
                entries.add(last, term, place);
            }
            case LogRecord.TRUNCATE -> truncateFrom(head.index(), lastThatStays(head, payload), head.term());
            case LogRecord.VOTE -> vote = new Vote(head.term(), new String(payload, StandardCharsets.UTF_8));
            case LogRecord.MEMBERS -> members = payload;
            case LogRecord.RELEASE -> release(head.index());
            case LogRecord.RESET -> {
                restart(head.index(), head.term());
                gap = null;
            }
            default -> throw new IllegalStateException("no record of a shard: " + head);
        }
    }

    /// The segments of what is void may be gone, and with them the only ones to know what was before it.
    private static long lastThatStays(LogRecord head, byte[] payload) {
        return payload.length == Long.BYTES ? ByteBuffer.wrap(payload).getLong() : head.index() - 1;
    }

    private void truncateFrom(long index, long newLast, long newTerm) {
        entries.cutFrom(entries.slotFrom(index));
        last = newLast;
        term = newTerm;
        released = Math.min(released, last + 1);
        if (entries.isEmpty()) {
            baseIndex = last;
            baseTerm = term;
        }
    }

    /// The last entry's index below `index`, or what the log begins after.
    long lastBelow(long index) {
        long slot = entries.slotFrom(index);
        return slot == entries.first() ? baseIndex : entries.index(slot - 1);
    }

    /// The term that belongs to [#lastBelow].
    long termBelow(long index) {
        long slot = entries.slotFrom(index);
        return slot == entries.first() ? baseTerm : entries.term(slot - 1);
    }

    /// Forgets what is below an index. One that covers a gap closes it.
    ///
    /// @return whether that says more than was said before
    boolean release(long index) {
        Gap lost = gap;
        if (lost != null && lost.upTo() != Gap.ALL && index > lost.upTo()) {
            gap = null;
        }
        long upTo = Math.min(index, last + 1);
        if (upTo <= released) {
            return false;
        }
        released = upTo;
        long slot = entries.slotFrom(upTo);
        if (slot > entries.first()) {
            baseIndex = entries.index(slot - 1);
            baseTerm = entries.term(slot - 1);
            entries.dropBefore(slot);
        }
        return true;
    }

    private void restart(long index, long newTerm) {
        entries.dropBefore(entries.end());
        baseIndex = index;
        baseTerm = newTerm;
        last = index;
        term = newTerm;
        released = index + 1;
    }

    /// Whether a later segment's header says that the shard stands elsewhere: then something is lost.
    boolean differs(ShardState header) {
        return last != header.last() || (last > 0 && term != header.term());
    }

    /// Goes on where a header says, behind a damaged region in which the shard had something.
    void skipTo(ShardState header, RecoveryReport.Damage damage) {
        gap = new Gap(Math.max(header.last(), last), damage);
        restart(header.last(), header.term());
        adopt(header);
    }

    /// Takes from a later segment's header what a damaged region may have hidden.
    void adopt(ShardState header) {
        vote = header.vote();
        members = header.members();
        release(header.released());
    }

    /// Nothing is known of the shard's end.
    void lose(RecoveryReport.Damage damage) {
        gap = new Gap(Gap.ALL, damage);
    }

    /// The oldest segment that this shard needs; [Long#MAX_VALUE] when it needs none.
    long oldestNeeded() {
        if (gap != null) {
            return 0;
        }
        return entries.isEmpty()
                ? Long.MAX_VALUE
                : entries.place(entries.first()).segment();
    }

    /// Before which index it must release so that it needs neither `segment` nor older ones; 0 when it needs none.
    long pinned(long segment) {
        Gap lost = gap;
        long pinned = lost == null || lost.upTo() == Gap.ALL ? 0 : lost.upTo() + 1;
        long slot = entries.slotAfter(segment);
        return slot == entries.first() ? pinned : Math.max(pinned, entries.index(slot - 1) + 1);
    }
}
