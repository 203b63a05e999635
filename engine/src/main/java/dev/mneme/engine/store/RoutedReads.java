package dev.mneme.engine.store;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
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
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.read.EntityPage;
import dev.mneme.engine.read.MergedList;
import dev.mneme.engine.read.MergedSearch;
import dev.mneme.engine.read.OperatorFeed;
import dev.mneme.engine.read.SpaceReads;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.StoreShard.Reads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads of a store, all as fresh as one caller wants: of an owner by its shard; of several owners by every shard, one
/// after another, and what they answer is brought together.
///
/// **Threads**: any.
class RoutedReads implements StoreReads {
    private final Router router;
    private final Freshness freshness;
    private final String epoch;
    private final ShardMetrics metrics;
    private final LongSupplier nanos;

    /// @param nanos a ticker, as `System.nanoTime` is one
    RoutedReads(Router router, Freshness freshness, String epoch, ShardMetrics metrics, LongSupplier nanos) {
        this.router = router;
        this.freshness = freshness;
        this.epoch = epoch;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    private Reads of(Owner owner) {
        return router.of(owner).reads(freshness);
    }

    private Reads reads(StoreShard shard) {
        return shard.reads(freshness);
    }

    private List<Reads> each() {
        return router.all().stream().map(this::reads).toList();
    }

    private <T> Optional<T> byId(MemoryId id, Function<Reads, Optional<T>> read) {
        List<Reads> asked = router.of(id).stream().map(this::reads).toList();
        for (Reads reads : asked) {
            Optional<T> found = read.apply(reads);
            if (found.isPresent()) {
                return found;
            }
        }
        asked.forEach(reads -> reads.requireNothingMissing(id));
        return Optional.empty();
    }

    @Override
    public Optional<At<Memory>> find(MemoryId id) {
        return byId(id, reads -> reads.find(id));
    }

    @Override
    public Optional<At<List<MemoryVersion>>> history(MemoryId id) {
        return byId(id, reads -> reads.history(id));
    }

    @Override
    public MemoryPage list(MemoryQuery query) {
        Owner owner = query.owner();
        if (owner != null) {
            return of(owner).list(query, null);
        }
        MergedList merged = new MergedList(query);
        for (Reads reads : each()) {
            merged.add(reads.list(query, merged.until()));
        }
        return merged.page();
    }

    @Override
    public SearchResult search(SearchQuery query) {
        long begin = nanos.getAsLong();
        FilterMatcher matcher = FilterMatcher.of(query.restrictedFilter());
        Owner owner = query.owner();
        SearchResult result = owner == null ? across(query, matcher) : of(owner).search(query, matcher);
        metrics.searched(Duration.ofNanos(nanos.getAsLong() - begin));
        return result;
    }

    /// Once the time is over no other shard is asked.
    private SearchResult across(SearchQuery query, FilterMatcher matcher) {
        long deadline = nanos.getAsLong() + query.timeLimit().toNanos();
        MergedSearch merged = new MergedSearch(query.topK());
        for (Reads reads : each()) {
            long left = deadline - nanos.getAsLong();
            if (left < 0) {
                merged.timedOut();
                break;
            }
            merged.add(reads.search(query.within(Duration.ofNanos(left)), matcher));
        }
        return merged.result();
    }

    @Override
    public List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit) {
        EntityPage merged = new EntityPage(restriction, after, limit);
        each().forEach(reads -> merged.add(reads.entities(restriction, after, limit)));
        return merged.entities();
    }

    @Override
    public List<Owner> ownersMatching(Filter filter) {
        List<Owner> owners = new ArrayList<>();
        each().forEach(reads -> owners.addAll(reads.ownersMatching(filter)));
        return owners;
    }

    @Override
    public int leftOut(Filter filter) {
        return each().stream().mapToInt(reads -> reads.leftOut(filter)).sum();
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
    public ChangeBatch changes(Owner owner, long afterSequence, int limit) {
        return of(owner).changes(owner, afterSequence, limit);
    }

    @Override
    public OperatorBatch changes(String cursor, int limit) {
        return feed().read(cursor, limit);
    }

    @Override
    public String operatorCursor() {
        return feed().now();
    }

    private OperatorFeed feed() {
        return new OperatorFeed(router.each(shard -> reads(shard).feed()), epoch);
    }

    @Override
    public At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts) {
        return of(owner).userState(owner, contexts);
    }

    @Override
    public Contexts contexts() {
        return new RoutedRecords.OfContexts(owner -> of(owner).contexts());
    }

    @Override
    public Modes modes() {
        return new RoutedRecords.OfModes(owner -> of(owner).modes());
    }

    @Override
    public ResponseSources responses() {
        return new RoutedRecords.OfResponses(owner -> of(owner).responses());
    }

    @Override
    public SyncEvents syncEvents() {
        return new RoutedRecords.OfSyncEvents(owner -> of(owner).syncEvents());
    }

    @Override
    public Conflicts conflicts() {
        return new RoutedRecords.OfConflicts(owner -> of(owner).conflicts());
    }

    @Override
    public Documents documents() {
        return new RoutedRecords.OfDocuments(owner -> of(owner).documents());
    }

    @Override
    public Documents systemDocuments() {
        return new RoutedRecords.OfDocuments(owner -> system().documents());
    }

    private Reads system() {
        return reads(router.system());
    }

    @Override
    public OwnerSpace space(Owner owner) {
        return of(owner).space(owner);
    }

    @Override
    public SpacePage spaces(@Nullable String cursor, int limit) {
        return SpaceReads.page(router.each(shard -> reads(shard).spaces()), cursor, limit);
    }

    @Override
    public List<Unstaged> unstaged(Owner owner, long afterArrival, int limit) {
        return of(owner).unstaged(owner, afterArrival, limit);
    }

    @Override
    public List<EmbeddingSpace> embedders() {
        return system().embedders();
    }

    @Override
    public List<ApiKey> keys() {
        return system().keys();
    }
}
