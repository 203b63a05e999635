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

/// Makes memories of conversations with a language model, in the background. Messages that were accepted are worked on,
/// after a restart too. Each owner's extractions are done one after another in the order in which they came. Later ones
/// overtake one that has failed, except those of the same session.
///
/// A failed extraction (the model is down, slow or answers nonsense) is tried again after each of the pauses, then
/// given up. It is kept for a while with the reason and its messages, so that somebody can have it tried again.
///
/// **Threads**: any number may call.
public final class ExtractionService implements Job, AutoCloseable {
    /// The pause after each failed attempt: six and a half minutes in all.
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
    /// @param tries an extraction is given up after this many failed attempts
    /// @param pauses the pause after each failed attempt; the last one is used from then on
    public record Settings(int concurrency, int tries, List<Duration> pauses) {
        public Settings {
            pauses = List.copyOf(pauses);
        }
    }

    /// @param extractor null: there is no model, and no messages are accepted
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

    /// The system shard says what waits.
    @Override
    public Place place() {
        return Place.SYSTEM;
    }

    /// Takes up the extractions that were left at the last stop. Without a model they wait for a start with one.
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

    /// Puts an extraction into its line. If it cannot be read, its turn will show why; that must not keep the server
    /// from starting.
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

    /// Whether there is a model that may read the caller's messages. Messages of an `inspired` instance do not leave
    /// this machine.
    public boolean isAvailable(Caller caller, Owner owner) {
        return extractor != null && !(extractor.remote() && Inspired.is(store, caller, owner));
    }

    /// The extraction of an earlier request with the same idempotency key, if there is one.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another request
    public Optional<Extraction> find(Caller caller, ScopeIds scope, Idempotency idempotency) {
        return intake.find(caller, scope, idempotency);
    }

    /// Accepts messages; they are on the disk once this returns. If the idempotency key was already used for the same
    /// request, the result is the extraction of that request.
    ///
    /// Messages that are to be split are refused when the key may not write one of the parts, such as an agent's
    /// without the user that the key is restricted to.
    public Extraction submit(Caller caller, ExtractionRequest asked, @Nullable Idempotency idempotency) {
        return intake.submit(caller, asked, idempotency);
    }

    /// Waits until the extraction has ended or the time is over, and says how far it is.
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

    /// An extraction that can be asked for, and when it came.
    public record Listed(UUID id, Instant at) {}

    /// @throws MnemeException `not_found` for an extraction that another key asked for, unless the caller is an
    ///     operator
    public Extraction get(Caller caller, UUID id) {
        return administration.get(caller, id);
    }

    /// The extractions that the caller asked for, or all of them for an operator; the latest first.
    public List<Listed> list(Caller caller) {
        return administration.list(caller);
    }

    /// The failed extractions among those that the caller may see.
    public List<UUID> failed(Caller caller) {
        return administration.failed(caller);
    }

    /// Tries an extraction again that was given up.
    public Extraction retry(Caller caller, UUID id) {
        return administration.retry(caller, id);
    }

    /// Forgets an extraction with its messages; if it is still waiting, it is not done any more. Memories that it made
    /// stay, and so do the messages that it added to a session.
    public void delete(Caller caller, UUID id) {
        administration.delete(caller, id);
    }

    /// As [#delete], for an extraction that has failed, if it still has when its turn comes.
    public void deleteFailed(Caller caller, UUID id) {
        administration.deleteFailed(caller, id);
    }

    /// How many extractions are not done yet.
    public int waiting() {
        return lines.waiting();
    }

    /// Stops. Unfinished extractions are done after the next start; no messages are accepted meanwhile.
    @Override
    public void stop() {
        lines.close();
    }

    /// Stops, and closes the model.
    @Override
    public void close() {
        stop();
        if (extractor != null) {
            extractor.close();
        }
    }
}
