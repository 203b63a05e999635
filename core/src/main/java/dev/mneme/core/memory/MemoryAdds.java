package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.MemoryChecks;
import dev.mneme.core.spi.Store;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Adds memories: each is checked, gets an id and a vector, and joins the write of its owner.
///
/// **Threads**: any number may call.
final class MemoryAdds {
    /// How many owners' writes of one request wait for the log at once.
    private static final int OWNERS_AT_A_TIME = 16;

    /// An add of more memories than this counts as an import, whether it says so or not.
    private static final int MANY_ITEMS = 100;

    private final Store store;
    private final Embeddings embeddings;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Limits limits;
    private final MemoryChecks checks;

    MemoryAdds(Store store, Embeddings embeddings, InstantSource clock, RandomGenerator random, Limits limits) {
        this.store = store;
        this.embeddings = embeddings;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.checks = new MemoryChecks(limits);
    }

    Written<Memory> add(Caller caller, NewMemory memory, @Nullable Idempotency idempotency) {
        return switch (addAll(caller, List.of(new AddItem.Valid(memory)), idempotency)
                .getFirst()) {
            case Added.Stored(Written<Memory> written) -> written;
            case Added.Refused refused -> throw refused.failure();
        };
    }

    /// Adds many memories, each with a result of its own, in order. Memories of one owner become visible together;
    /// those of several owners do not.
    ///
    /// @param idempotency with a key, a failure that may pass (overload, a full disk) fails the whole request and
    ///     not one item, so that the request can be repeated as a whole: memories that were stored the first time
    ///     are answered as they were then
    List<Added> addAll(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return addAll(caller, items, idempotency, false);
    }

    /// As [#addAll], but if one memory cannot be prepared, for example embedded, none is stored.
    ///
    /// @throws MnemeException what was wrong with that memory
    List<Added> addAllOrNone(Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        return addAll(caller, items, idempotency, true);
    }

    private List<Added> addAll(
            Caller adder, List<AddItem> items, @Nullable Idempotency idempotency, boolean allOrNone) {
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

    /// Ids are made one after another before the embedding, so that their milliseconds never go back (within a
    /// millisecond their order is random). Embedding takes nearly all of the time, and keeps every worker of the
    /// embedder busy.
    private List<Prepared> prepareAll(Caller caller, List<AddItem> items, Set<Owner> answered) {
        List<Supplier<Prepared>> each =
                items.stream().map(item -> preparation(caller, item, answered)).toList();
        return SideBySide.map(embeddings.parallelism(), each, Supplier::get);
    }

    private Supplier<Prepared> preparation(Caller caller, AddItem item, Set<Owner> answered) {
        return switch (item) {
            case AddItem.Invalid(MnemeException failure) -> () -> new Prepared.Failed(failure);
            case AddItem.Valid(NewMemory memory) -> {
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

    /// What each owner's part of the request was answered with when the request first came: an answer, or a failure.
    /// Owners for whom it is new are left out.
    private Map<Owner, Supplier<WriteResult>> answered(
            Caller caller, List<AddItem> items, @Nullable Idempotency idempotency) {
        Map<Owner, Supplier<WriteResult>> answered = new HashMap<>();
        if (idempotency == null) {
            return answered;
        }
        items.stream()
                .flatMap(item -> item instanceof AddItem.Valid(NewMemory memory)
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

    /// @param answered the store's answer when the request first came; null when it is new
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
                                ? new Added.Stored(Written.memory(stored, result))
                                : new Added.Refused(Writes.failure(outcome, result.replayed())));
            }
        } catch (MnemeException e) {
            prepared.keySet().forEach(index -> added.put(index, new Added.Refused(e)));
        }
        return added;
    }

    /// Takes out the memories that had no vector. When the request first came, they were refused before the store was
    /// asked, since the owner's vectors were of another embedder.
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

    /// Fails as [#addAll] would refuse this memory. For doors that take all memories of a request or none.
    void requireValid(Caller caller, NewMemory memory) {
        Authorizer.requireScope(caller, memory.scope());
        checks.text(memory.text());
        checks.role(memory.role());
        checks.name(memory.name());
        checks.categories(memory.categories());
        checks.metadata(memory.metadata());
    }

    /// The command that adds the memory, with its vector and a new id.
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
                embeddings.ofText(
                        caller,
                        answered,
                        memory.scope().owner(),
                        memory.text(),
                        memory.name(),
                        memory.vector(),
                        memory.embedder(),
                        localOnly
                                || embeddings.areKeptFrom(caller, memory.scope().owner())),
                memory.dedupe() ? Command.Dedupe.BY_CONTENT : Command.Dedupe.OFF,
                limits.metadataBytes());
    }
}
