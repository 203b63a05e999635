package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A request that has become a record.
///
/// @param heard what its callback hears of: the entry's index, or the shard's last
/// @param callback null: nobody waits for it
@SuppressWarnings("ArrayRecordComponent") // never compared; the array belongs to the log
record NumberedRecord(LogRecord head, byte[] payload, long heard, Journal.@Nullable Callback callback) {
    private static final byte[] NOTHING = {};

    static NumberedRecord entry(Request.Entry entry, long index) {
        LogRecord head = new LogRecord(LogRecord.ENTRY, entry.shard(), entry.payload().length, index, entry.term());
        return new NumberedRecord(head, entry.payload(), index, entry.callback());
    }

    static NumberedRecord vote(Request.Vote vote, long last) {
        byte[] votedFor = ShardState.votedFor(vote.vote());
        LogRecord head = new LogRecord(
                LogRecord.VOTE, vote.shard(), votedFor.length, 0, vote.vote().term());
        return new NumberedRecord(head, votedFor, last, vote.callback());
    }

    static NumberedRecord members(Request.Members members, long last) {
        LogRecord head = new LogRecord(LogRecord.MEMBERS, members.shard(), members.members().length, 0, 0);
        return new NumberedRecord(head, members.members(), last, members.callback());
    }

    /// @param last the last entry that stays
    static NumberedRecord truncate(Request.Truncate truncate, long last, long term) {
        byte[] payload = ByteBuffer.allocate(Long.BYTES).putLong(last).array();
        LogRecord head = new LogRecord(LogRecord.TRUNCATE, truncate.shard(), payload.length, truncate.index(), term);
        return new NumberedRecord(head, payload, last, truncate.callback());
    }

    /// One without a payload.
    static NumberedRecord plain(byte kind, Request.Recorded request, long index, long term, long last) {
        return new NumberedRecord(
                new LogRecord(kind, request.shard(), 0, index, term), NOTHING, last, request.callback());
    }

    static NumberedRecord release(int shard, long index) {
        return new NumberedRecord(new LogRecord(LogRecord.RELEASE, shard, 0, index, 0), NOTHING, 0, null);
    }
}
