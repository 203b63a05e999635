package dev.mneme.engine.log;

import org.jspecify.annotations.Nullable;

/// What recovery knows of one shard. Owned by the recovering thread.
final class ShardTail {
    private long last;
    private long term;
    private final EntryTable entries;
    private @Nullable Gap gap;

    ShardTail(long last, long term) {
        this.last = last;
        this.term = term;
        this.entries = new EntryTable(last + 1);
    }

    /// Entries up to `upTo` are lost: only who has a checkpoint of them can go on.
    record Gap(long upTo, RecoveryReport.Damage damage) {}

    long last() {
        return last;
    }

    long term() {
        return term;
    }

    EntryTable entries() {
        return entries;
    }

    @Nullable
    Gap gap() {
        return gap;
    }

    /// Whether the record can follow what was read so far.
    boolean accepts(LogRecord head) {
        return switch (head.kind()) {
            case LogRecord.ENTRY -> head.index() == last + 1;
            case LogRecord.CUT_BACK -> head.index() >= 1 && head.index() <= last + 1;
            default -> false;
        };
    }

    void apply(LogRecord head, LogPosition place) {
        term = head.term();
        if (head.kind() == LogRecord.CUT_BACK) {
            last = head.index() - 1;
            entries.cutBack(head.index());
        } else {
            last = head.index();
            entries.add(place.segment(), place.offset());
        }
    }

    boolean isAt(long index, long atTerm) {
        return last == index && term == atTerm;
    }

    /// Goes on behind a damaged region, in which the shard had something.
    void skipTo(long index, long atTerm, RecoveryReport.Damage damage) {
        gap = new Gap(Math.max(index, last), damage);
        last = index;
        term = atTerm;
        entries.restart(index + 1);
    }

    /// Nothing is known of the shard's end.
    void lose(RecoveryReport.Damage damage) {
        gap = new Gap(Long.MAX_VALUE, damage);
    }
}
