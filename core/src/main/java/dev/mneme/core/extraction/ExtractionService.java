package dev.mneme.core.extraction;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes memories of conversations, with a language model, in the background: what was taken is done,
/// after a restart too. Each owner's are done one after another in the order in which they came; one that
/// fails is passed by, though not by those of its session.
///
/// One that fails (the model is down, slow or answers nonsense) is tried again after each of the
/// pauses, then given up: it stays for [#FAILED_KEPT], with the reason and its messages, for somebody
/// to have it tried again. One that succeeded is remembered for [#SUCCEEDED_KEPT], without text; when
/// there are many, for [#LEAST_KEPT].
///
/// **Threads**: any number may call.
public final class ExtractionService implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ExtractionService.class.getName());

    /// How long to wait after each failed attempt: six and a half minutes in all.
    public static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5));

    static final Duration SUCCEEDED_KEPT = Duration.ofHours(24);
    static final Duration LEAST_KEPT = Duration.ofMinutes(10);
    static final Duration FAILED_KEPT = Duration.ofDays(30);
    static final int MANY = 5_000;

    /// Characters of a request, with room left for what is noted later.
    private static final long MAX_SIZE = Document.MAX_SIZE - (16 << 10);

    /// How many of the server's pointers each request looks at for those whose time is over.
    private static final int SWEPT = 8;

    private final Store store;
    private final MemoryService memories;
    private final @Nullable FactExtractor extractor;
    private final ExtractionDocuments documents;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ExtractionLines lines;
    private final AtomicInteger remembered = new AtomicInteger();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicReference<@Nullable UUID> sweptTo = new AtomicReference<>();

    /// How the work is done.
    ///
    /// @param concurrency how many extractions are at work at once
    /// @param tries after so many failed attempts one is given up
    /// @param pauses after each failed attempt; the last one after every further
    public record Settings(int concurrency, int tries, List<Duration> pauses) {
        public Settings {
            pauses = List.copyOf(pauses);
        }
    }

    /// @param extractor null: there is no model, and nothing is taken
    public ExtractionService(
            Store store,
            MemoryService memories,
            ProjectService projects,
            @Nullable FactExtractor extractor,
            InstantSource clock,
            RandomGenerator random,
            Settings settings) {
        this.store = store;
        this.memories = memories;
        this.extractor = extractor;
        this.documents = new ExtractionDocuments(store);
        this.clock = clock;
        this.random = random;
        ExtractionLines.Attempt none = _ -> new ExtractionLines.Attempted.Finished();
        this.lines = new ExtractionLines(
                extractor == null
                        ? none
                        : new ExtractionWorker(store, memories, extractor, projects, clock, settings.tries())::attempt,
                settings.pauses(),
                settings.concurrency());
    }

    /// Takes up what was taken before the last stop. Without a model it waits for a start with one.
    public void start() {
        List<Pointer> all = documents.pointers();
        remembered.set(all.size());
        if (extractor == null) {
            return;
        }
        all.stream()
                .sorted(Comparator.comparing(Pointer::at).thenComparing(Pointer::id))
                .forEach(this::takeUp);
    }

    /// What cannot be read is looked at again when it is its turn: it is no reason not to serve anybody else.
    private void takeUp(Pointer pointer) {
        try {
            documents
                    .find(pointer.owner(), pointer.id())
                    .map(Stored::extraction)
                    .filter(extraction -> !extraction.isFinished())
                    .ifPresent(extraction -> lines.takeUp(pointer, ExtractionLines.session(extraction.scope())));
        } catch (MnemeException e) {
            lines.takeUp(pointer, null);
        }
    }

    /// As its line needs it.
    private static Pointer pointer(Extraction extraction) {
        return new Pointer(
                extraction.id(),
                extraction.scope().owner(),
                extraction.by().keyId(),
                extraction.createdAt(),
                extraction.createdAt(),
                Command.ANY_VERSION);
    }

    public boolean hasModel() {
        return extractor != null;
    }

    /// Whether there is a model that the caller's messages may be given to: what an instance says while
    /// `inspired` does not leave this machine.
    public boolean isAvailable(Caller caller, Owner owner) {
        return extractor != null && !(extractor.remote() && inspired(caller, owner));
    }

    private boolean inspired(Caller caller, Owner owner) {
        return owner.kind() == OwnerKind.USER
                && store.modes()
                        .find(owner, caller.by().instance())
                        .value()
                        .filter(state -> state.current() == Mode.INSPIRED)
                        .isPresent();
    }

    /// The extraction that there is of a request that may be repeated.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another
    public Optional<Extraction> find(Caller caller, ScopeIds scope, Idempotency idempotency) {
        Authorizer.requireScope(caller, scope);
        return documents
                .find(scope.owner(), id(caller, scope.owner(), idempotency))
                .map(stored -> repeated(stored, hash(idempotency)));
    }

    /// Takes messages; once this returns they are on the disk. Under an idempotency key that was used
    /// for the same request, it is the extraction that there is.
    ///
    /// What is to be split is not when the key may not write one of the parts, such as an agent's without the user
    /// that it is restricted to.
    public Extraction submit(Caller caller, ExtractionRequest asked, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireScope(caller, asked.scope());
        ExtractionRequest request = asked.split() && !mayWriteParts(caller, asked.scope()) ? asked.whole() : asked;
        requireValid(caller, request);
        Owner owner = request.scope().owner();
        UUID id = id(caller, owner, idempotency);
        Optional<Stored> same = idempotency == null ? Optional.empty() : documents.find(owner, id);
        if (same.isPresent()) {
            return repeated(same.get(), hash(idempotency));
        }
        sweep();
        Extraction extraction = new Extraction(
                id,
                request.scope(),
                caller.by(),
                State.PENDING,
                0,
                null,
                clock.instant(),
                null,
                clock.instant(),
                request.messages(),
                inspired(caller, owner),
                List.of());
        Command.PutDocument document = ExtractionDocuments.put(extraction, request, hash(idempotency), 0);
        requireFits(document);
        try (ExtractionLines.Place place = place(caller.key().id(), owner)) {
            documents.point(caller.by(), id, owner);
            documents.write(caller.by(), owner, document);
            place.take(pointer(extraction), ExtractionLines.session(extraction.scope()));
            return extraction;
        } catch (MnemeException e) {
            if (idempotency != null && e.code() == ErrorCode.VERSION_CONFLICT) {
                return documents // the same request, at the same time
                        .find(owner, id)
                        .map(stored -> repeated(stored, hash(idempotency)))
                        .orElseThrow(() -> e);
            }
            throw e;
        }
    }

    private static boolean mayWriteParts(Caller caller, ScopeIds scope) {
        Restriction restriction = caller.key().restriction();
        return restriction.allows(ExtractionRequest.users(scope))
                && restriction.allows(ExtractionRequest.agents(scope));
    }

    private static String hash(@Nullable Idempotency idempotency) {
        return idempotency == null ? "" : HexFormat.of().formatHex(idempotency.requestHash());
    }

    private void requireValid(Caller caller, ExtractionRequest request) {
        if (extractor == null) {
            throw new IllegalStateException("there is no model");
        }
        if (request.messages().isEmpty()) {
            throw MnemeException.invalid("messages", "messages must hold one message at least.");
        }
        long characters =
                request.messages().stream().mapToLong(m -> m.text().length()).sum();
        if (characters > extractor.maxCharacters()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    "messages",
                    "The language model reads " + extractor.maxCharacters()
                            + " characters of a conversation at once (extraction.context): send it in parts.");
        }
        for (Message message : request.messages()) {
            memories.requireValid(
                    caller,
                    new NewMemory(
                            request.scope(),
                            message.text(),
                            message.role(),
                            message.name(),
                            request.metadata(),
                            List.of(),
                            request.timestamp(),
                            request.expiresAt(),
                            null,
                            null,
                            true));
        }
    }

    /// A model reads no more at once, and what is kept of an extraction has its limit.
    private static void requireFits(Command.PutDocument document) {
        if (document.data().size() > MAX_SIZE) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    "messages",
                    "A conversation of which facts are extracted may have " + MAX_SIZE
                            + " characters with all that comes with it: send it in parts.");
        }
    }

    /// One that is made of the idempotency key, where there is one, so that the same request has the same.
    private UUID id(Caller caller, Owner owner, @Nullable Idempotency idempotency) {
        if (idempotency == null) {
            return MemoryId.create(clock.instant(), owner.slot(), random).value();
        }
        String name = "extraction " + caller.key().id() + ' ' + HexFormat.of().formatHex(owner.hash()) + ' '
                + idempotency.key();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }

    private static Extraction repeated(Stored stored, String hash) {
        if (!stored.requestHash().equals(hash)) {
            throw MnemeException.at(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key",
                    "This key was used for another request: use a new key.");
        }
        return stored.extraction();
    }

    private ExtractionLines.Place place(String keyId, Owner owner) {
        return lines.place(keyId, owner)
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.OVERLOADED,
                        "Too many conversations of this key, or of this owner, wait for the language model: send this"
                                + " again later, or with infer=false."));
    }

    /// Forgets some of those whose time is over. A pointer that leads nowhere is one whose work is
    /// being written, unless it is old.
    private void sweep() {
        List<Pointer> some = documents.pointersAfter(sweptTo.get(), SWEPT);
        counted.addAndGet(some.size());
        if (some.size() < SWEPT) { // a round is complete
            remembered.set(counted.getAndSet(0));
            sweptTo.set(null);
        } else {
            sweptTo.set(some.getLast().id());
        }
        for (Pointer pointer : some) {
            try {
                sweep(pointer);
            } catch (MnemeException e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "Extraction " + pointer.id() + " cannot be forgotten now: "
                                + e.code().wireName());
            }
        }
    }

    private void sweep(Pointer pointer) {
        Instant now = clock.instant();
        Optional<Stored> stored = documents.find(pointer.owner(), pointer.id());
        Instant since = stored.map(each -> each.extraction().updatedAt()).orElse(pointer.touched());
        Duration kept = stored.map(each -> kept(each.extraction().state())).orElse(LEAST_KEPT);
        if (since.plus(kept).isBefore(now)) {
            forget(pointer, stored);
        }
    }

    private Duration kept(State state) {
        return switch (state) {
            case PENDING -> Duration.ofDays(36_500);
            case FAILED -> FAILED_KEPT;
            case SUCCEEDED -> remembered.get() > MANY ? LEAST_KEPT : SUCCEEDED_KEPT;
        };
    }

    /// As it was read: one that has changed since stays, and so does what points to it.
    private boolean forget(Pointer pointer, Optional<Stored> stored) {
        if (stored.isPresent() && !documents.remove(Provenance.ofKey(pointer.keyId()), stored.get())) {
            return false;
        }
        documents.removePointer(pointer);
        lines.wake(pointer);
        return true;
    }

    /// How far it is now, at the latest when the time is over.
    ///
    /// @param taken as it was submitted
    public Extraction await(Extraction taken, Duration atMost) {
        Owner owner = taken.scope().owner();
        try {
            lines.await(taken.id(), owner, atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return documents.find(owner, taken.id()).map(Stored::extraction).orElse(taken);
    }

    /// @throws MnemeException `not_found` for one that another key asked for, unless the caller is an operator
    public Extraction get(Caller caller, UUID id) {
        Authorizer.require(caller, Role.READ);
        return stored(pointer(caller, id)).extraction();
    }

    /// Whether it is being worked on at this moment.
    public boolean isRunning(UUID id) {
        return lines.isRunning(id);
    }

    /// One that can be asked for, and when it came.
    public record Listed(UUID id, Instant at) {}

    /// Those that the caller asked for, and of an operator's key all; the latest first.
    public List<Listed> list(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return visible(caller)
                .sorted(Comparator.comparing(Pointer::at)
                        .thenComparing(Pointer::id)
                        .reversed())
                .map(pointer -> new Listed(pointer.id(), pointer.at()))
                .toList();
    }

    private Stream<Pointer> visible(Caller caller) {
        return documents.pointers().stream().filter(pointer -> maySee(caller, pointer));
    }

    /// Those that have failed, of those that the caller may see.
    public List<UUID> failed(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return visible(caller).filter(this::hasFailed).map(Pointer::id).toList();
    }

    private boolean hasFailed(Pointer pointer) {
        try {
            return documents
                    .find(pointer.owner(), pointer.id())
                    .filter(stored -> stored.extraction().state() == State.FAILED)
                    .isPresent();
        } catch (MnemeException e) {
            return false; // an owner that cannot be read says so elsewhere
        }
    }

    /// Has one that was given up tried again.
    public Extraction retry(Caller caller, UUID id) {
        Authorizer.require(caller, Role.WRITE);
        Pointer pointer = pointer(caller, id);
        Stored stored = stored(pointer);
        Extraction was = stored.extraction();
        if (was.state() != State.FAILED) {
            throw MnemeException.invalid("id", "Only an extraction that has failed can be tried again.");
        }
        if (extractor == null) {
            throw MnemeException.invalid("id", "No language model is configured that could try it again.");
        }
        Extraction again = new Extraction(
                was.id(),
                was.scope(),
                was.by(),
                State.PENDING,
                0,
                was.reason(),
                was.createdAt(),
                null,
                was.updatedAt(),
                was.messages(),
                was.localOnly(),
                List.of());
        try (ExtractionLines.Place place = place(pointer.keyId(), pointer.owner())) {
            documents.write(
                    caller.by(),
                    pointer.owner(),
                    ExtractionDocuments.put(again, stored.asked(), stored.requestHash(), stored.version()));
            place.take(pointer, ExtractionLines.session(again.scope()));
        }
        return again;
    }

    /// Forgets one with its messages; one that waits is not done any more. The memories that it made
    /// stay, and so does what it added to a session.
    public void delete(Caller caller, UUID id) {
        Authorizer.require(caller, Role.WRITE);
        Pointer pointer = pointer(caller, id);
        boolean forgotten = false;
        while (!forgotten) {
            forgotten = forget(pointer, Optional.of(stored(pointer)));
        }
    }

    /// As [#delete], of one that has failed and still has when it is its turn.
    public void deleteFailed(Caller caller, UUID id) {
        Authorizer.require(caller, Role.WRITE);
        Pointer pointer = pointer(caller, id);
        Stored stored = stored(pointer);
        if (stored.extraction().state() != State.FAILED || !forget(pointer, Optional.of(stored))) {
            throw none();
        }
    }

    private Stored stored(Pointer pointer) {
        return documents.find(pointer.owner(), pointer.id()).orElseThrow(ExtractionService::none);
    }

    private Pointer pointer(Caller caller, UUID id) {
        return documents.pointer(id).filter(pointer -> maySee(caller, pointer)).orElseThrow(ExtractionService::none);
    }

    private static boolean maySee(Caller caller, Pointer pointer) {
        boolean operator =
                caller.key().role() == Role.ADMIN && caller.key().restriction().isNone();
        return operator || pointer.keyId().equals(caller.key().id());
    }

    private static MnemeException none() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no extraction with this id, or it is long done.");
    }

    /// How many are not done yet.
    public int waiting() {
        return lines.waiting();
    }

    /// Stops; what is not done is done after the next start.
    @Override
    public void close() {
        lines.close();
        if (extractor != null) {
            extractor.close();
        }
    }
}
