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
import dev.mneme.core.mode.Inspired;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.Store;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Accepts messages: checks them, stores them, and puts them into their owner's line.
///
/// **Threads**: any number may call.
final class ExtractionIntake {
    /// Characters that a request may have. It leaves room for notes that are added later.
    private static final long MAX_SIZE = Document.MAX_SIZE - (16 << 10);

    private final Store store;
    private final MemoryService memories;
    private final @Nullable FactExtractor extractor;
    private final ExtractionDocuments documents;
    private final ExtractionRetention retention;
    private final ExtractionLines lines;
    private final InstantSource clock;
    private final RandomGenerator random;

    /// @param extractor null: there is no model, and no messages are accepted
    ExtractionIntake(
            Store store,
            MemoryService memories,
            @Nullable FactExtractor extractor,
            ExtractionDocuments documents,
            ExtractionRetention retention,
            ExtractionLines lines,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.memories = memories;
        this.extractor = extractor;
        this.documents = documents;
        this.retention = retention;
        this.lines = lines;
        this.clock = clock;
        this.random = random;
    }

    /// The extraction of an earlier request with the same idempotency key, if there is one.
    ///
    /// @throws MnemeException `idempotency_key_reused` when the key was used for another request
    Optional<Extraction> find(Caller caller, ScopeIds scope, Idempotency idempotency) {
        Authorizer.requireScope(caller, scope);
        return documents
                .find(scope.owner(), id(caller, scope.owner(), idempotency))
                .map(stored -> repeated(stored, hash(idempotency)));
    }

    /// Accepts messages; they are on the disk once this returns. If the idempotency key was already used for the same
    /// request, the result is the extraction of that request.
    ///
    /// Messages that are to be split are refused when the key may not write one of the parts, such as an agent's
    /// without the user that the key is restricted to.
    Extraction submit(Caller caller, ExtractionRequest asked, @Nullable Idempotency idempotency) {
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
        retention.sweep();
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
                Inspired.is(store, caller, owner),
                List.of());
        Command.PutDocument document = ExtractionDocuments.put(extraction, request, hash(idempotency), 0);
        requireFits(document);
        try (ExtractionLines.Place place = lines.getPlace(caller.key().id(), owner)) {
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

    /// The pointer that the owner's line needs.
    private static Pointer pointer(Extraction extraction) {
        return new Pointer(
                extraction.id(),
                extraction.scope().owner(),
                extraction.by().keyId(),
                extraction.createdAt(),
                extraction.createdAt(),
                Command.ANY_VERSION);
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

    /// Checks the size: a model can read only so much at once, and a stored extraction has a limit.
    private static void requireFits(Command.PutDocument document) {
        if (document.data().size() > MAX_SIZE) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    "messages",
                    "A conversation of which facts are extracted may have " + MAX_SIZE
                            + " characters with all that comes with it: send it in parts.");
        }
    }

    /// The new extraction's id. It is derived from the idempotency key, if there is one, so that the same request gets
    /// the same id.
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
}
