package dev.mneme.engine.log;

import dev.mneme.core.spi.CommitLog;

/// A proposal that has got its index.
@SuppressWarnings("ArrayRecordComponent") // never compared; the array belongs to the log
record NumberedRecord(LogRecord head, byte[] payload, CommitLog.Callback callback) {
    private static final byte[] NOTHING = {};

    static NumberedRecord entry(Request.Entry entry, long index, long term) {
        int length = entry.payload().length;
        return new NumberedRecord(
                new LogRecord(LogRecord.ENTRY, entry.shard(), length, index, term), entry.payload(), entry.callback());
    }

    static NumberedRecord cutBack(Request.CutBack cut) {
        return new NumberedRecord(
                new LogRecord(LogRecord.CUT_BACK, cut.shard(), 0, cut.index(), cut.term()), NOTHING, cut.callback());
    }

    /// The shard's last index once this record is durable.
    long lastIndex() {
        return head.kind() == LogRecord.ENTRY ? head.index() : head.index() - 1;
    }
}
