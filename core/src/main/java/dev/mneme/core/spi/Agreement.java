package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import java.util.concurrent.CompletableFuture;

/// Makes the replicas of one shard agree on its entries: with a single copy this node's disk decides, otherwise a
/// majority of replicas under consensus. It decides which entries there are, and in which order, and hands them to the
/// [Member]. It does not know what they mean.
///
/// ```text
/// member -- propose(id, entry) --> agreement ... others propose too ... --> apply(index, entry, id or NONE)
///                                     \--> refused(id, why)                     on every replica, in one order
/// ```
///
/// **Promises**, each held by a test of `AgreementContract`:
/// - *Durable*: an entry that was delivered is delivered again in every later life of this replica and of the others,
///   or is contained in a snapshot that is installed there.
/// - *Ordered*: indexes increase, and may have gaps. Every replica is delivered the same entries under the same
///   indexes. Of the proposals of one term, those that are delivered come in the order in which they were made.
/// - *Once*: a member is delivered an entry once in its life, and only if its index is beyond the one that [#start] was
///   given, and beyond that of the last installed snapshot.
/// - *Complete*: before [Role#PRIMARY] of a term is announced, everything has been delivered that can ever come before
///   the entries of that term. So a new primary knows everything that was agreed.
/// - *Honest*: an entry that was refused with anything but `OUTCOME_UNKNOWN` is never delivered to anybody. An entry
///   that was refused with `OUTCOME_UNKNOWN`, or neither delivered nor refused before the role ended, may be delivered
///   later, even in the same term, and also to replicas that did not propose it.
/// - *Named*: an entry is delivered under its id to the member that proposed it, as long as the role lasts in which it
///   was proposed, and unless it was refused. After that it comes under its id or under [#NONE]. To other members, and
///   in later lives, it comes under [#NONE].
/// - *Bounded*: at most [#AHEAD] entries are delivered beyond the last one that the member has [#applied].
///
/// **Not promised**: that a proposal is answered at all when the role ends; that the role lasts; that a proposal is
/// refused with a particular code while another replica is primary.
///
/// **Threads**: any number may call. Nothing here blocks, except reading the log, on the thread that called [#start] or
/// [#applied]. The member is called by one thread at a time, except for [Member#refused], which may come at once on the
/// caller's thread, beside another call.
///
/// **Failures**: those of a proposal come through [Member#refused]: `NOT_PRIMARY` (another replica is), `NO_QUORUM`
/// (too few replicas can be reached), `OVERLOADED` (too much is under way, or the agreement is closed), `TOO_LARGE`,
/// `STORAGE_FULL`, `LOG_FAILED`, `INTEGRITY_VIOLATION`, all of which mean that nothing was or will be agreed; and
/// `OUTCOME_UNKNOWN`. Failures of the agreement itself come through [Member#broken].
public interface Agreement extends AutoCloseable {
    /// How many delivered entries may wait for the member to apply them.
    int AHEAD = 16;

    /// In [Member#apply], the id of an entry that this member did not propose in this life.
    long NONE = 0;

    /// Begins to deliver; first come the entries that were agreed before. Called once.
    ///
    /// @param after the index that the member's rows contain: what comes after it is delivered. Where
    ///     snapshots are installed, it may be beyond the last entry held: then a snapshot was installed just
    ///     before
    /// @throws MnemeException `INTEGRITY_VIOLATION` when what comes after it is not held, or cannot be read
    void start(Member member, long after);

    /// Proposes an entry. The array belongs to the agreement from then on.
    ///
    /// @param id names the entry to the member; greater than [#NONE], and than every earlier id of this life
    void propose(long id, byte[] entry);

    /// The largest entry that [#propose] accepts, in bytes; a larger one is refused as `TOO_LARGE`. Never changes.
    int maxEntryBytes();

    /// For a linearizable read: completes with an index. Rows that contain it contain everything that anybody was told
    /// of before this call. Nothing is written.
    ///
    /// @return fails with `NO_QUORUM` when that cannot be known, with `OVERLOADED` when it is closed
    CompletableFuture<Long> readBarrier();

    /// The index of the last entry that this replica knows of, agreed or not; 0 when there is none.
    long lastIndex();

    /// Says that the member has applied everything up to `index`, so that more may be delivered.
    void applied(long index);

    /// Says that the member's rows contain everything up to `index` durably, so that this replica no longer needs those
    /// entries.
    void checkpointed(long index);

    /// Delivers nothing more, and refuses new proposals. Earlier proposals may still be agreed.
    @Override
    void close();

    /// The role of this replica in the shard.
    enum Role {
        /// Orders and answers writes, until another role is announced.
        PRIMARY,
        /// Follows another replica.
        SECONDARY,
        /// Knows of no primary: there is an election, or a majority cannot be reached.
        NO_PRIMARY
    }

    /// One replica of the shard. It is called by one thread at a time, and must neither block nor throw: long work it
    /// does elsewhere, in the order of the calls.
    interface Member {
        /// An entry was agreed.
        ///
        /// @param id of this member's own proposal of this life, or [Agreement#NONE]
        void apply(long index, byte[] entry, long id);

        /// A proposal was not agreed, or its outcome is unknown: see *Honest*.
        void refused(long id, MnemeException why);

        /// The replica has this role from now on. Before the first call it is [Role#NO_PRIMARY].
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

        /// The rows as they are now, for another replica. Any thread may call.
        Snapshot snapshot();
    }

    /// The rows of a shard at an index that it has applied. Whoever asked for a snapshot, or was given one, must close
    /// it.
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
