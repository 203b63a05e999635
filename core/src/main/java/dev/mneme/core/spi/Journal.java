package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import java.util.Map;
import java.util.SortedSet;

/// The durable memory of a node's shards: entries, votes and members, with one fsync for all that wait. Whatever agrees
/// on a shard's entries (this node alone, or a consensus engine) keeps its memory here. The journal knows nothing of
/// agreement: a durable entry is not yet decided.
///
/// **Promises**, each held by a test of `JournalContract`:
/// - *Durable*: what a callback heard [Callback#durable] of is there after a restart, whatever was killed, the
///    machine's power included; entries, terms, votes, members, truncations and resets, shards that were opened
///    and dropped.
/// - *Ordered*: the requests of one shard take effect, and are answered, in the order in which they were made. So
///    a shard may be appended to as soon as [#open] was called, before it was answered.
/// - *Honest*: what was refused ([Callback#failed] with anything but `OUTCOME_UNKNOWN`) never takes effect.
/// - *Read at any time*: [#read] gives what is durable, also while others append, and holds up nobody who does.
/// - *Held*: what a [Hold] keeps can be read, whatever is released, until the hold is closed or lost.
/// - *Apart*: no shard notices that another one is opened, dropped, reset or truncated.
///
/// **Not promised**: that something of unknown outcome is there, or not, after a restart; that a release
/// ([#releaseBefore]) outlives one: what was released may be there again; that a hold outlives one: it does
/// not.
///
/// **Indexes** of a shard begin at 1 and increase, and may have gaps. **Terms** never decrease from one entry to the
/// next.
///
/// **Threads**: any number may call; only [#read] and [#close] wait for the disk. Callbacks run on the journal's thread
/// and must not block; a refusal that needs no disk may come at once, on the caller's thread.
///
/// **Failures** come through the callback: `STORAGE_FULL` (nothing was written; try again when there is room),
/// `LOG_FAILED` (an earlier fsync failed; only a restart helps), `OUTCOME_UNKNOWN` (it was written when the log
/// failed), `OVERLOADED` (the queue is full, or the journal is closed), `TOO_LARGE`, `INVALID_REQUEST` (there is no
/// such shard, or the request does not fit what the shard holds: the message says how), `INTEGRITY_VIOLATION` (the
/// shard's durable entries are damaged: see [#read]). Methods without a callback throw `INVALID_REQUEST` when there is
/// no such shard.
public interface Journal extends AutoCloseable {
    /// For [#append]: the index after the shard's last entry.
    long NEXT = 0;

    /// Begins an empty log for a shard: last index 0, term 0, no vote, no members. A shard that exists stays as it is.
    void open(ShardId shard, Callback callback);

    /// Forgets a shard: its entries, its vote and its members. If it is opened again, it begins anew. Dropping a shard
    /// that does not exist is no failure.
    void drop(ShardId shard, Callback callback);

    /// The shards that exist.
    SortedSet<ShardId> shards();

    /// Adds an entry after the shard's last one. Never blocks. The array belongs to the journal from then on. The
    /// callback hears the entry's index.
    ///
    /// @param index above the shard's last one, or [#NEXT]
    /// @param term at least that of the shard's last entry
    void append(ShardId shard, long index, long term, byte[] entry, Callback callback);

    /// Makes the entries at or above `index` void, as consensus does with entries that were never agreed (Raft §5.3).
    /// The callback hears the index of the last entry that stays.
    ///
    /// @param index from [#firstIndex] to the last index + 1
    void truncateFrom(ShardId shard, long index, Callback callback);

    /// Records the term in which this node is, and whom it voted for in it. A vote never goes back, neither to an
    /// earlier term nor from one candidate to another within a term: that fails as `INVALID_REQUEST`.
    ///
    /// @param votedFor in the words of whoever asks for votes, at most 255 bytes of UTF-8; empty: nobody yet
    void vote(ShardId shard, long term, String votedFor, Callback callback);

    /// Records who takes part in the shard, in the words of whatever agrees on it. Members are kept apart from the
    /// entries: truncations and resets leave them. The array belongs to the journal from then on.
    void members(ShardId shard, byte[] members, Callback callback);

    /// Makes all entries void and begins after `index`, as after the installation of a snapshot that contains
    /// everything up to it: [#lastIndex] is `index`, [#lastTerm] is `term`. Vote and members stay. A damaged shard
    /// is sound again.
    void reset(ShardId shard, long index, long term, Callback callback);

    /// Shows entries at or above `from` in their order, as they were when it was called: at least one if there is
    /// one, and further ones up to `maxBytes` together. It may stop earlier: go on at the index that it returns.
    ///
    /// @param visitor may take its time, and may call this journal
    /// @return where to go on: the index after the last entry shown; `from` when there was none
    /// @throws MnemeException `POSITION_EXPIRED` when `from` is below [#firstIndex]; `INTEGRITY_VIOLATION` when a
    ///     durable entry cannot be read: the message says which, and what to do. Such a shard takes no further
    ///     entries until somebody who has the lost entries elsewhere releases or resets them
    long read(ShardId shard, long from, long maxBytes, Visitor visitor);

    /// The lowest index that [#read] accepts; nothing is missing from here on. The last index + 1 when there are no
    /// entries.
    long firstIndex(ShardId shard);

    /// The index of the shard's last durable entry, or the one that the shard was reset to; 0 when there was none.
    long lastIndex(ShardId shard);

    /// The term that belongs to [#lastIndex]; 0 when there was none.
    long lastTerm(ShardId shard);

    /// The last durable vote; [Vote#NONE] when there was none.
    Vote vote(ShardId shard);

    /// The last durable members; empty when there were none.
    byte[] members(ShardId shard);

    /// Says that the shard itself needs the entries below `index` no more, since its tables keep them
    /// durably. What nobody has a [Hold] on, either, cannot be read from then on, and segments that no shard
    /// needs go; the rest follows as holds move on. Beyond the last index + 1 it means that.
    void releaseBefore(ShardId shard, long index);

    /// Keeps the entries at or above `from` for a reader that is on its way through them, such as a follower
    /// or a backup, whatever is released meanwhile.
    ///
    /// **Limit**: the log does not outgrow its limit for a reader. A hold that alone keeps segments beyond it
    /// is lost, and so is any on a shard that is reset or dropped.
    ///
    /// @return to be moved on as the reader goes, and closed in the end
    /// @throws MnemeException `POSITION_EXPIRED` when `from` is below [#firstIndex]
    Hold hold(ShardId shard, long from);

    /// Shards that themselves hold back segments which the limit would have deleted, with the index before
    /// which each must release.
    Map<ShardId, Long> pinning();

    /// The largest entry that [#append] accepts, in bytes; a larger one fails as `TOO_LARGE`. Never changes.
    int maxEntryBytes();

    State state();

    /// Makes all requests durable, then closes.
    @Override
    void close();

    enum State {
        OK,
        LOG_FAILED,
        STORAGE_FULL
    }

    /// This node's promise in a term.
    ///
    /// @param term the latest that the shard knows of; 0: none
    /// @param votedFor empty: nobody yet
    record Vote(long term, String votedFor) {
        public static final Vote NONE = new Vote(0, "");

        /// Whether a vote may follow this one.
        public boolean allows(Vote next) {
            return next.term > term || (next.term == term && (votedFor.isEmpty() || votedFor.equals(next.votedFor)));
        }
    }

    /// Entries of a shard that are kept for one reader.
    ///
    /// **Threads**: any.
    interface Hold extends AutoCloseable {
        /// Says that the reader needs the entries below `index` no more. A lower one than before changes
        /// nothing.
        void advance(long index);

        /// Whether the entries are kept no longer: what the reader has yet to read may be gone, and has to
        /// come from the shard's tables.
        boolean isLost();

        /// Keeps nothing any more.
        @Override
        void close();
    }

    interface Callback {
        /// The request is durable.
        ///
        /// @param index for an append, that of the entry; otherwise the shard's last one
        void durable(long index);

        void failed(MnemeException failure);
    }

    @FunctionalInterface
    interface Visitor {
        void entry(long index, long term, byte[] entry);
    }
}
