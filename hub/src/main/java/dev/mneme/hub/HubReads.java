package dev.mneme.hub;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.store.RoutedRecords;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads of a hub's node: whoever is asked for is loaded first, and then the copy answers.
///
/// A read that names no owner is answered when few enough owners can be concerned: the database says which, and they
/// are loaded. Otherwise it is refused, since an answer of those that happen to be loaded would leave out the others
/// without a word. What the whole server is asked for (the operator's feed) is refused.
///
/// **Threads**: any.
class HubReads implements StoreReads {
    private final OwnersInUse owners;
    private final OwnersConcerned concerned;
    private final StoreReads copies;
    private final boolean newest;

    /// @param newest whether reads must see everything that was committed before they began
    HubReads(OwnersInUse owners, OwnersConcerned concerned, StoreReads copies, boolean newest) {
        this.owners = owners;
        this.concerned = concerned;
        this.copies = copies;
        this.newest = newest;
    }

    private StoreReads of(Owner owner) {
        owners.use(owner, newest);
        return copies;
    }

    private StoreReads ofAll(List<Owner> all) {
        all.forEach(owner -> owners.use(owner, newest));
        return copies;
    }

    /// An id that the copies do not know may be one of an owner that is not loaded.
    private <T> Optional<T> byId(MemoryId id, Supplier<Optional<T>> read) {
        if (!newest) {
            Optional<T> here = read.get();
            if (here.isPresent()) {
                return here;
            }
        }
        Optional<Owner> owner = concerned.ownerOf(id);
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        owners.use(owner.get(), newest);
        return read.get();
    }

    @Override
    public Optional<At<Memory>> find(MemoryId id) {
        return byId(id, () -> copies.find(id));
    }

    @Override
    public Optional<At<List<MemoryVersion>>> history(MemoryId id) {
        return byId(id, () -> copies.history(id));
    }

    @Override
    public MemoryPage list(MemoryQuery query) {
        Owner owner = query.owner();
        return (owner == null ? ofAll(concerned.by(query.filter())) : of(owner)).list(query);
    }

    @Override
    public SearchResult search(SearchQuery query) {
        Owner owner = query.owner();
        return (owner == null ? ofAll(concerned.by(query.restrictedFilter())) : of(owner)).search(query);
    }

    @Override
    public List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit) {
        return ofAll(concerned.by(restriction.restrict(Filter.And.ALL))).entities(restriction, after, limit);
    }

    @Override
    public List<Owner> ownersMatching(Filter filter) {
        return ofAll(concerned.by(filter)).ownersMatching(filter);
    }

    @Override
    public int leftOut(Filter filter) {
        return copies.leftOut(filter);
    }

    @Override
    public At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now) {
        return of(owner).counts(owner, restriction, now);
    }

    @Override
    public Position head(Owner owner) {
        return of(owner).head(owner);
    }

    @Override
    public Store.ChangeBatch changes(Owner owner, long afterSequence, int limit) {
        return of(owner).changes(owner, afterSequence, limit);
    }

    @Override
    public Store.OperatorBatch changes(String cursor, int limit) {
        return copies.changes(cursor, limit);
    }

    @Override
    public String operatorCursor() {
        return copies.operatorCursor();
    }

    @Override
    public At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts) {
        return of(owner).userState(owner, contexts);
    }

    @Override
    public Contexts contexts() {
        return new RoutedRecords.OfContexts(used(StoreReads::contexts));
    }

    @Override
    public Modes modes() {
        return new RoutedRecords.OfModes(used(StoreReads::modes));
    }

    @Override
    public ResponseSources responses() {
        return new RoutedRecords.OfResponses(used(StoreReads::responses));
    }

    @Override
    public SyncEvents syncEvents() {
        return new RoutedRecords.OfSyncEvents(used(StoreReads::syncEvents));
    }

    @Override
    public Conflicts conflicts() {
        return new RoutedRecords.OfConflicts(used(StoreReads::conflicts));
    }

    @Override
    public Documents documents() {
        return new RoutedRecords.OfDocuments(used(StoreReads::documents));
    }

    private <T> Function<Owner, T> used(Function<StoreReads, T> part) {
        return owner -> part.apply(of(owner));
    }

    @Override
    public Documents systemDocuments() {
        return copies.systemDocuments();
    }

    @Override
    public OwnerSpace space(Owner owner) {
        return of(owner).space(owner);
    }

    /// Of owners in use: the others are moved to another embedder when they are used next.
    @Override
    public SpacePage spaces(@Nullable String cursor, int limit) {
        return copies.spaces(cursor, limit);
    }

    @Override
    public List<Unstaged> unstaged(Owner owner, long afterArrival, int limit) {
        return of(owner).unstaged(owner, afterArrival, limit);
    }

    @Override
    public List<EmbeddingSpace> embedders() {
        return copies.embedders();
    }

    @Override
    public List<ApiKey> keys() {
        return copies.keys();
    }
}
