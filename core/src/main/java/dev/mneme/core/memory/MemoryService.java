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

/// What a caller can do with memories. The time, ids and embeddings are obtained in this room, before the store decides
/// anything.
///
/// This class is the room's face; the work is done by [MemoryAdds], [MemoryUpdates], [MemoryDeletions] and
/// [MemoryReads].
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
    /// @param reembedding moves owners to the embedder's space; null: an owner of another space takes no vector of
    ///     the embedder
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

    /// Adds many memories, each with a result of its own, in order. Memories of one owner become visible together;
    /// those of several owners do not.
    ///
    /// @param idempotency with a key, a failure that may pass (overload, a full disk) fails the whole request and
    ///     not one item, so that the request can be repeated as a whole: memories that were stored the first time
    ///     are answered as they were then
    public List<Added> addAll(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return adds.addAll(caller, items, idempotency);
    }

    /// As [#addAll], but if one memory cannot be prepared, for example embedded, none is stored.
    ///
    /// @throws MnemeException what was wrong with that memory
    public List<Added> addAllOrNone(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return adds.addAllOrNone(caller, items, idempotency);
    }

    /// Fails as [#addAll] would refuse this memory. For doors that take all memories of a request or none.
    public void requireValid(Caller caller, NewMemory memory) {
        adds.requireValid(caller, memory);
    }

    /// The command that adds the memory, with its vector and a new id.
    ///
    /// @param localOnly whether its text must not leave this machine, whatever the caller's mode is by now
    public Command.AddMemory prepare(Caller caller, NewMemory memory, boolean localOnly) {
        return adds.prepare(caller, memory, localOnly);
    }

    /// The command that changes the memory, with its vector.
    public Command.UpdateMemory prepare(Caller caller, MemoryId id, MemoryPatch patch) {
        return updates.prepare(caller, id, patch);
    }

    public Written<Memory> update(Caller caller, MemoryId id, MemoryPatch patch, @Nullable Idempotency idempotency) {
        return updates.update(caller, id, patch, idempotency);
    }

    /// Fails as [#update] would refuse this change of the memory as it is now. For doors that take all changes of a
    /// request or none.
    public void requireValid(Caller caller, MemoryId id, MemoryPatch patch) {
        updates.requireValid(caller, id, patch);
    }

    public Deletion delete(Caller caller, MemoryId id, long expectedVersion, @Nullable Idempotency idempotency) {
        return deletions.delete(caller, id, expectedVersion, idempotency);
    }

    /// Deletes all memories that the filter matches and the key may see, expired ones too, in steps that are each
    /// atomic.
    public Deletion deleteMatching(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        return deletions.deleteMatching(caller, filter, idempotency);
    }

    /// Removes everything that is kept of one owner: memories, history, changes, idempotency records.
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

    /// All memories that match, a page at a time, one owner after another and each owner's newest first. The cost is
    /// linear in their number, whereas [#list] over many owners looks at all of them for each page.
    public Iterator<List<Memory>> pages(Caller caller, Filter filter, boolean showExpired) {
        return reads.pages(caller, filter, showExpired);
    }

    /// How many memories the caller may see, expired ones too. For a restricted key they have to be read.
    public long count(Caller caller) {
        return reads.count(caller);
    }

    /// The memories with these ids that the caller may see, expired ones too, in the order of the ids. Missing ones are
    /// left out.
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

    /// How many owners are left out of an answer across owners, because their data was changed from outside; of the
    /// owners whom the caller may see and the filter may concern. Zero where one owner is asked: that request is
    /// refused instead.
    public int leftOut(Caller caller, Filter filter) {
        return reads.leftOut(caller, filter);
    }

    public List<Entity> entities(Caller caller, @Nullable Entity after, int limit) {
        return reads.entities(caller, after, limit);
    }

    /// All of them. For a restricted key this costs as much as one page, since its memories are counted either way.
    public List<Entity> entities(Caller caller) {
        return reads.entities(caller);
    }

    /// How much one request may send or ask for.
    public Limits limits() {
        return limits;
    }

    /// The reader's clock, for doors that must agree with it.
    public Instant now() {
        return clock.instant();
    }
}
