package dev.mneme.core.extraction;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.conversation.ExtractionRequest;
import dev.mneme.core.job.Duty;
import dev.mneme.core.job.Job;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.mode.Inspired;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Makes memories of conversations, with a language model, in the background: what was taken is done,
/// after a restart too. Each owner's are done one after another in the order in which they came; one that
/// fails is passed by, though not by those of its session.
///
/// One that fails (the model is down, slow or answers nonsense) is tried again after each of the
/// pauses, then given up: it stays for a while, with the reason and its messages, for somebody to have it tried again.
///
/// **Threads**: any number may call.
public final class ExtractionService implements Job, AutoCloseable {
    /// How long to wait after each failed attempt: six and a half minutes in all.
    public static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5));

    private final Store store;
    private final @Nullable FactExtractor extractor;
    private final ExtractionDocuments documents;
    private final ExtractionLines lines;
    private final ExtractionRetention retention;
    private final ExtractionIntake intake;
    private final ExtractionAdministration administration;
    private volatile Duty duty = Duty.ALONE;

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
            NodeRuntime runtime,
            RandomGenerator random,
            Settings settings) {
        InstantSource clock = runtime.clock();
        this.store = store;
        this.extractor = extractor;
        this.documents = new ExtractionDocuments(store);
        ExtractionLines.Attempt none = _ -> new ExtractionLines.Attempted.Finished();
        this.lines = new ExtractionLines(
                extractor == null
                        ? none
                        : new ExtractionWorker(
                                        store,
                                        memories,
                                        extractor,
                                        projects,
                                        clock,
                                        settings.tries(),
                                        () -> duty.lasts())::attempt,
                settings.pauses(),
                settings.concurrency(),
                runtime);
        this.retention = new ExtractionRetention(documents, lines, clock);
        this.intake = new ExtractionIntake(store, memories, extractor, documents, retention, lines, clock, random);
        this.administration = new ExtractionAdministration(extractor, documents, retention, lines);
    }

    @Override
    public String name() {
        return "extractions";
    }

    /// What waits, the system shard says.
    @Override
    public Place place() {
        return Place.SYSTEM;
    }

    /// Takes up what was taken before the last stop. Without a model it waits for a start with one.
    @Override
    public void start(Duty since) {
        duty = since;
        lines.open();
        List<Pointer> all = documents.pointers();
        retention.begin(all.size());
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

    public boolean hasModel() {
        return extractor != null;
    }

    /// Whether there is a model that the caller's messages may be given to: what an instance says while
    /// `inspired` does not leave this machine.
    public boolean isAvailable(Caller caller, Owner owner) {
        return extractor != null && !(extractor.remote() && Inspired.is(store, caller, owner));
    }

    /// The extraction that there is of a request that may be repeated.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another
    public Optional<Extraction> find(Caller caller, ScopeIds scope, Idempotency idempotency) {
        return intake.find(caller, scope, idempotency);
    }

    /// Takes messages; once this returns they are on the disk. Under an idempotency key that was used
    /// for the same request, it is the extraction that there is.
    ///
    /// What is to be split is not when the key may not write one of the parts, such as an agent's without the user
    /// that it is restricted to.
    public Extraction submit(Caller caller, ExtractionRequest asked, @Nullable Idempotency idempotency) {
        return intake.submit(caller, asked, idempotency);
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

    /// Whether it is being worked on at this moment.
    public boolean isRunning(UUID id) {
        return lines.isRunning(id);
    }

    /// One that can be asked for, and when it came.
    public record Listed(UUID id, Instant at) {}

    /// @throws MnemeException `not_found` for one that another key asked for, unless the caller is an operator
    public Extraction get(Caller caller, UUID id) {
        return administration.get(caller, id);
    }

    /// Those that the caller asked for, and of an operator's key all; the latest first.
    public List<Listed> list(Caller caller) {
        return administration.list(caller);
    }

    /// Those that have failed, of those that the caller may see.
    public List<UUID> failed(Caller caller) {
        return administration.failed(caller);
    }

    /// Has one that was given up tried again.
    public Extraction retry(Caller caller, UUID id) {
        return administration.retry(caller, id);
    }

    /// Forgets one with its messages; one that waits is not done any more. The memories that it made
    /// stay, and so does what it added to a session.
    public void delete(Caller caller, UUID id) {
        administration.delete(caller, id);
    }

    /// As [#delete], of one that has failed and still has when it is its turn.
    public void deleteFailed(Caller caller, UUID id) {
        administration.deleteFailed(caller, id);
    }

    /// How many are not done yet.
    public int waiting() {
        return lines.waiting();
    }

    /// Stops; what is not done is done after the next start. Nothing is taken meanwhile.
    @Override
    public void stop() {
        lines.close();
    }

    /// Stops, and lets the model go.
    @Override
    public void close() {
        stop();
        if (extractor != null) {
            extractor.close();
        }
    }
}
