package dev.mneme.core.memory;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a caller can do with memories. Time, ids and embeddings are obtained here, before the store decides
/// anything.
///
/// How it is done, the room's other classes say: [MemoryAdds], [MemoryUpdates], [MemoryDeletions] and [MemoryReads].
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone.
public final class MemoryService {
    private final MemoryAdds adds;
    private final MemoryUpdates updates;
    private final MemoryDeletions deletions;
    private final MemoryReads reads;
    private final InstantSource clock;
    private final Limits limits;

    /// @param embedder null: texts are stored without vectors and found by their words
    /// @param random gives ids their random bits; must be safe to share among threads
    public MemoryService(
            Store store, @Nullable Embedder embedder, InstantSource clock, RandomGenerator random, Limits limits) {
        this(store, embedder, null, clock, random, limits);
    }

    /// As above.
    ///
    /// @param reembedding moves owners to the embedder's space; null: an owner of another space takes no vector
    ///     of it
    public MemoryService(
            Store store,
            @Nullable Embedder embedder,
            @Nullable Reembedding reembedding,
            InstantSource clock,
            RandomGenerator random,
            Limits limits) {
        Embeddings embeddings = new Embeddings(store, embedder, reembedding);
        SeenMemories seen = new SeenMemories(store, clock);
        ReadTurns turns = new ReadTurns();
        this.adds = new MemoryAdds(store, embeddings, clock, random, limits);
        this.updates = new MemoryUpdates(store, embeddings, seen, limits);
        this.deletions = new MemoryDeletions(store, seen, turns, clock);
        this.reads = new MemoryReads(store, embeddings, seen, turns, clock, limits);
        this.clock = clock;
        this.limits = limits;
    }

    public Written<Memory> add(Caller caller, NewMemory memory, @Nullable Idempotency idempotency) {
        return adds.add(caller, memory, idempotency);
    }

    /// Adds many, each with its own outcome, in order. Memories of one owner become visible together;
    /// those of several owners do not.
    ///
    /// @param idempotency a failure that may pass (overload, a full disk) is then not one item's outcome but
    ///     the request's, which is repeated as a whole: memories that were stored the first time are answered as
    ///     they were then
    public List<Added> addAll(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return adds.addAll(caller, items, idempotency);
    }

    /// As [#addAll], but where one cannot be prepared, such as embedded, none is stored.
    ///
    /// @throws MnemeException what was wrong with that one
    public List<Added> addAllOrNone(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return adds.addAllOrNone(caller, items, idempotency);
    }

    /// For doors that take all memories of a request or none: what [#addAll] would refuse of this one.
    public void requireValid(Caller caller, NewMemory memory) {
        adds.requireValid(caller, memory);
    }

    /// The command that adds the memory, embedded and with an id of its own.
    ///
    /// @param localOnly whether its text must not leave this machine, whatever the caller's mode is by now
    public Command.AddMemory prepare(Caller caller, NewMemory memory, boolean localOnly) {
        return adds.prepare(caller, memory, localOnly);
    }

    public Written<Memory> update(Caller caller, MemoryId id, MemoryPatch patch, @Nullable Idempotency idempotency) {
        return updates.update(caller, id, patch, idempotency);
    }

    /// For doors that take all changes of a request or none: what [#update] would refuse of this one, as the
    /// memory is now.
    public void requireValid(Caller caller, MemoryId id, MemoryPatch patch) {
        updates.requireValid(caller, id, patch);
    }

    public Deletion delete(Caller caller, MemoryId id, long expectedVersion, @Nullable Idempotency idempotency) {
        return deletions.delete(caller, id, expectedVersion, idempotency);
    }

    /// Deletes everything that the filter matches and the key may see, expired memories too, in steps
    /// that are each atomic.
    public Deletion deleteMatching(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        return deletions.deleteMatching(caller, filter, idempotency);
    }

    /// Removes all that is kept of one owner: memories, history, changes, idempotency records.
    public Deletion erase(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        return deletions.erase(caller, filter, idempotency);
    }

    public At<Memory> get(Caller caller, MemoryId id, ReadOptions options) {
        return reads.get(caller, id, options);
    }

    public MemoryPage list(
            Caller caller,
            Filter filter,
            MemoryQuery.Order order,
            int limit,
            @Nullable String cursor,
            boolean showExpired,
            ReadOptions options) {
        return reads.list(caller, filter, order, limit, cursor, showExpired, options);
    }

    /// All memories that match, a page at a time, one owner after another and each owner's newest first:
    /// linear in their number, where [#list] over many owners looks at all of them for each page.
    public Iterator<List<Memory>> pages(Caller caller, Filter filter, boolean showExpired) {
        return reads.pages(caller, filter, showExpired);
    }

    /// How many memories the caller may see, expired ones too; for a key with restrictions they are read for that.
    public long count(Caller caller) {
        return reads.count(caller);
    }

    /// The memories with these ids that the caller may see, expired ones too, in the order of the ids. What is
    /// gone is left out.
    public List<Memory> find(Caller caller, List<MemoryId> ids) {
        return reads.find(caller, ids);
    }

    public SearchResult search(Caller caller, Search search, ReadOptions options) {
        return reads.search(caller, search, options, false);
    }

    /// @param localOnly whether the query must not leave this machine, whatever the caller's mode is by now
    public SearchResult search(Caller caller, Search search, ReadOptions options, boolean localOnly) {
        return reads.search(caller, search, options, localOnly);
    }

    public At<List<MemoryVersion>> history(Caller caller, MemoryId id, ReadOptions options) {
        return reads.history(caller, id, options);
    }

    /// How many owners, whom the caller may see and the filter may concern, an answer across owners leaves out,
    /// because their data was changed from outside. None where one owner is asked: that is refused instead.
    public int leftOut(Caller caller, Filter filter) {
        return reads.leftOut(caller, filter);
    }

    public List<Entity> entities(Caller caller, @Nullable Entity after, int limit) {
        return reads.entities(caller, after, limit);
    }

    /// All of them: for a key with restrictions as dear as one page, since its memories are counted for each.
    public List<Entity> entities(Caller caller) {
        return reads.entities(caller);
    }

    /// How much one request may bring or ask.
    public Limits limits() {
        return limits;
    }

    /// The reader's clock, for doors that must agree with it.
    public Instant now() {
        return clock.instant();
    }
}
