package dev.mneme.core.service;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.Wording;
import dev.mneme.core.queue.FairPool;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a caller can do with memories. Time, ids and embeddings are obtained here, before the store decides
/// anything.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone.
public final class MemoryService {
    /// Whose writes of one request wait for the log at the same time.
    private static final int OWNERS_AT_A_TIME = 16;

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// Searches and lists of one owner that wait for their turn.
    private static final int READS_WAITING = 4_000;

    /// Requests over many owners that wait for theirs.
    private static final int ACROSS_OWNERS_WAITING = 1_000;

    /// An add of more memories is an import, whether it says so or not.
    private static final int MANY_ITEMS = 100;

    private final Store store;
    private final @Nullable Embedder embedder;
    private final @Nullable Reembedding reembedding;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Limits limits;
    private final MemoryChecks checks;
    private final FairPool reads = FairPool.ofShortWork(
            "mneme-read",
            Math.max(2, CORES),
            QueueLimit.of(READS_WAITING),
            "Too many reads of this key, or of this owner, wait: send this again a little later.");
    private final FairPool acrossOwners = FairPool.ofLongWork(
            "mneme-scan",
            Math.max(1, CORES / 2),
            QueueLimit.of(ACROSS_OWNERS_WAITING),
            "Too many requests of this key that ask for many owners' memories wait: name an owner, or send this again"
                    + " a little later.");
    private final Conversations conversations;

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
        this.store = store;
        this.embedder = embedder;
        this.reembedding = reembedding;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.checks = new MemoryChecks(limits);
        this.conversations = new Conversations(store);
    }

    /// One memory's outcome in an add: a `Stored` with its position, or why it was refused.
    public sealed interface Added {
        record Stored(Outcome.Stored outcome, Position position, boolean replayed) implements Added {}

        record Refused(MnemeException failure) implements Added {}
    }

    /// A memory of an add, or what was already wrong with it when it was read.
    public sealed interface Item {
        record Valid(NewMemory memory) implements Item {}

        record Invalid(MnemeException failure) implements Item {}
    }

    public Added.Stored add(Caller caller, NewMemory memory, @Nullable Idempotency idempotency) {
        return switch (addAll(caller, List.of(new Item.Valid(memory)), idempotency)
                .getFirst()) {
            case Added.Stored stored -> stored;
            case Added.Refused refused -> throw refused.failure();
        };
    }

    /// Adds many, each with its own outcome, in order. Memories of one owner become visible together;
    /// those of several owners do not.
    ///
    /// @param idempotency what may pass (overload, a full disk) is then no item's outcome but the request's,
    ///     which is repeated as a whole: whose memories were stored are answered as they were
    public List<Added> addAll(Caller caller, List<Item> items, @Nullable Idempotency idempotency) {
        return addAll(caller, items, idempotency, false);
    }

    /// As [#addAll], but where one cannot be prepared, such as embedded, none is stored.
    ///
    /// @throws MnemeException what was wrong with that one
    public List<Added> addAllOrNone(Caller caller, List<Item> items, @Nullable Idempotency idempotency) {
        return addAll(caller, items, idempotency, true);
    }

    private List<Added> addAll(Caller adder, List<Item> items, @Nullable Idempotency idempotency, boolean allOrNone) {
        Authorizer.require(adder, Role.WRITE);
        Caller caller = items.size() > MANY_ITEMS ? adder.asBulk() : adder;
        if (items.isEmpty() || items.size() > limits.batchItems()) {
            throw MnemeException.invalid("items", "items must hold 1 to " + limits.batchItems() + " memories.");
        }
        Map<Integer, Added> added = new LinkedHashMap<>();
        Map<Owner, Map<Integer, Command.AddMemory>> byOwner = new LinkedHashMap<>();
        Map<Owner, Supplier<WriteResult>> answered = answered(caller, items, idempotency);
        List<Prepared> prepared = prepareAll(caller, items, answered.keySet());
        for (int i = 0; i < items.size(); i++) {
            switch (prepared.get(i)) {
                case Prepared.Ready(Command.AddMemory command) ->
                    byOwner.computeIfAbsent(command.scope().owner(), o -> new LinkedHashMap<>())
                            .put(i, command);
                case Prepared.Failed(MnemeException failure) -> {
                    boolean otherItems = idempotency != null && failure.code().isPassing(); // a repeated request's
                    if (allOrNone || otherItems) {
                        throw failure;
                    }
                    added.put(i, new Added.Refused(failure));
                }
            }
        }
        SideBySide.map(
                        OWNERS_AT_A_TIME,
                        List.copyOf(byOwner.entrySet()),
                        owner -> write(
                                caller, owner.getKey(), owner.getValue(), idempotency, answered.get(owner.getKey())))
                .forEach(added::putAll);
        if (idempotency != null) {
            requireNonePassing(added.values());
        }
        List<Added> inOrder = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            inOrder.add(Objects.requireNonNull(added.get(i)));
        }
        return inOrder;
    }

    private static void requireNonePassing(Collection<Added> added) {
        for (Added each : added) {
            if (each instanceof Added.Refused(MnemeException failure)
                    && failure.code().isPassing()) {
                throw failure;
            }
        }
    }

    /// An item of an add before the store is asked.
    private sealed interface Prepared {
        record Ready(Command.AddMemory command) implements Prepared {}

        record Failed(MnemeException failure) implements Prepared {}
    }

    /// Ids are made one after another, before the embedding, so that their milliseconds never go back (within
    /// one their order is chance's). Embedding, which takes nearly all of the time, keeps every worker of the
    /// embedder busy.
    private List<Prepared> prepareAll(Caller caller, List<Item> items, Set<Owner> answered) {
        List<Supplier<Prepared>> each =
                items.stream().map(item -> preparation(caller, item, answered)).toList();
        return SideBySide.map(embedder == null ? 1 : embedder.parallelism(), each, Supplier::get);
    }

    private Supplier<Prepared> preparation(Caller caller, Item item, Set<Owner> answered) {
        return switch (item) {
            case Item.Invalid(MnemeException failure) -> () -> new Prepared.Failed(failure);
            case Item.Valid(NewMemory memory) -> {
                Owner owner = memory.scope().owner();
                MemoryId id = MemoryId.create(clock.instant(), owner.slot(), random);
                yield () -> {
                    try {
                        return new Prepared.Ready(prepare(caller, memory, id, false, answered.contains(owner)));
                    } catch (MnemeException e) {
                        return new Prepared.Failed(e);
                    }
                };
            }
        };
    }

    /// What each owner's part of the request was answered with when it came first: an answer, or a failure. Owners that
    /// do not know it are left out.
    private Map<Owner, Supplier<WriteResult>> answered(
            Caller caller, List<Item> items, @Nullable Idempotency idempotency) {
        Map<Owner, Supplier<WriteResult>> answered = new HashMap<>();
        if (idempotency == null) {
            return answered;
        }
        items.stream()
                .flatMap(item -> item instanceof Item.Valid(NewMemory memory)
                        ? Stream.of(memory.scope().owner())
                        : Stream.empty())
                .distinct()
                .forEach(owner -> {
                    try {
                        store.answered(owner, caller.by(), idempotency)
                                .ifPresent(result -> answered.put(owner, () -> result));
                    } catch (MnemeException refused) {
                        answered.put(owner, () -> {
                            throw refused;
                        });
                    }
                });
        return answered;
    }

    /// @param answered what the store answered the same request with before; null when it does not know it
    private Map<Integer, Added> write(
            Caller caller,
            Owner owner,
            Map<Integer, Command.AddMemory> prepared,
            @Nullable Idempotency idempotency,
            @Nullable Supplier<WriteResult> answered) {
        Map<Integer, Added> added = new LinkedHashMap<>();
        Map<Integer, Command.AddMemory> commands = new LinkedHashMap<>(prepared);
        try {
            WriteResult result = answered == null
                    ? store.write(new Write(owner, caller.by(), idempotency, List.copyOf(commands.values())))
                    : answered.get();
            if (answered != null && result.outcomes().size() < commands.size()) {
                added.putAll(refusedBefore(commands));
            }
            if (result.outcomes().size() != commands.size()) {
                throw MnemeException.at(
                        ErrorCode.IDEMPOTENCY_KEY_REUSED,
                        "Idempotency-Key",
                        "When this key was first used, other items of the request were refused: use a new key.");
            }
            int next = 0;
            for (Integer index : commands.keySet()) {
                Outcome outcome = result.outcomes().get(next++);
                added.put(
                        index,
                        outcome instanceof Outcome.Stored stored
                                ? new Added.Stored(stored, result.position(), result.replayed())
                                : new Added.Refused(Writes.failure(outcome, result.replayed())));
            }
        } catch (MnemeException e) {
            prepared.keySet().forEach(index -> added.put(index, new Added.Refused(e)));
        }
        return added;
    }

    /// Takes out what had no vector: when the request came first it was refused before the store was asked, since the
    /// owner's vectors were another embedder's.
    private static Map<Integer, Added> refusedBefore(Map<Integer, Command.AddMemory> commands) {
        Map<Integer, Added> refused = new LinkedHashMap<>();
        MnemeException failure = MnemeException.at(
                        ErrorCode.EMBEDDER_MISMATCH,
                        "vector",
                        "When this request came first, this owner's vectors were another embedder's: send a vector of"
                                + " that, or the text under a new Idempotency-Key.")
                .asReplayed();
        commands.forEach((index, command) -> {
            if (command.embedding() == null) {
                refused.put(index, new Added.Refused(failure));
            }
        });
        commands.keySet().removeAll(refused.keySet());
        return refused;
    }

    /// For doors that take all memories of a request or none: what [#addAll] would refuse of this one.
    public void requireValid(Caller caller, NewMemory memory) {
        Authorizer.requireScope(caller, memory.scope());
        checks.text(memory.text());
        checks.role(memory.role());
        checks.name(memory.name());
        checks.categories(memory.categories());
        checks.metadata(memory.metadata());
    }

    /// The command that adds the memory, embedded and with an id of its own.
    ///
    /// @param localOnly whether its text must not leave this machine, whatever the caller's mode is by now
    Command.AddMemory prepare(Caller caller, NewMemory memory, boolean localOnly) {
        MemoryId id = MemoryId.create(clock.instant(), memory.scope().owner().slot(), random);
        return prepare(caller, memory, id, localOnly, false);
    }

    private Command.AddMemory prepare(
            Caller caller, NewMemory memory, MemoryId id, boolean localOnly, boolean answered) {
        requireValid(caller, memory);
        return new Command.AddMemory(
                id,
                memory.scope(),
                memory.text(),
                memory.role(),
                memory.name(),
                memory.metadata(),
                memory.categories(),
                memory.timestamp(),
                memory.expiresAt(),
                embedding(
                        caller,
                        answered,
                        memory.scope().owner(),
                        memory.text(),
                        memory.name(),
                        memory.vector(),
                        memory.embedder(),
                        localOnly || inspired(caller, memory.scope().owner())),
                memory.dedupe() ? Command.Dedupe.BY_CONTENT : Command.Dedupe.OFF,
                limits.metadataBytes());
    }

    /// @param answered whether the store knows the request already, so that nothing is made of it any more
    private @Nullable Embedding embedding(
            Caller caller,
            boolean answered,
            Owner owner,
            String text,
            @Nullable String name,
            float @Nullable [] vector,
            @Nullable String embedderId,
            boolean localOnly) {
        if (vector != null) {
            return Embedding.ofCaller(embedderId == null ? EmbeddingSpace.CALLER : embedderId, vector);
        }
        if (embedderId != null) {
            throw MnemeException.invalid("embedder", "embedder says what made the vector: send a vector with it.");
        }
        if (answered || embedder == null || (localOnly && embedder.remote())) {
            return null;
        }
        requireTakes(owner, embedder.space());
        Embedding embedding = embedder.embed(Reembedding.toEmbed(name, text), caller.demand(Purpose.ADD, owner));
        if (reembedding != null) {
            reembedding.expect(owner);
        }
        return embedding;
    }

    /// What the store would refuse afterwards is not embedded first.
    private void requireTakes(Owner owner, EmbeddingSpace space) {
        OwnerSpace there = store.space(owner);
        EmbeddingSpace now = there.now();
        boolean moved = now != null && reembedding != null && reembedding.moves(now);
        if (now == null || now.equals(space) || space.equals(there.next()) || moved) {
            return;
        }
        throw MnemeException.at(
                ErrorCode.EMBEDDER_MISMATCH,
                "vector",
                "This owner's vectors are of " + now.embedder() + " with " + now.dimension()
                        + " numbers: send such a vector, and name its embedder.");
    }

    /// Whether what the caller writes for this owner, or asks of it, must not leave this machine.
    private boolean inspired(Caller caller, Owner owner) {
        return embedder != null
                && embedder.remote()
                && owner.kind() == OwnerKind.USER
                && store.modes()
                        .find(owner, caller.by().instance())
                        .value()
                        .filter(state -> state.current() == Mode.INSPIRED)
                        .isPresent();
    }

    public At<Memory> get(Caller caller, MemoryId id, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        At<Memory> found = visible(caller, id);
        if (options.position() != null) {
            fresh(found.value().scope().owner(), options);
            return visible(caller, id);
        }
        return found;
    }

    private At<Memory> visible(Caller caller, MemoryId id) {
        return store.find(id)
                .filter(at -> Authorizer.maySee(caller, at.value()))
                .filter(at -> !at.value().expired(clock.instant()))
                .orElseThrow(MemoryService::noSuchMemory);
    }

    /// A changed memory and the owner's position after the change.
    public record Updated(Outcome.Stored outcome, Position position, boolean replayed) {}

    /// For doors that take all changes of a request or none: what [#update] would refuse of this one, as the
    /// memory is now.
    public void requireValid(Caller caller, MemoryId id, MemoryPatch patch) {
        Authorizer.require(caller, Role.WRITE);
        checked(caller, id, patch, false);
    }

    /// The memory that may be changed so.
    private Memory checked(Caller caller, MemoryId id, MemoryPatch patch, boolean maybeRepeated) {
        if (patch.text() != null) {
            checks.text(patch.text());
        }
        checks.categories(patch.categories());
        if (patch.metadata() != null) {
            TextBytes.of("metadata", patch.metadata()); // well-formed?
        }
        Memory now = writable(caller, id, maybeRepeated);
        if (now.immutable()) {
            throw MnemeException.invalid(
                    "id", "This memory is immutable: it can be deleted, and another be added, but not be changed.");
        }
        if (patch.metadata() != null && !maybeRepeated) {
            checks.patched(now.metadata(), now.metadata().mergePatch(patch.metadata())); // the store decides again
        }
        return now;
    }

    public Updated update(Caller caller, MemoryId id, MemoryPatch patch, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Memory now = checked(caller, id, patch, idempotency != null);
        Owner owner = now.scope().owner();
        Optional<WriteResult> answered =
                idempotency == null ? Optional.empty() : store.answered(owner, caller.by(), idempotency);
        WriteResult result = answered.isPresent()
                ? Writes.accepted(answered.get())
                : write(caller, owner, idempotency, update(caller, now, patch));
        return new Updated((Outcome.Stored) result.outcomes().getFirst(), result.position(), result.replayed());
    }

    private Command update(Caller caller, Memory now, MemoryPatch patch) {
        Embedding embedding = patch.text() == null && patch.vector() == null && patch.embedder() == null
                ? null
                : embedding(
                        caller,
                        false,
                        now.scope().owner(),
                        patch.text() == null ? now.text() : patch.text(),
                        now.name(),
                        patch.vector(),
                        patch.embedder(),
                        now.localOnly() || inspired(caller, now.scope().owner()));
        return new Command.UpdateMemory(
                now.id(),
                patch.text(),
                embedding,
                patch.metadata(),
                patch.categories(),
                patch.expiry(),
                patch.timestamp(),
                patch.expectedVersion(),
                limits.metadataBytes());
    }

    /// @param count how many memories went
    public record Deleted(long count, @Nullable Position position, boolean replayed) {}

    public Deleted delete(Caller caller, MemoryId id, long expectedVersion, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Memory now = writable(caller, id, idempotency != null);
        WriteResult result =
                write(caller, now.scope().owner(), idempotency, new Command.DeleteMemory(id, expectedVersion));
        return new Deleted(1, result.position(), result.replayed());
    }

    /// The memory to write to, as its owner and scope are needed before the write. A repeated request
    /// may concern one that is deleted by now: its history still tells whose it was.
    private Memory writable(Caller caller, MemoryId id, boolean maybeRepeated) {
        Optional<Memory> memory = store.find(id).map(At::value);
        if (memory.isEmpty() && maybeRepeated) {
            memory = store.history(id).map(at -> at.value().getLast().memory());
        }
        return memory.filter(m -> Authorizer.maySee(caller, m)).orElseThrow(MemoryService::noSuchMemory);
    }

    /// Deletes everything that the filter matches and the key may see, expired memories too, in steps
    /// that are each atomic.
    public Deleted deleteMatching(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        if (filter.equals(Filter.And.ALL)) {
            throw MnemeException.invalid(
                    "userId",
                    "Say whose memories: name userId, agentId, appId, runId or a filter. Nothing was deleted.");
        }
        Filter restricted = Authorizer.restrict(caller, filter);
        Optional<Owner> owner = Authorizer.route(caller, restricted);
        if (owner.isPresent()) {
            return deleteMatching(caller, owner.get(), FilterMatcher.of(restricted), idempotency);
        }
        if (idempotency != null) {
            throw MnemeException.invalid(
                    "Idempotency-Key",
                    "A deletion over several owners cannot be repeated safely: what is added meanwhile would go too. Send"
                            + " it without an Idempotency-Key, or one for each owner.");
        }
        long count = 0;
        conversations.forgetAnywhere(caller.by(), restricted);
        FilterMatcher matcher = FilterMatcher.of(restricted);
        for (Owner each : ownersMatching(caller, restricted)) {
            count += deleteMatching(caller, each, matcher, null).count();
        }
        return new Deleted(count, null, false);
    }

    /// What of the conversations waits to become memories is forgotten after the memories, and what was made of it
    /// meanwhile is deleted then; not for a repeated request, which would take what came since.
    private Deleted deleteMatching(
            Caller caller, Owner owner, FilterMatcher matcher, @Nullable Idempotency idempotency) {
        Deleted deleted = deleteSteps(caller, owner, matcher, idempotency);
        if (deleted.replayed() || !conversations.forget(caller.by(), owner, matcher.filter())) {
            return deleted;
        }
        Deleted more = deleteSteps(caller, owner, matcher, null);
        return new Deleted(deleted.count() + more.count(), more.position(), false);
    }

    /// In steps, since a command is applied as a whole; a repeated request repeats each step's answer. A step that
    /// deleted less than it might is the last, unless it, or one before it, named what had changed by then: that is
    /// looked for once more.
    private Deleted deleteSteps(Caller caller, Owner owner, FilterMatcher matcher, @Nullable Idempotency idempotency) {
        DeletionSteps steps =
                new DeletionSteps(owner, matcher, clock, query -> inTurn(caller, owner, () -> store.list(query)));
        long count = 0;
        boolean missed = false;
        for (int n = 0; ; n++) {
            WriteResult result =
                    write(caller, owner, step(idempotency, n), new Command.DeleteUnchanged(steps.present()));
            Outcome.DeletedMany deleted =
                    (Outcome.DeletedMany) result.outcomes().getFirst();
            count += deleted.count();
            boolean last = deleted.count() < Command.DeleteUnchanged.MAX_MEMORIES && !deleted.incomplete();
            if (last && !missed) {
                return new Deleted(count, result.position(), result.replayed());
            }
            missed = !last && (missed || deleted.incomplete());
            if (!result.replayed()) {
                steps.next();
            }
        }
    }

    /// A key of its own for each step of a request: no caller's key holds a control character.
    private static @Nullable Idempotency step(@Nullable Idempotency idempotency, int n) {
        return idempotency == null || n == 0
                ? idempotency
                : new Idempotency(idempotency.key() + '\0' + n, idempotency.requestHash());
    }

    /// Removes all that is kept of one owner: memories, history, changes, idempotency records.
    public Deleted erase(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.ADMIN);
        Owner owner = OwnerRoute.of(filter)
                .orElseThrow(() -> MnemeException.invalid(
                        "erase",
                        "Erasing needs exactly one owner: userId=…, or a lower id with every higher one null."));
        if (!Filter.isExactly(filter, owner)) {
            throw MnemeException.invalid(
                    "erase", "Erasing takes a whole owner: name its id alone, without a filter or further ids.");
        }
        Authorizer.requireWholeOwner(caller, owner);
        Runnable pointers = conversations.pointersOf(owner);
        WriteResult result = write(caller, owner, idempotency, new Command.EraseOwner());
        if (!result.replayed()) {
            pointers.run();
        }
        long count = ((Outcome.DeletedMany) result.outcomes().getFirst()).count();
        return new Deleted(count, result.position(), result.replayed());
    }

    private WriteResult write(Caller caller, Owner owner, @Nullable Idempotency idempotency, Command command) {
        return Writes.one(store, caller, owner, idempotency, command);
    }

    public MemoryPage list(
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
        Owner owner = freshOwner(caller, restricted, options);
        return inTurn(
                caller,
                owner,
                () -> store.list(
                        new MemoryQuery(owner, restricted, order, limit, cursor, showExpired, clock.instant())));
    }

    /// All memories that match, a page at a time, one owner after another and each owner's newest first:
    /// linear in their number, where [#list] over many owners looks at all of them for each page.
    public Iterator<List<Memory>> pages(Caller caller, Filter filter, boolean showExpired) {
        Authorizer.require(caller, Role.READ);
        Filter restricted = Authorizer.restrict(caller, filter);
        List<Owner> owners =
                Authorizer.route(caller, restricted).map(List::of).orElseGet(() -> ownersMatching(caller, restricted));
        return new MemoryPages(store, clock, owners, restricted, showExpired, limits.pageItems());
    }

    /// How many memories the caller may see, expired ones too; for a key with restrictions they are read for that.
    public long count(Caller caller) {
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

    /// The memories with these ids that the caller may see, expired ones too, in the order of the ids. What is
    /// gone is left out.
    public List<Memory> find(Caller caller, List<MemoryId> ids) {
        Authorizer.require(caller, Role.READ);
        return ids.stream()
                .map(store::find)
                .flatMap(Optional::stream)
                .map(At::value)
                .filter(memory -> Authorizer.maySee(caller, memory))
                .peek(Collected::joined)
                .toList();
    }

    /// What a caller searches for.
    ///
    /// @param vector the query as the caller embedded it, or null to have `text` embedded
    /// @param reference from when and where dates in the text ("last week", "in May") are seen; null: now, in UTC
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Search(
            @Nullable String text,
            float @Nullable [] vector,
            @Nullable String embedder,
            Filter filter,
            int topK,
            double threshold,
            boolean showExpired,
            @Nullable ZonedDateTime reference) {}

    public SearchResult search(Caller caller, Search search, ReadOptions options) {
        return search(caller, search, options, false);
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
        Owner owner = freshOwner(caller, restricted, options);
        Instant now = clock.instant();
        SearchQuery query = new SearchQuery(
                owner,
                text,
                queryEmbedding(caller, owner, search, text, localOnly || (owner != null && inspired(caller, owner))),
                search.vector() != null,
                caller.key().restriction(),
                restricted,
                search.topK(),
                search.threshold(),
                search.showExpired(),
                now,
                search.reference() == null ? now.atZone(ZoneOffset.UTC) : search.reference(),
                limits.searchTime());
        return inTurn(caller, owner, () -> store.search(query));
    }

    /// Reads take turns, so that many of one tenant's do not keep everybody else's from going on. What asks for many
    /// owners' memories takes longer and has turns of its own.
    private <T> T inTurn(Caller caller, @Nullable Owner owner, Supplier<T> read) {
        try {
            return (owner == null ? acrossOwners : reads).run(caller.tenant(owner), Collected.carried(read));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "Interrupted while waiting for a turn.", e);
        }
    }

    private List<Owner> ownersMatching(Caller caller, Filter filter) {
        return inTurn(caller, null, () -> store.ownersMatching(filter));
    }

    /// A query may be as long as its request: see [LongQuery].
    private static String query(String text) {
        if (Wording.isEmpty(text)) {
            throw MnemeException.invalid("query", "query must not be empty.");
        }
        TextBytes.of("query", text); // well-formed?
        return LongQuery.shortened(text);
    }

    private @Nullable QueryEmbedding queryEmbedding(
            Caller caller, @Nullable Owner owner, Search search, @Nullable String text, boolean localOnly) {
        if (search.vector() != null) {
            String id = search.embedder() == null ? EmbeddingSpace.CALLER : search.embedder();
            return new QueryEmbedding(Embedding.ofCaller(id, search.vector()), List.of());
        }
        if (search.embedder() != null) {
            throw MnemeException.invalid("embedder", "embedder says what made the vector: send a vector with it.");
        }
        if (embedder == null || text == null || (localOnly && embedder.remote())) {
            return null;
        }
        boolean compared =
                owner == null || embedder.space().equals(store.space(owner).now());
        return compared ? LongQuery.embed(embedder, text, caller.demand(Purpose.QUERY, owner)) : null;
    }

    public At<List<MemoryVersion>> history(Caller caller, MemoryId id, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        At<List<MemoryVersion>> found = visibleHistory(caller, id);
        if (options.position() != null) {
            fresh(found.value().getFirst().memory().scope().owner(), options);
            return visibleHistory(caller, id);
        }
        return found;
    }

    private At<List<MemoryVersion>> visibleHistory(Caller caller, MemoryId id) {
        return store.history(id)
                .filter(at -> Authorizer.maySee(caller, at.value().getFirst().memory()))
                .orElseThrow(MemoryService::noSuchMemory);
    }

    /// How many owners, whom the caller may see and the filter may concern, an answer across owners leaves out,
    /// because their data was changed from outside. None where one owner is asked: that is refused instead.
    public int leftOut(Caller caller, Filter filter) {
        Filter restricted = Authorizer.restrict(caller, filter);
        return Authorizer.route(caller, restricted).isPresent() ? 0 : store.leftOut(restricted);
    }

    public List<Entity> entities(Caller caller, @Nullable Entity after, int limit) {
        Authorizer.require(caller, Role.READ);
        checkCount("limit", limit);
        return inTurn(caller, null, () -> store.entities(caller.key().restriction(), after, limit));
    }

    /// All of them: for a key with restrictions as dear as one page, since its memories are counted for each.
    public List<Entity> entities(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return inTurn(caller, null, () -> store.entities(caller.key().restriction(), null, Integer.MAX_VALUE));
    }

    private void checkCount(String field, int count) {
        if (count < 1 || count > limits.pageItems()) {
            throw MnemeException.invalid(field, field + " must be 1 to " + limits.pageItems() + ".");
        }
    }

    /// The one owner that is asked, once it is as fresh as the caller wants; null when every shard is asked.
    private @Nullable Owner freshOwner(Caller caller, Filter restricted, ReadOptions options) {
        Optional<Owner> owner = Authorizer.route(caller, restricted);
        if (options.position() != null) {
            fresh(
                    owner.orElseThrow(() -> MnemeException.invalid(
                            "Mneme-Position",
                            "A position is of one owner, and this request asks several: leave it out.")),
                    options);
        }
        return owner.orElse(null);
    }

    private void fresh(Owner owner, ReadOptions options) {
        Positions.await(store, owner, options, limits.positionWait());
    }

    private static MnemeException noSuchMemory() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id.");
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
