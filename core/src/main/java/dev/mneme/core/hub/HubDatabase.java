package dev.mneme.core.hub;

import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The database that the nodes of a hub share.
///
/// ```text
/// commit(head)   the one atomic step: the batch is in the head
/// spread(batch)  its records are stored, each under its revision   anybody, any number of times, batches in order
/// settle         the batch is taken out of the head
/// ```
///
/// **Promises**, each held by a test of `HubDatabaseContract`:
/// - *One winner*: of commits that expect the same revision one is stored at most, and whoever is told `true` was it. A
///   commit that failed with an exception may be stored, then or later: look for its id.
/// - *Durable*: a commit that was answered survives as the database promises to a majority write.
/// - *Newest*: [#head] is never older than what was answered before the call to anybody.
/// - *Idempotent*: a spread that is repeated, or comes late, never puts anything over what a later batch did.
/// - *Complete*: once a batch was spread, [#load] shows what it did, until a later batch does something else to it. A
///   deletion is remembered for a day at least.
///
/// **Not promised**: that several records change at once; that [#load] shows one moment.
///
/// **Threads**: any number may call. Calls block, no longer than the database's own time limits.
///
/// **Failures**: `MnemeException` with `HUB_UNAVAILABLE` when the database cannot be reached or takes no writes;
/// whether
/// a write took place is then unknown.
public interface HubDatabase extends AutoCloseable {
    /// What the hub goes by: what is stored, or else the proposal, which is then stored.
    HubIdentity identity(HubIdentity proposed);

    /// The owner's head; with revision 0 when nothing was ever committed.
    OwnerHead head(Owner owner);

    /// The revisions of the owners' heads. Owners of whom nothing was committed are left out.
    Map<Owner, Long> revisions(Collection<Owner> owners);

    /// Replaces the head, if its revision is one less than the new head's. Revision 1 makes the head.
    ///
    /// @return whether it did
    /// @throws MnemeException `TOO_LARGE` when the head with its batches is too large for a document
    boolean commit(OwnerHead next);

    /// Stores what a batch did to records. Every earlier batch of the owner was spread before.
    void spread(Owner owner, long revision, List<RecordChange> changes);

    /// Takes the batches up to a revision out of the head, once they were spread.
    void settle(Owner owner, long revision);

    /// Owners whose head has had pending batches since before a time: whoever committed them may be dead.
    List<Owner> unfinished(Instant before, int limit);

    /// Shows the records that batches after a revision changed, deleted ones included if it is not 0; in any order.
    ///
    /// @param after 0: all records that there are
    void load(Owner owner, long after, Consumer<StoredRecord> visitor);

    /// Whose memory it is, or was.
    Optional<Owner> ownerOf(MemoryId id);

    /// Owners that have memories which carry all of these ids.
    ///
    /// @param ids none: every owner that has anything
    /// @param after the last one of the page before, in an order of the database's own
    List<Owner> owners(Map<OwnerKind, String> ids, @Nullable Owner after, int limit);

    /// Records of the shared collections that were written at or after a time, the earliest first; whoever wrote them.
    ///
    /// @param after the [ForeignRecord#id] of one at this time that was seen, with all before it; null: none
    List<ForeignRecord> changedSince(RecordTable table, Instant from, @Nullable String after, int limit);

    /// A user's records of a shared collection, whoever wrote them, in the order of their ids: what others did while
    /// the owner was not in use.
    ///
    /// @param after the [ForeignRecord#id] of the last one of the page before
    List<ForeignRecord> shared(RecordTable table, String userId, @Nullable String after, int limit);

    /// Removes what expired by a time, where the database does not do it by itself.
    void sweep(Instant now);

    /// Whether it answers, and what is set aside.
    HubHealth health();

    @Override
    void close();
}
