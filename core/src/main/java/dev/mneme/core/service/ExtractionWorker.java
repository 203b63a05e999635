package dev.mneme.core.service;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
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
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.service.ExtractionDocuments.Pointer;
import dev.mneme.core.service.ExtractionDocuments.Stored;
import dev.mneme.core.service.ExtractionPlan.Step;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.FactExtractor.Conversation;
import dev.mneme.core.spi.FactExtractor.Decision;
import dev.mneme.core.spi.FactExtractor.Fact;
import dev.mneme.core.spi.FactExtractor.Guidance;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes memories of one extraction's messages: the model finds facts, is shown the memories that are
/// near, and decides; what it decides is one command, refused if those memories have changed meanwhile,
/// and then it decides again. The same command says that the extraction is done and adds its messages
/// to their session, so that a crash at any moment leaves either all of it or the work still to do.
///
/// **Threads**: any number may call, for different extractions.
final class ExtractionWorker {
    private static final System.Logger LOG = System.getLogger(ExtractionWorker.class.getName());

    /// How many memories near each fact are shown to the model, and how many in all.
    private static final int NEAR = 5;

    private static final int MOST_SHOWN = 60;

    /// How often the model decides again in one attempt because memories changed.
    private static final int ROUNDS = 10;

    private final Store store;
    private final MemoryService memories;
    private final ExtractionDocuments documents;
    private final SessionMessages sessions;
    private final FactExtractor extractor;
    private final ProjectService projects;
    private final InstantSource clock;
    private final int tries;

    /// @param tries after so many failed attempts it is given up
    ExtractionWorker(
            Store store,
            MemoryService memories,
            FactExtractor extractor,
            ProjectService projects,
            InstantSource clock,
            int tries) {
        this.store = store;
        this.memories = memories;
        this.documents = new ExtractionDocuments(store);
        this.sessions = new SessionMessages(store);
        this.extractor = extractor;
        this.projects = projects;
        this.clock = clock;
        this.tries = tries;
    }

    /// Tries once.
    ///
    /// @return how often it has failed by now; 0: there is nothing more to do
    /// @throws MnemeException when not even the failure could be written down
    /// @throws InterruptedException when it was broken off
    int attempt(Pointer pointer) throws InterruptedException {
        Stored stored = documents.find(pointer.owner(), pointer.id()).orElse(null);
        if (stored == null || stored.extraction().isFinished()) {
            return 0;
        }
        Instant startedAt = clock.instant();
        try {
            apply(stored, facts(stored), startedAt);
            return 0;
        } catch (MnemeException e) {
            requireNotInterrupted();
            return failed(stored, String.valueOf(e.getMessage()), startedAt);
        } catch (RuntimeException e) {
            requireNotInterrupted();
            LOG.log(System.Logger.Level.ERROR, "Extraction " + pointer.id() + " failed", e);
            return failed(stored, "The server failed: its log says how.", startedAt);
        }
    }

    private static void requireNotInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private List<Fact> facts(Stored stored) {
        ExtractionRequest asked = stored.asked();
        List<Message> earlier = sessions.find(asked.scope())
                .map(SessionMessages.Session::messages)
                .orElse(List.of());
        return extractor.extract(new Conversation(asked.messages(), earlier, asked.timestamp(), guidance(asked)));
    }

    /// The operator's words come last, so that they win.
    private Guidance guidance(ExtractionRequest asked) {
        Guidance operator = projects.guidance(asked.scope().agentId() != null);
        List<String> instructions = new ArrayList<>(asked.guidance().instructions());
        instructions.addAll(operator.instructions());
        return new Guidance(
                instructions,
                asked.guidance().categories().isEmpty()
                        ? operator.categories()
                        : asked.guidance().categories());
    }

    private void apply(Stored first, List<Fact> facts, Instant startedAt) {
        Set<MemoryId> clashed = new LinkedHashSet<>();
        Stored stored = first;
        for (int round = 1; round <= ROUNDS; round++) {
            try {
                revise(stored, facts, clashed, startedAt);
                return;
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.VERSION_CONFLICT) {
                    throw e;
                }
                if (e.current() instanceof Memory memory) {
                    clashed.add(memory.id());
                }
            }
            Stored now = documents
                    .find(stored.asked().scope().owner(), stored.extraction().id())
                    .orElse(null);
            if (now == null || now.extraction().isFinished()) {
                return; // deleted, or what seemed to fail had succeeded
            }
            stored = now;
        }
        throw new MnemeException(
                ErrorCode.OVERLOADED, "The memories that it was based on changed again and again meanwhile.");
    }

    private void revise(Stored stored, List<Fact> facts, Set<MemoryId> clashed, Instant startedAt) {
        ExtractionRequest asked = stored.asked();
        Caller caller = caller(stored.extraction().by(), startedAt);
        List<Memory> near = near(caller, asked, facts, clashed);
        List<Memory> shown = near.stream().filter(this::mayBeShown).toList();
        List<Memory> hidden =
                near.stream().filter(memory -> !mayBeShown(memory)).toList();
        List<Step> steps = facts.isEmpty() || shown.isEmpty()
                ? ExtractionPlan.ofNew(facts, hidden)
                : ExtractionPlan.of(facts, shown, hidden, decisions(asked, facts, shown));
        List<Revision> revisions = new ArrayList<>();
        List<Result> results = new ArrayList<>();
        for (Step step : steps) {
            take(caller, asked, step, revisions, results);
        }
        write(
                stored,
                new Settled(State.SUCCEEDED, stored.extraction().attempts(), null, results),
                startedAt,
                shown,
                revisions);
    }

    private boolean mayBeShown(Memory memory) {
        return !(memory.localOnly() && extractor.remote());
    }

    private List<Decision> decisions(ExtractionRequest asked, List<Fact> facts, List<Memory> near) {
        return extractor.decide(
                facts.stream().map(Fact::text).toList(),
                near.stream().map(Memory::text).toList(),
                guidance(asked));
    }

    private void take(
            Caller caller, ExtractionRequest asked, Step step, List<Revision> revisions, List<Result> results) {
        int message = step.fact().message();
        switch (step) {
            case Step.Add(Fact fact) -> {
                Command.AddMemory add = memory(caller, asked, fact);
                revisions.add(new Revision.Add(add));
                results.add(new Result(add.id(), MemoryEvent.ADD, null, message));
            }
            case Step.Replace(Memory replaced, Fact fact) -> {
                Command.AddMemory add = memory(caller, asked, fact);
                revisions.add(new Revision.Replace(replaced.id(), add));
                results.add(new Result(add.id(), MemoryEvent.UPDATE, replaced.id(), message));
            }
            case Step.Remove(Memory removed, Fact _) -> {
                revisions.add(new Revision.Remove(removed.id()));
                results.add(new Result(removed.id(), MemoryEvent.DELETE, null, message));
            }
        }
    }

    /// A fact keeps the speaker, the time and the ids of its message, and facts come in the order of
    /// their messages, so that they are one another's context as the messages would be.
    private Command.AddMemory memory(Caller caller, ExtractionRequest asked, Fact fact) {
        Message source = asked.messages().get(fact.message());
        return memories.prepare(
                caller,
                new NewMemory(
                        asked.scope(),
                        fact.text(),
                        source.role(),
                        source.name(),
                        asked.metadata(),
                        fact.categories(),
                        asked.timestamp(),
                        asked.expiresAt(),
                        null,
                        null,
                        true));
    }

    /// The memories of exactly the same ids that are nearest to the facts, so that no fact moves to
    /// where others see it, or out of sight of those who saw it.
    private List<Memory> near(Caller caller, ExtractionRequest asked, List<Fact> facts, Set<MemoryId> clashed) {
        ScopeIds scope = asked.scope();
        Map<MemoryId, Memory> near = new LinkedHashMap<>();
        for (MemoryId id : clashed) {
            store.find(id)
                    .map(At::value)
                    .filter(memory -> memory.scope().equals(scope) && memory.replacedBy() == null)
                    .ifPresent(memory -> near.put(id, memory));
        }
        Filter filter = present(scope);
        List<List<SearchResult.Hit>> found = facts.stream()
                .map(fact -> memories.search(
                                caller,
                                new MemoryService.Search(
                                        fact.text(), null, null, filter, NEAR, 0, false, asked.timestamp()),
                                ReadOptions.DEFAULT)
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

    /// What it has come to.
    private record Settled(
            State state, int attempts, @Nullable String reason, List<Result> results) {}

    private int failed(Stored stored, String reason, Instant startedAt) {
        int attempts = stored.extraction().attempts() + 1;
        State state = attempts < tries ? State.PENDING : State.FAILED;
        LOG.log(
                System.Logger.Level.WARNING,
                "Extraction " + stored.extraction().id() + ": attempt " + attempts + " of " + tries
                        + (state == State.FAILED ? " failed, and it is given up: " : " failed: ") + reason);
        try {
            write(stored, new Settled(state, attempts, reason, List.of()), startedAt, List.of(), List.of());
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.VERSION_CONFLICT) {
                return attempts; // deleted meanwhile, or its session changed: the next attempt finds out
            }
            throw e;
        }
        return state == State.FAILED ? 0 : attempts;
    }

    private void write(Stored stored, Settled settled, Instant startedAt, List<Memory> near, List<Revision> revisions) {
        Extraction was = stored.extraction();
        Extraction now = new Extraction(
                was.id(),
                was.scope(),
                was.by(),
                settled.state(),
                settled.attempts(),
                settled.reason(),
                was.createdAt(),
                was.startedAt() == null ? startedAt : was.startedAt(),
                was.updatedAt(),
                was.messages(),
                settled.results());
        List<Command.PutDocument> with = new ArrayList<>();
        with.add(ExtractionDocuments.put(now, stored.asked(), stored.requestHash(), stored.version()));
        Optional<SessionMessages.Session> session = now.isFinished() ? sessions.find(was.scope()) : Optional.empty();
        session.ifPresent(each -> with.add(SessionMessages.adding(each, was.messages())));
        List<Seen> seen = near.stream()
                .map(memory -> new Seen(memory.id(), memory.version()))
                .toList();
        documents.write(was.by(), was.scope().owner(), new Command.Revise(seen, revisions, with));
        if (session.isPresent()) {
            sessions.sweep(was.by(), was.scope(), startedAt);
        }
    }

    /// Who sent the messages, with the right to the owner that was checked when they came.
    private static Caller caller(Provenance by, Instant now) {
        ApiKey key = new ApiKey(by.keyId(), "extraction", Role.WRITE, Restriction.NONE, now, null, null, new byte[0]);
        return new Caller(key, by);
    }
}
