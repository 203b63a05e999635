package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Wording;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.request.TextBytes;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads and searches memories. A read of one owner is as fresh as the caller wants it. The key's restriction is joined
/// with every filter.
///
/// **Threads**: any number may call.
final class MemoryReads {
    private final Store store;
    private final Embeddings embeddings;
    private final SeenMemories seen;
    private final ReadTurns turns;
    private final InstantSource clock;
    private final Limits limits;

    MemoryReads(
            Store store,
            Embeddings embeddings,
            SeenMemories seen,
            ReadTurns turns,
            InstantSource clock,
            Limits limits) {
        this.store = store;
        this.embeddings = embeddings;
        this.seen = seen;
        this.turns = turns;
        this.clock = clock;
        this.limits = limits;
    }

    At<Memory> get(Caller caller, MemoryId id, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        At<Memory> found = seen.get(caller, id, reading(null, options));
        return options.position() == null
                ? found
                : seen.get(caller, id, reading(found.value().scope().owner(), options));
    }

    MemoryPage list(
            Caller caller,
            Filter filter,
            MemoryQuery.Order order,
            int limit,
            @Nullable String cursor,
            boolean showExpired,
            ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        checkCount("limit", limit);
        Filter restricted = Authorizer.restrict(caller, filter);
        Owner owner = owner(caller, restricted, options);
        StoreReads reads = reading(owner, options);
        return turns.take(
                caller,
                owner,
                () -> reads.list(
                        new MemoryQuery(owner, restricted, order, limit, cursor, showExpired, clock.instant())));
    }

    /// All memories that match, a page at a time, one owner after another and each owner's newest first. The cost is
    /// linear in their number, whereas [#list] over many owners looks at all of them for each page.
    Iterator<List<Memory>> pages(Caller caller, Filter filter, boolean showExpired) {
        Authorizer.require(caller, Role.READ);
        Filter restricted = Authorizer.restrict(caller, filter);
        List<Owner> owners =
                Authorizer.route(caller, restricted).map(List::of).orElseGet(() -> ownersMatching(caller, restricted));
        return new MemoryPages(store, clock, owners, restricted, showExpired, limits.pageItems());
    }

    /// How many memories the caller may see, expired ones too. For a restricted key they have to be read.
    long count(Caller caller) {
        Authorizer.require(caller, Role.READ);
        if (caller.key().restriction().isNone()) {
            return store.status().memories();
        }
        long count = 0;
        for (var pages = pages(caller, Filter.And.ALL, true); pages.hasNext(); ) {
            count += pages.next().size();
        }
        return count;
    }

    /// The memories with these ids that the caller may see, expired ones too, in the order of the ids. Missing ones are
    /// left out.
    List<Memory> find(Caller caller, List<MemoryId> ids) {
        Authorizer.require(caller, Role.READ);
        return ids.stream()
                .map(store::find)
                .flatMap(Optional::stream)
                .map(At::value)
                .filter(memory -> Authorizer.maySee(caller, memory))
                .peek(Collected::joined)
                .toList();
    }

    /// @param localOnly whether the query must not leave this machine, whatever the caller's mode is by now
    SearchResult search(Caller caller, Search search, ReadOptions options, boolean localOnly) {
        Authorizer.require(caller, Role.READ);
        checkCount("topK", search.topK());
        if (!(search.threshold() >= 0 && search.threshold() <= 1)) {
            throw MnemeException.invalid("threshold", "threshold must be 0 to 1.");
        }
        if (search.text() == null && search.vector() == null) {
            throw MnemeException.invalid("query", "Search for a query, a vector, or both.");
        }
        String text = search.text() == null ? null : query(search.text());
        Filter restricted = Authorizer.restrict(caller, search.filter());
        Owner owner = owner(caller, restricted, options);
        StoreReads reads = reading(owner, options);
        Instant now = clock.instant();
        SearchQuery query = new SearchQuery(
                owner,
                text,
                embeddings.ofQuery(
                        caller,
                        owner,
                        search,
                        text,
                        localOnly || (owner != null && embeddings.areKeptFrom(caller, owner))),
                search.vector() != null,
                caller.key().restriction(),
                search.filter(),
                search.topK(),
                search.threshold(),
                search.showExpired(),
                now,
                search.reference() == null ? now.atZone(ZoneOffset.UTC) : search.reference(),
                limits.searchTime());
        return turns.take(caller, owner, () -> reads.search(query));
    }

    private List<Owner> ownersMatching(Caller caller, Filter filter) {
        return turns.take(caller, null, () -> store.ownersMatching(filter));
    }

    /// Checks a query, which may be as long as its request: see [LongQuery].
    private static String query(String text) {
        if (Wording.isEmpty(text)) {
            throw MnemeException.invalid("query", "query must not be empty.");
        }
        TextBytes.of("query", text); // well-formed?
        return LongQuery.shortened(text);
    }

    At<List<MemoryVersion>> history(Caller caller, MemoryId id, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        At<List<MemoryVersion>> found = visibleHistory(caller, id, reading(null, options));
        Owner owner = found.value().getFirst().memory().scope().owner();
        return options.position() == null ? found : visibleHistory(caller, id, reading(owner, options));
    }

    private static At<List<MemoryVersion>> visibleHistory(Caller caller, MemoryId id, StoreReads reads) {
        return reads.history(id)
                .filter(at -> Authorizer.maySee(caller, at.value().getFirst().memory()))
                .orElseThrow(SeenMemories::noSuchMemory);
    }

    /// How many owners are left out of an answer across owners, because their data was changed from outside; of the
    /// owners whom the caller may see and the filter may concern. Zero where one owner is asked: that request is
    /// refused instead.
    int leftOut(Caller caller, Filter filter) {
        Filter restricted = Authorizer.restrict(caller, filter);
        return Authorizer.route(caller, restricted).isPresent() ? 0 : store.leftOut(restricted);
    }

    List<Entity> entities(Caller caller, @Nullable Entity after, int limit) {
        Authorizer.require(caller, Role.READ);
        checkCount("limit", limit);
        return turns.take(caller, null, () -> store.entities(caller.key().restriction(), after, limit));
    }

    /// All of them. For a restricted key this costs as much as one page, since its memories are counted either way.
    List<Entity> entities(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return turns.take(caller, null, () -> store.entities(caller.key().restriction(), null, Integer.MAX_VALUE));
    }

    private void checkCount(String field, int count) {
        if (count < 1 || count > limits.pageItems()) {
            throw MnemeException.invalid(field, field + " must be 1 to " + limits.pageItems() + ".");
        }
    }

    /// The one owner that is asked; null when every shard is asked.
    private static @Nullable Owner owner(Caller caller, Filter restricted, ReadOptions options) {
        Optional<Owner> owner = Authorizer.route(caller, restricted);
        if (options.position() != null && owner.isEmpty()) {
            throw MnemeException.invalid(
                    "Mneme-Position", "A position is of one owner, and this request asks several: leave it out.");
        }
        return owner.orElse(null);
    }

    /// Reads that are as fresh as the caller wants.
    ///
    /// @param owner who is asked; null: several, or one whom only the read tells
    private StoreReads reading(@Nullable Owner owner, ReadOptions options) {
        return owner == null
                ? Positions.reading(store, options, limits.positionWait())
                : Positions.reading(store, owner, options, limits.positionWait());
    }
}
