package dev.mneme.core.extraction;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.conversation.ExtractionDocuments;
import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.conversation.ExtractionDocuments.Stored;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.FactExtractor;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Shows extractions to the keys that asked for them and to operators, retries failed ones on request, and deletes
/// them.
///
/// **Threads**: any number may call.
final class ExtractionAdministration {
    private final @Nullable FactExtractor extractor;
    private final ExtractionDocuments documents;
    private final ExtractionRetention retention;
    private final ExtractionLines lines;

    ExtractionAdministration(
            @Nullable FactExtractor extractor,
            ExtractionDocuments documents,
            ExtractionRetention retention,
            ExtractionLines lines) {
        this.extractor = extractor;
        this.documents = documents;
        this.retention = retention;
        this.lines = lines;
    }

    /// @throws MnemeException `not_found` for an extraction that another key asked for, unless the caller is an
    ///     operator
    Extraction get(Caller caller, UUID id) {
        Authorizer.require(caller, Role.READ);
        return stored(pointer(caller, id)).extraction();
    }

    /// The extractions that the caller asked for, or all of them for an operator; the latest first.
    List<ExtractionService.Listed> list(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return visible(caller)
                .sorted(Comparator.comparing(Pointer::at)
                        .thenComparing(Pointer::id)
                        .reversed())
                .map(pointer -> new ExtractionService.Listed(pointer.id(), pointer.at()))
                .toList();
    }

    private Stream<Pointer> visible(Caller caller) {
        return documents.pointers().stream().filter(pointer -> maySee(caller, pointer));
    }

    /// The failed extractions among those that the caller may see.
    List<UUID> failed(Caller caller) {
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

    /// Tries an extraction again that was given up.
    Extraction retry(Caller caller, UUID id) {
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
        try (ExtractionLines.Place place = lines.getPlace(pointer.keyId(), pointer.owner())) {
            documents.write(
                    caller.by(),
                    pointer.owner(),
                    ExtractionDocuments.put(again, stored.asked(), stored.requestHash(), stored.version()));
            place.take(pointer, ExtractionLines.session(again.scope()));
        }
        return again;
    }

    /// Forgets an extraction with its messages; if it is still waiting, it is not done any more. Memories that it made
    /// stay, and so do the messages that it added to a session.
    void delete(Caller caller, UUID id) {
        Authorizer.require(caller, Role.WRITE);
        Pointer pointer = pointer(caller, id);
        boolean forgotten = false;
        while (!forgotten) {
            forgotten = retention.forget(pointer, Optional.of(stored(pointer)));
        }
    }

    /// As [#delete], for an extraction that has failed, if it still has when its turn comes.
    void deleteFailed(Caller caller, UUID id) {
        Authorizer.require(caller, Role.WRITE);
        Pointer pointer = pointer(caller, id);
        Stored stored = stored(pointer);
        if (stored.extraction().state() != State.FAILED || !retention.forget(pointer, Optional.of(stored))) {
            throw none();
        }
    }

    private Stored stored(Pointer pointer) {
        return documents.find(pointer.owner(), pointer.id()).orElseThrow(ExtractionAdministration::none);
    }

    private Pointer pointer(Caller caller, UUID id) {
        return documents
                .pointer(id)
                .filter(pointer -> maySee(caller, pointer))
                .orElseThrow(ExtractionAdministration::none);
    }

    private static boolean maySee(Caller caller, Pointer pointer) {
        boolean operator =
                caller.key().role() == Role.ADMIN && caller.key().restriction().isNone();
        return operator || pointer.keyId().equals(caller.key().id());
    }

    private static MnemeException none() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no extraction with this id, or it is long done.");
    }
}
