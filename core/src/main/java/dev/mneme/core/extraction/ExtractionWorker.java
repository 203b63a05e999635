package dev.mneme.core.extraction;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.command.Merge;
import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.conversation.SessionMessages;
import dev.mneme.core.conversation.SessionMessages.Said;
import dev.mneme.core.conversation.SessionMessages.Session;
import dev.mneme.core.extraction.ExtractionLines.Attempted;
import dev.mneme.core.extraction.ExtractionPlan.Step;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Extraction.Result;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.Wording;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.FactExtractor.Conversation;
import dev.mneme.core.spi.FactExtractor.Decision;
import dev.mneme.core.spi.FactExtractor.Fact;
import dev.mneme.core.spi.FactExtractor.Guidance;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes memories of one extraction's messages. The model finds facts, is shown the memories that are near them, and
/// decides what to do. Its decisions become one command; if those memories have changed meanwhile, the command is
/// refused and the model decides again. The same command marks the extraction as done and adds its messages to their
/// session, so that a crash at any moment leaves either all of it or the work still to do.
///
/// **Threads**: any number may call, for different extractions.
final class ExtractionWorker {
    private static final System.Logger LOG = System.getLogger(ExtractionWorker.class.getName());

    /// How many memories near each fact the model is shown; the next two limit them all together and the length of one.
    private static final int NEAR = 5;

    private static final int MOST_SHOWN = 60;
    private static final int LONGEST_SHOWN = 4_000;

    /// How often the model decides again in one attempt because memories changed.
    private static final int ROUNDS = 10;

    private static final String KEPT_HERE =
            "An inspired instance said it: it is not given to a language model on another machine.";

    private final Store store;
    private final MemoryService memories;
    private final ExtractionDocuments documents;
    private final SessionMessages sessions;
    private final FactExtractor extractor;
    private final ProjectService projects;
    private final InstantSource clock;
    private final BooleanSupplier ours;
    private final int tries;

    /// @param tries an extraction is given up after this many failed attempts
    /// @param ours whether this is still this node's work: asked before each effect
    ExtractionWorker(
            Store store,
            MemoryService memories,
            FactExtractor extractor,
            ProjectService projects,
            InstantSource clock,
            int tries,
            BooleanSupplier ours) {
        this.ours = ours;
        this.store = store;
        this.memories = memories;
        this.documents = new ExtractionDocuments(store);
        this.sessions = new SessionMessages(store);
        this.extractor = extractor;
        this.projects = projects;
        this.clock = clock;
        this.tries = tries;
    }

    /// Makes one attempt.
    ///
    /// @throws MnemeException when not even the failure could be stored
    /// @throws InterruptedException when it was interrupted
    Attempted attempt(Pointer pointer) throws InterruptedException {
        Stored stored = documents.find(pointer.owner(), pointer.id()).orElse(null);
        if (stored == null || stored.extraction().isFinished()) {
            return new Attempted.Finished();
        }
        Instant startedAt = clock.instant();
        if (stored.extraction().localOnly() && extractor.remote()) {
            return failed(stored, KEPT_HERE, startedAt, 1);
        }
        try {
            extract(stored, startedAt);
            return new Attempted.Finished();
        } catch (MnemeException e) {
            requireNotInterrupted();
            return failed(stored, String.valueOf(e.getMessage()), startedAt, tries);
        } catch (RuntimeException e) {
            requireNotInterrupted();
            LOG.log(System.Logger.Level.ERROR, "Extraction " + pointer.id() + " failed", e);
            return failed(stored, "The server failed: its log says how.", startedAt, tries);
        }
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void requireOurs() {
        if (!ours.getAsBoolean()) {
            throw new MnemeException(ErrorCode.NOT_PRIMARY, "Another node works on extractions now.");
        }
    }

    private void extract(Stored stored, Instant startedAt) {
        ExtractionRequest asked = stored.asked();
        requireOurs();
        sessions.sweep(stored.extraction().by(), asked.scope(), startedAt);
        List<Said> earlier = earlier(asked.scope(), startedAt);
        boolean local = stored.extraction().localOnly() || earlier.stream().anyMatch(Said::localOnly);
        requireOurs();
        List<Fact> facts = extractor
                .extract(new Conversation(
                        asked.messages(),
                        earlier.stream().map(Said::message).toList(),
                        asked.timestamp(),
                        guidance(asked)))
                .stream()
                .sorted(Comparator.comparingInt(Fact::message))
                .toList();
        Found found = new Found(asked.split() ? ExtractionRequest.users(asked.scope()) : asked.scope(), facts, local);
        if (asked.split()) {
            List<Result> ofAgent =
                    agents(stored, found.those(ExtractionRequest.agents(asked.scope()), asked), startedAt);
            apply(stored, found.those(found.scope(), asked), ofAgent, startedAt);
        } else {
            apply(stored, found, List.of(), startedAt);
        }
    }

    /// The facts that the model found.
    ///
    /// @param scope whose they are
    /// @param local whether any of them may come from something that an `inspired` instance said
    private record Found(ScopeIds scope, List<Fact> facts, boolean local) {
        Found those(ScopeIds of, ExtractionRequest asked) {
            return new Found(
                    of,
                    facts.stream()
                            .filter(fact -> asked.scopeOf(asked.messages().get(fact.message()))
                                    .equals(of))
                            .toList(),
                    local);
        }
    }

    /// Does the agent's part of messages that are split. It has another owner than the messages, so it is written
    /// first, together with a finished extraction of its own. An attempt after a crash finds that extraction and
    /// does not write the part again.
    ///
    /// @return what it did
    private List<Result> agents(Stored stored, Found found, Instant startedAt) {
        Extraction whole = stored.extraction();
        Owner owner = found.scope().owner();
        UUID id = UUID.nameUUIDFromBytes((whole.id() + " agent").getBytes(StandardCharsets.UTF_8));
        Set<MemoryId> clashed = new LinkedHashSet<>();
        for (int round = 1; round <= ROUNDS; round++) {
            Optional<Stored> done = documents.find(owner, id);
            if (done.isPresent() || found.facts().isEmpty()) {
                return done.map(each -> each.extraction().results()).orElse(List.of());
            }
            Revised revised = revised(stored, found, clashed, startedAt);
            Extraction part = new Extraction(
                    id,
                    found.scope(),
                    whole.by(),
                    State.SUCCEEDED,
                    0,
                    null,
                    whole.createdAt(),
                    startedAt,
                    startedAt,
                    List.of(),
                    whole.localOnly(),
                    revised.results());
            requireOurs();
            documents.point(whole.by(), id, owner);
            try {
                documents.write(
                        whole.by(), owner, revised.with(List.of(ExtractionDocuments.put(part, stored.asked(), "", 0))));
                return revised.results();
            } catch (MnemeException e) {
                note(e, clashed);
            }
        }
        throw changedAgainAndAgain();
    }

    private static MnemeException changedAgainAndAgain() {
        return new MnemeException(
                ErrorCode.OVERLOADED, "The memories that it was based on changed again and again meanwhile.");
    }

    /// @throws MnemeException any failure but a changed memory
    private static void note(MnemeException e, Set<MemoryId> clashed) {
        if (e.code() != ErrorCode.VERSION_CONFLICT) {
            throw e;
        }
        if (e.current() instanceof Memory memory) {
            clashed.add(memory.id());
        }
    }

    /// The latest messages of the session, as many characters as the model may read.
    private List<Said> earlier(ScopeIds scope, Instant now) {
        List<Said> all = sessions.find(scope, now).map(Session::said).orElse(List.of());
        Deque<Said> latest = new ArrayDeque<>();
        int characters = 0;
        for (Said said : all.reversed()) {
            characters += said.message().text().length();
            if (characters > extractor.maxCharacters() / 2) {
                break;
            }
            if (!(said.localOnly() && extractor.remote())) {
                latest.addFirst(said);
            }
        }
        return List.copyOf(latest);
    }

    /// The operator's words come last, so that they win.
    private Guidance guidance(ExtractionRequest asked) {
        Guidance operator = projects.guidance(asked.scope().agentId() != null, asked.split());
        List<String> instructions = new ArrayList<>(asked.guidance().instructions());
        instructions.addAll(operator.instructions());
        return new Guidance(
                instructions,
                asked.guidance().categories().isEmpty()
                        ? operator.categories()
                        : asked.guidance().categories());
    }

    /// @param before what was already done
    private void apply(Stored first, Found found, List<Result> before, Instant startedAt) {
        Set<MemoryId> clashed = new LinkedHashSet<>();
        Stored stored = first;
        for (int round = 1; round <= ROUNDS; round++) {
            try {
                Revised revised = revised(stored, found, clashed, startedAt);
                List<Result> results = new ArrayList<>(revised.results());
                results.addAll(before);
                results.sort(Comparator.comparingInt(Result::message));
                succeed(stored, startedAt, results, revised::with);
                return;
            } catch (MnemeException e) {
                note(e, clashed);
            }
            Stored now = documents
                    .find(stored.asked().scope().owner(), stored.extraction().id())
                    .orElse(null);
            if (now == null || now.extraction().isFinished()) {
                return; // deleted, or what seemed to fail had succeeded
            }
            stored = now;
        }
        throw changedAgainAndAgain();
    }

    /// What to do about the facts.
    private record Revised(List<Seen> seen, List<Revision> revisions, List<Result> results, boolean local) {
        Command.Revise with(List<Command.PutDocument> documents) {
            return new Command.Revise(seen, revisions, documents, local);
        }
    }

    private Revised revised(Stored stored, Found found, Set<MemoryId> clashed, Instant startedAt) {
        ExtractionRequest asked = stored.asked();
        List<Fact> facts = found.facts();
        Caller caller = caller(stored.extraction().by(), startedAt);
        List<Memory> near = near(caller, asked, found, clashed);
        List<Memory> shown = shown(near);
        List<Memory> hidden =
                near.stream().filter(memory -> !shown.contains(memory)).toList();
        BiPredicate<Memory, Fact> holds = (memory, fact) -> holds(memory, asked, fact);
        List<Step> steps = facts.isEmpty() || shown.isEmpty()
                ? ExtractionPlan.ofNew(facts, hidden, holds)
                : ExtractionPlan.of(facts, shown, hidden, decisions(asked, facts, shown), holds);
        boolean rewritten = steps.stream().anyMatch(Step.Replace.class::isInstance);
        boolean local = found.local() || (rewritten && shown.stream().anyMatch(Memory::localOnly));
        List<Revision> revisions = new ArrayList<>();
        List<Result> results = new ArrayList<>();
        Set<Memory> relied = new LinkedHashSet<>(shown);
        for (Step step : steps) {
            take(caller, asked, found.scope(), step, local, near, relied, revisions, results);
        }
        List<Seen> seen = relied.stream()
                .map(memory -> new Seen(memory.id(), memory.version()))
                .toList();
        return new Revised(seen, revisions, results, local);
    }

    /// The memories that the model may read and may change, as many characters as it takes.
    private List<Memory> shown(List<Memory> near) {
        List<Memory> shown = new ArrayList<>();
        int characters = 0;
        for (Memory memory : near) {
            int length = memory.text().length();
            boolean fits = length <= LONGEST_SHOWN && characters + length <= extractor.maxCharacters() / 2;
            if (fits && !memory.immutable() && !(memory.localOnly() && extractor.remote())) {
                characters += length;
                shown.add(memory);
            }
        }
        return shown;
    }

    private List<Decision> decisions(ExtractionRequest asked, List<Fact> facts, List<Memory> near) {
        requireOurs();
        return extractor.decide(
                facts.stream().map(Fact::text).toList(),
                near.stream().map(Memory::text).toList(),
                guidance(asked));
    }

    private void take(
            Caller caller,
            ExtractionRequest asked,
            ScopeIds scope,
            Step step,
            boolean local,
            List<Memory> near,
            Set<Memory> relied,
            List<Revision> revisions,
            List<Result> results) {
        int message = step.fact().message();
        switch (step) {
            case Step.Add(Fact fact) -> {
                Command.AddMemory add = memory(caller, asked, scope, fact, local);
                Optional<Memory> joined = joined(near, add);
                joined.ifPresent(relied::add);
                revisions.add(new Revision.Add(add));
                results.add(joined.map(same -> new Result(same.id(), MemoryEvent.UPDATE, null, message))
                        .orElseGet(() -> new Result(add.id(), MemoryEvent.ADD, null, message)));
            }
            case Step.Replace(Memory replaced, Fact fact) -> {
                Command.AddMemory add = memory(caller, asked, scope, fact, local);
                revisions.add(new Revision.Replace(replaced.id(), add));
                results.add(new Result(add.id(), MemoryEvent.UPDATE, replaced.id(), message));
            }
            case Step.Remove(Memory removed, Fact _) -> {
                revisions.add(new Revision.Remove(removed.id()));
                results.add(new Result(removed.id(), MemoryEvent.DELETE, null, message));
            }
        }
    }

    /// Whether leaving the memory with a fact's text as it is loses nothing of the fact.
    private boolean holds(Memory memory, ExtractionRequest asked, Fact fact) {
        String name = asked.messages().get(fact.message()).name();
        return Merge.of(
                        memory,
                        name,
                        asked.metadata(),
                        fact.categories(),
                        asked.timestamp(),
                        asked.expiresAt(),
                        memories.limits().metadataBytes())
                .filter(merge -> merge.leaves(memory))
                .isPresent();
    }

    /// The memory that a new one will join.
    private static Optional<Memory> joined(List<Memory> near, Command.AddMemory add) {
        return near.stream()
                .filter(memory -> Wording.of(memory.text()).equals(Wording.of(add.text()))
                        && memory.scope().equals(add.scope())
                        && Objects.equals(memory.role(), add.role())
                        && Objects.equals(instant(memory.timestamp()), instant(add.timestamp()))
                        && Merge.of(memory, add).isPresent())
                .min(Comparator.comparing(Memory::id));
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.at();
    }

    /// The command that adds a fact. A fact keeps the speaker and the time of its message. Facts come in the order of
    /// their messages, so that they are context for each other as the messages would be.
    private Command.AddMemory memory(Caller caller, ExtractionRequest asked, ScopeIds scope, Fact fact, boolean local) {
        Message source = asked.messages().get(fact.message());
        return memories.prepare(
                caller,
                new NewMemory(
                        scope,
                        fact.text(),
                        source.role(),
                        source.name(),
                        asked.metadata(),
                        fact.categories(),
                        asked.timestamp(),
                        asked.expiresAt(),
                        null,
                        null,
                        true),
                local);
    }

    private static @Nullable ZonedDateTime seenFrom(ExtractionRequest asked) {
        Timestamp said = asked.timestamp();
        return said == null ? null : said.at().atZone(said.offset() == null ? ZoneOffset.UTC : said.offset());
    }

    /// The memories nearest to the facts, among those with exactly the same ids. So no fact moves to where others see
    /// it, or out of sight of those who saw it.
    private List<Memory> near(Caller caller, ExtractionRequest asked, Found facts, Set<MemoryId> clashed) {
        ScopeIds scope = facts.scope();
        Map<MemoryId, Memory> near = new LinkedHashMap<>();
        for (MemoryId id : clashed) {
            store.find(id)
                    .map(At::value)
                    .filter(memory -> memory.scope().equals(scope) && memory.replacedBy() == null)
                    .ifPresent(memory -> near.put(id, memory));
        }
        Filter filter = present(scope);
        List<List<SearchResult.Hit>> found = facts.facts().stream()
                .map(fact -> memories.search(
                                caller,
                                new Search(fact.text(), null, null, filter, NEAR, 0, false, seenFrom(asked)),
                                ReadOptions.DEFAULT,
                                facts.local())
                        .hits())
                .toList();
        for (int rank = 0; rank < NEAR; rank++) {
            for (List<SearchResult.Hit> hits : found) {
                if (rank < hits.size() && near.size() < MOST_SHOWN) {
                    near.putIfAbsent(
                            hits.get(rank).memory().id(), hits.get(rank).memory());
                }
            }
        }
        return List.copyOf(near.values());
    }

    private static Filter present(ScopeIds scope) {
        List<Filter> parts = new ArrayList<>();
        for (OwnerKind kind : OwnerKind.values()) {
            String id = scope.id(kind);
            parts.add(
                    new Compare(new Field.Scope(kind), Operator.EQ, id == null ? new JsonNull() : new JsonString(id)));
        }
        parts.add(new Compare(new Field.Named(Name.REPLACED_BY), Operator.EXISTS, new JsonBoolean(false)));
        return new Filter.And(parts);
    }

    private Attempted failed(Stored stored, String reason, Instant startedAt, int most) {
        int attempts = stored.extraction().attempts() + 1;
        State state = attempts < most ? State.PENDING : State.FAILED;
        LOG.log(
                System.Logger.Level.WARNING,
                "Extraction " + stored.extraction().id() + ": attempt " + attempts + " of " + most
                        + (state == State.FAILED ? " failed, and it is given up: " : " failed: ") + reason);
        try {
            write(stored, put(stored, state, attempts, reason, startedAt, List.of()));
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.VERSION_CONFLICT) {
                return new Attempted.Failed(attempts); // deleted meanwhile: the next attempt finds out
            }
            throw e;
        }
        return state == State.FAILED ? new Attempted.Finished() : new Attempted.Failed(attempts);
    }

    /// Marks the extraction as done. Its messages join their session, unless the owner has too many sessions.
    private void succeed(
            Stored stored,
            Instant startedAt,
            List<Result> results,
            Function<List<Command.PutDocument>, Command.Revise> revise) {
        Extraction was = stored.extraction();
        Command.PutDocument done = put(stored, State.SUCCEEDED, was.attempts(), null, startedAt, results);
        Optional<Session> session = sessions.find(was.scope(), startedAt);
        if (session.isPresent()) {
            Command.PutDocument said = SessionMessages.adding(session.get(), was.messages(), was.localOnly());
            try {
                write(stored, revise.apply(List.of(done, said)));
                return;
            } catch (MnemeException e) {
                boolean tooMany =
                        e.code() == ErrorCode.OVERLOADED && session.get().version() == 0;
                if (!tooMany) {
                    throw e;
                }
            }
        }
        write(stored, revise.apply(List.of(done)));
    }

    private void write(Stored stored, Command command) {
        requireOurs();
        documents.write(stored.extraction().by(), stored.extraction().scope().owner(), command);
    }

    private static Command.PutDocument put(
            Stored stored,
            State state,
            int attempts,
            @Nullable String reason,
            Instant startedAt,
            List<Result> results) {
        Extraction was = stored.extraction();
        Extraction now = new Extraction(
                was.id(),
                was.scope(),
                was.by(),
                state,
                attempts,
                reason,
                was.createdAt(),
                was.startedAt() == null ? startedAt : was.startedAt(),
                was.updatedAt(),
                was.messages(),
                was.localOnly(),
                results);
        return ExtractionDocuments.put(now, stored.asked(), stored.requestHash(), stored.version());
    }

    /// The sender of the messages, with the right to the owner that was checked when the messages came. Nobody waits
    /// for the answer, so the work counts as bulk.
    private static Caller caller(Provenance by, Instant now) {
        ApiKey key = new ApiKey(by.keyId(), "extraction", Role.WRITE, Restriction.NONE, now, null, null, new byte[0]);
        return new Caller(key, by, true);
    }
}
