package dev.mneme.engine.log;

import dev.mneme.core.spi.Journal.Vote;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Where a shard stands between two records: what a segment's header says of each. Its bytes are drawn in
/// `SegmentHeader`.
///
/// @param id the shard's
/// @param last index of its last entry
/// @param term of that entry
/// @param released the first index that may still be needed
@SuppressWarnings("ArrayRecordComponent") // never compared; nobody writes into the array
record ShardState(int id, long last, long term, long released, Vote vote, byte[] members) {
    private static final int FIXED = 48;
    private static final int ALIGNMENT = 8;
    private static final byte[] NOTHING = {};

    /// A shard without an entry.
    static ShardState empty(int id) {
        return after(id, 0, 0);
    }

    /// A shard whose log holds nothing and goes on after an index.
    static ShardState after(int id, long last, long term) {
        return new ShardState(id, last, term, last + 1, Vote.NONE, NOTHING);
    }

    /// Bytes that it takes in a header.
    int length() {
        return length(votedFor(vote).length, members.length);
    }

    /// Whom the vote is for, as it is written.
    static byte[] votedFor(Vote vote) {
        return vote.votedFor().getBytes(StandardCharsets.UTF_8);
    }

    static int length(int votedFor, int members) {
        return FIXED + votedFor + members + ALIGNMENT - 1 & -ALIGNMENT;
    }

    /// Appends it at the buffer's position; what is not written stays zero.
    void encode(ByteBuffer into) {
        int start = into.position();
        byte[] votedFor = votedFor(vote);
        into.putInt(id).putInt(members.length).putLong(last).putLong(term).putLong(released);
        into.putLong(vote.term())
                .putInt(votedFor.length)
                .putInt(0)
                .put(votedFor)
                .put(members);
        into.position(start + length());
    }

    /// Reads one at the buffer's position and moves that behind it.
    static ShardState decode(ByteBuffer from) {
        int start = from.position();
        int id = from.getInt();
        byte[] members = new byte[from.getInt()];
        long last = from.getLong();
        long term = from.getLong();
        long released = from.getLong();
        long voteTerm = from.getLong();
        byte[] votedFor = new byte[from.getInt()];
        from.getInt();
        from.get(votedFor).get(members);
        from.position(start + length(votedFor.length, members.length));
        Vote vote = new Vote(voteTerm, new String(votedFor, StandardCharsets.UTF_8));
        return new ShardState(id, last, term, released, vote, members);
    }
}
