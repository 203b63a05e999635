package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import java.util.concurrent.CompletableFuture;

/// How the entries of one shard become agreed: by one disk when there is a single copy, by a majority of replicas
/// under consensus. It decides which entries there are and in which order, and hands them to the [Member]; what
/// they mean is the member's.
///
/// ```text
/// member -- propose(id, entry) --> agreement ... others propose too ... --> apply(index, entry, id or NONE)
///                                     \--> refused(id, why)                     on every replica, in one order
/// ```
///
/// **Promises**, each held by a test of `AgreementContract`:
/// - *Durable*: an entry that was delivered is delivered, or lies in an installed snapshot, in every later life, of
///    this replica and of the others.
/// - *Ordered*: indexes increase, and may have gaps. Every replica is delivered the same entries under the same
///    indexes. Of the proposals of one term, those that are delivered come in the order in which they were made.
/// - *Once*: an entry is delivered to a member once in its life, and never when its index is not beyond the one
///    that [#start] was given or the last snapshot installed.
/// - *Complete*: before [Role#PRIMARY] of a term is said, everything has been delivered that can ever come before
///    the entries of that term, so that whoever becomes primary knows all that was agreed.
/// - *Honest*: an entry that was refused with anything but `OUTCOME_UNKNOWN` is never delivered to anybody. One
///    that was refused with `OUTCOME_UNKNOWN`, or neither delivered nor refused before the role ended, may be
///    delivered later, also in the same term, and also to replicas that did not propose it.
/// - *Named*: an entry is delivered under its id to the member that proposed it, while the role lasts in which it
///    was proposed and it was not refused; afterwards under its id, or [#NONE]. To other members, and in later
///    lives, it is [#NONE].
/// - *Bounded*: no more than [#AHEAD] entries are delivered beyond what the member said it had [#applied].
///
/// **Not promised**: that a proposal is answered at all when the role ends; that the role lasts; that a proposal
/// made while another is primary is refused with a particular code.
///
/// **Threads**: any number may call; nothing here blocks, but for the reading of the log on the thread that
/// called [#start] or [#applied]. The member is called by one thread at a time, but for [Member#refused], which
/// may come at once, on the caller's thread, beside another call.
///
/// **Failures**: of a proposal through [Member#refused]: `NOT_PRIMARY` (another replica is), `NO_QUORUM` (too few
/// replicas can be reached), `OVERLOADED` (too much is under way, or it is closed), `TOO_LARGE`, `STORAGE_FULL`,
/// `LOG_FAILED`, `INTEGRITY_VIOLATION`: nothing was or will be agreed; `OUTCOME_UNKNOWN`. Of the agreement itself
/// through [Member#broken].
public interface Agreement extends AutoCloseable {
    /// So many delivered entries may wait for the member to apply them.
    int AHEAD = 16;

    /// Where [Member#apply] tells of an entry that this member did not propose in this life.
    long NONE = 0;

    /// Begins to deliver, first what was agreed before. Called once.
    ///
    /// @param after the index that the member's rows contain: what comes after it is delivered. Where
    ///     snapshots are installed, it may be beyond the last entry held: then a snapshot was installed just
    ///     before
    /// @throws MnemeException `INTEGRITY_VIOLATION` when what comes after it is not held, or cannot be read
    void start(Member member, long after);

    /// Asks for an entry to be agreed on. The array belongs to the agreement from then on.
    ///
    /// @param id by which the member will hear of it: greater than [#NONE], and than every one before in this life
    void propose(long id, byte[] entry);

    /// The largest entry that [#propose] takes, in bytes; a larger one is refused as `TOO_LARGE`. Always the same.
    int maxEntryBytes();

    /// For a linearizable read: completes with an index such that rows which contain it contain everything that
    /// anybody was told of before this was called. Nothing is written.
    ///
    /// @return fails with `NO_QUORUM` when it cannot be known, `OVERLOADED` when it is closed
    CompletableFuture<Long> readBarrier();

    /// The index of the last entry that this replica knows of, agreed or not; 0 when there is none.
    long lastIndex();

    /// Says that the member has applied everything up to `index`: more may be delivered.
    void applied(long index);

    /// Says that the member's rows contain everything up to `index` durably, so that as far as this replica is
    /// concerned the entries may go.
    void checkpointed(long index);

    /// Delivers nothing more, and refuses what is proposed. What was proposed may be agreed all the same.
    @Override
    void close();

    /// What this replica is to the shard.
    enum Role {
        /// Orders and answers writes, until something else is said.
        PRIMARY,
        /// Follows another replica.
        SECONDARY,
        /// Knows of no primary: there is an election, or a majority cannot be reached.
        NO_PRIMARY
    }

    /// One replica of the shard. It is called by one thread at a time, must not block and must not throw: what
    /// takes long it does elsewhere, in the order of the calls.
    interface Member {
        /// This was agreed.
        ///
        /// @param id of this member's own proposal of this life, or [Agreement#NONE]
        void apply(long index, byte[] entry, long id);

        /// This was not agreed, or nobody knows yet: see *Honest*.
        void refused(long id, MnemeException why);

        /// This is what the replica is from now on. Before the first call it is [Role#NO_PRIMARY].
        ///
        /// @param term increases from one primary of the shard to the next
        void role(Role role, long term);

        /// All rows are to be replaced by those of the snapshot, because the entries up to there are no longer
        /// held. It counts as delivered, and as applied once the member has said so. Its index is beyond every
        /// entry delivered before; own proposals that lie in it are neither delivered nor refused.
        ///
        /// Rows are replaced at once and durably, before [Agreement#applied] is said, and only then may the
        /// agreement forget the entries before them. A replica that dies in between starts from the
        /// snapshot's index, beyond the end of what it holds of the log: see [Agreement#start].
        void install(Snapshot snapshot);

        /// Nothing more can be delivered, and the replica cannot go on: its log cannot be read.
        void broken(MnemeException why);

        /// The rows as they are now, for another replica; from any thread.
        Snapshot snapshot();
    }

    /// The rows of a shard at an index that it has applied. Whoever asked for it, or was given it, closes it.
    interface Snapshot extends AutoCloseable {
        /// The index of the last entry that the rows contain.
        long index();

        /// Walks all rows in ascending order of their keys, until the visitor says stop; as often as one
        /// likes, and the same each time. They are those of any replica at this index: what is a node's own,
        /// such as its MACs, is left out, and put on by whoever installs them.
        ///
        /// @throws MnemeException `INTEGRITY_VIOLATION`, at the latest after the last row, when they are not
        ///     as this replica stored them: then none of them may be used
        void rows(Tables.Visitor visitor);

        @Override
        void close();
    }
}
