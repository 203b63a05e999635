package dev.mneme.core.extraction;

import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// How long extractions are remembered. A failed one is kept for [#FAILED_KEPT], with the reason and its messages; a
/// successful one for [#SUCCEEDED_KEPT], without text. When there are very many, they are kept for [#LEAST_KEPT].
///
/// **Threads**: any number may call.
final class ExtractionRetention {
    private static final System.Logger LOG = System.getLogger(ExtractionRetention.class.getName());

    static final Duration SUCCEEDED_KEPT = Duration.ofHours(24);
    static final Duration LEAST_KEPT = Duration.ofMinutes(10);
    static final Duration FAILED_KEPT = Duration.ofDays(30);
    static final int MANY = 5_000;

    /// How many of the server's pointers each request checks for being due.
    private static final int SWEPT = 8;

    private final ExtractionDocuments documents;
    private final ExtractionLines lines;
    private final InstantSource clock;
    private final AtomicInteger remembered = new AtomicInteger();
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicReference<@Nullable UUID> sweptTo = new AtomicReference<>();

    ExtractionRetention(ExtractionDocuments documents, ExtractionLines lines, InstantSource clock) {
        this.documents = documents;
        this.lines = lines;
        this.clock = clock;
    }

    /// Sets how many extractions are remembered after a start.
    void begin(int count) {
        remembered.set(count);
    }

    /// Forgets some extractions that are due. A pointer that leads nowhere belongs to an extraction that is being
    /// written, unless the pointer is old.
    void sweep() {
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

    /// Forgets an extraction as it was read. If it has changed since, it stays, and so does its pointer.
    boolean forget(Pointer pointer, Optional<Stored> stored) {
        if (stored.isPresent() && !documents.remove(Provenance.ofKey(pointer.keyId()), stored.get())) {
            return false;
        }
        documents.removePointer(pointer);
        lines.wake(pointer);
        return true;
    }
}
