package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.SearchResult.Hit;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.core.spi.SyncEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The plain model of what a store promises: collections in memory under one lock. Every other store is
/// compared with it, and it is what the tests of services and doors stand on. It keeps its promises
/// exactly where the port leaves room (it retains no change longer than it must).
///
/// **State**: a [ModelHome], guarded by `lock`. Listeners are called by the writing thread, without the lock.
public final class ModelStore implements Store, Exports {
    /// Not a record: two subscriptions alike are still two.
    private final class Listener implements Subscription {
        private final @Nullable Owner owner;
        private final Runnable onAdvance;

        Listener(@Nullable Owner owner, Runnable onAdvance) {
            this.owner = owner;
            this.onAdvance = onAdvance;
        }

        void advanced(Owner other) {
            if (owner == null || owner.equals(other)) {
                onAdvance.run();
            }
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition advanced = lock.newCondition();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final List<KeyListener> keyListeners = new CopyOnWriteArrayList<>();
    private final ModelHome home;
    private final StoreSettings settings;

    public ModelStore(ModelHome home, StoreSettings settings) {
        this.home = home;
        this.settings = settings;
    }

    /// A new, empty store with the default limits.
    public ModelStore(InstantSource clock) {
        this(new ModelHome(), StoreSettings.of("model", clock));
    }

    @Override
    public WriteResult write(Write write) {
        check(write);
        record Written(WriteResult result, boolean advanced) {}
        Written written = locked(() -> {
            requireFreeIds(write);
            ModelOwner owner = home.owner(write.owner());
            long before = owner.head().sequence();
            WriteResult result =
                    owner.write(write, home.commandTime(settings.clock().instant()), settings);
            advanced.signalAll();
            return new Written(result, owner.head().sequence() > before);
        });
        if (written.advanced()) {
            listeners.forEach(listener -> listener.advanced(write.owner()));
        }
        return written.result();
    }

    @Override
    public Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency) {
        return locked(() ->
                home.owner(owner).answered(by, idempotency, settings.clock().instant(), settings));
    }

    private static void check(Write write) {
        for (Command command : write.commands()) {
            if (ModelSystem.ours(command)) {
                throw new MnemeException(ErrorCode.INVALID_REQUEST, "Keys are written to the system shard.");
            }
            if (added(command).anyMatch(add -> !add.scope().owner().equals(write.owner()))) {
                throw new MnemeException(ErrorCode.INVALID_REQUEST, "A write adds memories of its own owner alone.");
            }
        }
    }

    private void requireFreeIds(Write write) {
        for (Command command : write.commands()) {
            if (command instanceof Command.Import(Exported.OfMemory memory)) {
                MemoryId id = memory.newest().memory().id();
                Instant now = settings.clock().instant();
                if (home.owners.entrySet().stream()
                        .anyMatch(each -> !each.getKey().equals(write.owner())
                                && each.getValue().history(id, now, settings).isPresent())) {
                    throw MnemeException.at(ErrorCode.VERSION_CONFLICT, "memory.id", "The id is in use.");
                }
            }
        }
    }

    private static Stream<Command.AddMemory> added(Command command) {
        return switch (command) {
            case Command.AddMemory add -> Stream.of(add);
            case Command.Revise revise -> revise.facts().stream();
            default -> Stream.empty();
        };
    }

    @Override
    public Optional<At<Memory>> find(MemoryId id) {
        return firstOwner(owner -> owner.find(id));
    }

    @Override
    public Optional<At<List<MemoryVersion>>> history(MemoryId id) {
        return firstOwner(owner -> owner.history(id, settings.clock().instant(), settings));
    }

    private <T> Optional<At<T>> firstOwner(Function<ModelOwner, Optional<T>> look) {
        return locked(() -> home.owners.values().stream()
                .flatMap(owner -> look.apply(owner).map(value -> new At<>(value, owner.head())).stream())
                .findFirst());
    }

    @Override
    public MemoryPage list(MemoryQuery query) {
        String cursor = query.cursor();
        ListCursor from = cursor == null ? null : ListCursor.parse(query.order(), cursor);
        return locked(() -> {
            count(query);
            List<ModelOwner.Held> found = asked(query.owner()).stream()
                    .flatMap(owner -> visible(owner, query.filter(), query.showExpired(), query.now()).stream())
                    .filter(held -> from == null || from.before(query, ListCursor.of(query.order(), held)))
                    .sorted(Comparator.comparing(
                            (ModelOwner.Held held) -> ListCursor.of(query.order(), held), ListCursor.comparator(query)))
                    .limit(query.limit() + 1L)
                    .toList();
            boolean more = found.size() > query.limit();
            List<ModelOwner.Held> shown = more ? found.subList(0, query.limit()) : found;
            List<Memory> items = shown.stream().map(ModelOwner.Held::memory).toList();
            String next = more ? ListCursor.of(query.order(), shown.getLast()).toString() : null;
            return new MemoryPage(items, next, position(query.owner()));
        });
    }

    /// The work of the request's filter, as a store must; what it means is said by [PlainFilter].
    private void count(MemoryQuery query) {
        asked(query.owner())
                .forEach(owner ->
                        owner.memories().forEach(held -> query.matcher().matches(held.memory())));
    }

    @Override
    public SearchResult search(SearchQuery query) {
        ModelSearch search = new ModelSearch(query);
        return locked(() -> {
            checkSpace(query);
            List<Hit> hits = asked(query.owner()).stream()
                    .flatMap(owner ->
                            visible(owner, query.restrictedFilter(), query.showExpired(), query.now()).stream())
                    .flatMap(held -> search.score(held).stream())
                    .sorted(Comparator.comparingDouble(Hit::score)
                            .reversed()
                            .thenComparing(hit -> hit.memory().id()))
                    .limit(query.topK())
                    .toList();
            return new SearchResult(hits, position(query.owner()), false);
        });
    }

    private void checkSpace(SearchQuery query) {
        if (query.owner() == null || query.embedding() == null || !query.vectorGiven()) {
            return;
        }
        EmbeddingSpace given = query.embedding().embedding().space();
        Optional<EmbeddingSpace> space = home.find(query.owner()).flatMap(ModelOwner::space);
        if (space.isPresent() && !space.get().equals(given)) {
            throw MnemeException.at(
                    ErrorCode.EMBEDDER_MISMATCH,
                    "vector",
                    "This owner's vectors are of another embedder or dimension: search with a vector of theirs.");
        }
    }

    private Collection<ModelOwner> asked(@Nullable Owner owner) {
        return owner == null ? home.owners.values() : home.find(owner).stream().toList();
    }

    private static List<ModelOwner.Held> visible(ModelOwner owner, Filter filter, boolean showExpired, Instant now) {
        return java.util.stream.StreamSupport.stream(owner.memories().spliterator(), false)
                .filter(held -> showExpired || !held.memory().expired(now))
                .filter(held -> PlainFilter.matches(filter, held.memory()))
                .toList();
    }

    private @Nullable Position position(@Nullable Owner owner) {
        return owner == null ? null : head(owner);
    }

    @Override
    public List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit) {
        TreeMap<EntityKey, Entity> entities = new TreeMap<>();
        locked(() -> {
            home.owners
                    .values()
                    .forEach(owner -> owner.memories().forEach(held -> {
                        if (restriction.allows(held.memory().scope())) {
                            count(entities, held.memory());
                        }
                    }));
            return entities;
        });
        return entities.values().stream()
                .filter(entity -> after == null || EntityKey.of(entity).compareTo(EntityKey.of(after)) > 0)
                .limit(limit)
                .toList();
    }

    private record EntityKey(OwnerKind kind, String id) implements Comparable<EntityKey> {
        static EntityKey of(Entity entity) {
            return new EntityKey(entity.kind(), entity.id());
        }

        @Override
        public int compareTo(EntityKey other) {
            return kind == other.kind ? id.compareTo(other.id) : kind.compareTo(other.kind);
        }
    }

    private static void count(Map<EntityKey, Entity> entities, Memory memory) {
        for (OwnerKind kind : OwnerKind.values()) {
            String id = memory.scope().id(kind);
            if (id != null) {
                Entity one = new Entity(kind, id, 1, memory.createdAt(), memory.updatedAt());
                entities.merge(EntityKey.of(one), one, Entity::and);
            }
        }
    }

    @Override
    public List<Owner> ownersMatching(Filter filter) {
        return locked(() -> home.owners.values().stream()
                .filter(owner -> !visible(owner, filter, true, Instant.EPOCH).isEmpty())
                .map(ModelOwner::owner)
                .toList());
    }

    @Override
    public Position head(Owner owner) {
        return locked(() ->
                home.find(owner).map(ModelOwner::head).orElseGet(() -> new Position(home.epoch, owner.slot(), 0)));
    }

    /// There is one copy, which is always the latest: only a position that nobody gave out is waited for.
    @Override
    public dev.mneme.core.spi.StoreReads reading(Freshness freshness) {
        Owner owner = freshness.owner();
        Position position = freshness.position();
        if (owner != null && position != null && !await(owner, position, freshness.atMost())) {
            throw new MnemeException(ErrorCode.POSITION_AHEAD, "This store has not reached that position yet.");
        }
        return this;
    }

    private boolean await(Owner owner, Position position, Duration atMost) {
        if (!position.epoch().equals(home.epoch)) {
            return false;
        }
        return locked(() -> {
            try {
                long left = atMost.toNanos();
                while (head(owner).sequence() < position.sequence()) {
                    if (left <= 0) {
                        return false;
                    }
                    left = advanced.awaitNanos(left);
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
    }

    @Override
    public ChangeBatch changes(Owner owner, long afterSequence, int limit) {
        return locked(() -> {
            forgetChanges();
            return home.find(owner)
                    .orElseGet(() -> new ModelOwner(owner, home.epoch, home.feed))
                    .changes(afterSequence, limit);
        });
    }

    @Override
    public OperatorBatch changes(String cursor, int limit) {
        return locked(() -> {
            forgetChanges();
            return home.feed.after(cursor, limit);
        });
    }

    private void forgetChanges() {
        Instant now = settings.clock().instant();
        home.owners.values().forEach(owner -> owner.forgetChanges(now, settings.changesPerOwner()));
    }

    @Override
    public String operatorCursor() {
        return locked(home.feed::now);
    }

    @Override
    public Subscription subscribe(@Nullable Owner owner, Runnable onAdvance) {
        Listener listener = new Listener(owner, onAdvance);
        listeners.add(listener);
        return listener;
    }

    @Override
    public At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts) {
        return of(owner, at -> {
            for (Context context : at.contexts().all()) {
                if (!contexts.test(context)) {
                    break;
                }
            }
            return at.modes().all();
        });
    }

    @Override
    public Contexts contexts() {
        return new Contexts() {
            @Override
            public At<Optional<Context>> find(Owner owner, String key) {
                return of(owner, at -> at.contexts().find(key));
            }

            @Override
            public At<List<ContextVersion>> versions(Owner owner, String key) {
                return of(owner, at -> at.contexts().versions(key));
            }

            @Override
            public At<List<Context>> list(Contexts.Query query) {
                return of(query.owner(), at -> at.contexts().list(query));
            }
        };
    }

    @Override
    public Modes modes() {
        return new Modes() {
            @Override
            public At<Optional<ModeState>> find(Owner owner, String instanceId) {
                return of(owner, at -> at.modes().find(instanceId));
            }

            @Override
            public At<List<ModeState>> all(Owner owner) {
                return of(owner, at -> at.modes().all());
            }

            @Override
            public At<List<Transition>> transitions(Modes.Query query) {
                return of(query.owner(), at -> at.modes().transitions(query));
            }
        };
    }

    @Override
    public ResponseSources responses() {
        return new ResponseSources() {
            @Override
            public At<Optional<ResponseSource>> find(Owner owner, String chatId, String messageId) {
                return of(owner, at -> at.responses().find(chatId, messageId));
            }

            @Override
            public At<List<ResponseSource>> list(
                    Owner owner, Predicate<ResponseSource> filter, long afterSequence, int limit) {
                return of(owner, at -> at.responses().list(filter, afterSequence, limit));
            }

            @Override
            public At<List<ResponseSource>> newest(
                    Owner owner, Predicate<ResponseSource> filter, @Nullable Long beforeSequence, int limit) {
                return of(owner, at -> at.responses().newest(filter, beforeSequence, limit));
            }
        };
    }

    @Override
    public SyncEvents syncEvents() {
        return new SyncEvents() {
            @Override
            public At<Optional<SyncEvent>> find(Owner owner, MemoryId id) {
                return of(owner, at -> at.syncEvents().find(id));
            }

            @Override
            public At<Page> pending(Owner owner, String instanceId, Instant now, @Nullable Place after, int limit) {
                return of(owner, at -> at.syncEvents().pending(instanceId, now, after, limit));
            }
        };
    }

    @Override
    public Conflicts conflicts() {
        return new Conflicts() {
            @Override
            public At<Optional<Conflict>> find(Owner owner, MemoryId id) {
                return of(owner, at -> at.conflicts().find(id));
            }

            @Override
            public At<List<Conflict>> list(Query query) {
                return of(query.owner(), at -> at.conflicts().list(query));
            }
        };
    }

    @Override
    public Documents documents() {
        return documents(owner -> of(owner, ModelOwner::documents).value());
    }

    @Override
    public Documents systemDocuments() {
        return documents(owner -> home.system.documents());
    }

    private Documents documents(Function<Owner, ModelDocuments> of) {
        return new Documents() {
            @Override
            public Optional<Document> find(Owner owner, String collection, String id) {
                return locked(() -> of.apply(owner).find(collection, id));
            }

            @Override
            public List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit) {
                return locked(() -> of.apply(owner).list(collection, afterId, limit));
            }
        };
    }

    @Override
    public At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now) {
        return of(owner, at -> at.counts(restriction, now));
    }

    @Override
    public void export(@Nullable Owner owner, Consumer<Exported> visitor) {
        locked(() -> asked(owner).stream()
                        .flatMap(each -> each.export(settings.clock().instant(), settings).stream())
                        .toList())
                .forEach(visitor);
    }

    /// What is read of one owner, with the position that it is true at.
    private <T> At<T> of(Owner owner, Function<ModelOwner, T> read) {
        return locked(() -> {
            ModelOwner at = home.find(owner).orElseGet(() -> new ModelOwner(owner, home.epoch, home.feed));
            return new At<>(read.apply(at), at.head());
        });
    }

    @Override
    public OwnerSpace space(Owner owner) {
        return locked(() ->
                home.find(owner).map(ModelOwner::spaces).orElseGet(() -> new OwnerSpace(owner, null, null, false)));
    }

    /// The cursor is how many owners came before.
    @Override
    public SpacePage spaces(@Nullable String cursor, int limit) {
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        return locked(() -> {
            List<OwnerSpace> all = home.owners.values().stream()
                    .map(ModelOwner::spaces)
                    .filter(owner -> owner.now() != null)
                    .toList();
            int to = Math.min(all.size(), from + limit);
            return new SpacePage(all.subList(Math.min(from, to), to), to < all.size() ? String.valueOf(to) : null);
        });
    }

    @Override
    public List<Unstaged> unstaged(Owner owner, long afterArrival, int limit) {
        return locked(() ->
                home.find(owner).map(each -> each.unstaged(afterArrival, limit)).orElse(List.of()));
    }

    @Override
    public List<EmbeddingSpace> embedders() {
        return locked(home.system::embedders);
    }

    @Override
    public List<ApiKey> keys() {
        return locked(home.system::keys);
    }

    @Override
    public WriteResult writeSystem(Write write) {
        WriteResult result = locked(
                () -> home.system.write(write, home.commandTime(settings.clock().instant())));
        for (int i = 0; i < result.outcomes().size(); i++) {
            if (result.outcomes().get(i) instanceof Outcome.Done) {
                tell(write.commands().get(i));
            }
        }
        return result;
    }

    private void tell(Command command) {
        if (command instanceof Command.PutKey(ApiKey key)) {
            keyListeners.forEach(listener -> listener.put(key));
        } else if (command instanceof Command.DeleteKey(String id)) {
            keyListeners.forEach(listener -> listener.deleted(id));
        }
    }

    @Override
    public Subscription subscribeKeys(KeyListener listener) {
        keyListeners.add(listener);
        return () -> keyListeners.remove(listener);
    }

    @Override
    public StoreStatus status() {
        return locked(() -> {
            long memories =
                    home.owners.values().stream().mapToLong(ModelOwner::size).sum();
            long owners = home.owners.values().stream()
                    .filter(owner -> owner.size() > 0)
                    .count();
            return new StoreStatus(home.epoch, Journal.State.OK, List.of(), owners, memories, 0);
        });
    }

    @Override
    public String epoch() {
        return home.epoch;
    }

    /// Ends the subscriptions; the home stays for the next store.
    @Override
    public void close() {
        listeners.clear();
        keyListeners.clear();
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
