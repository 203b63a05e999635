package dev.mneme.core.conversation;

import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.document.JsonFields;
import dev.mneme.core.document.OwnerDocuments;
import dev.mneme.core.document.ServerDocuments;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Extraction;
import dev.mneme.core.model.Extraction.Result;
import dev.mneme.core.model.Extraction.State;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.FactExtractor.Guidance;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Extractions as documents. Each lies among the data of its owner, and is sealed and erased with them. The server
/// keeps a pointer to it, which names the owner, so that the extraction is found by its id, and again after a restart.
public final class ExtractionDocuments {
    private static final String COLLECTION = "extractions";

    private final Store store;
    private final ServerDocuments pointers;

    public ExtractionDocuments(Store store) {
        this.store = store;
        this.pointers = new ServerDocuments(store, COLLECTION);
    }

    /// Leads to an extraction.
    ///
    /// @param keyId the API key that asked for it
    /// @param at when it was asked for
    /// @param touched when it was last written
    public record Pointer(UUID id, Owner owner, String keyId, Instant at, Instant touched, long version) {}

    /// An extraction as it is stored.
    ///
    /// @param asked how memories are to be made of the messages
    public record Stored(Extraction extraction, ExtractionRequest asked, String requestHash, long version) {}

    public List<Pointer> pointers() {
        return pointers.all().stream().map(ExtractionDocuments::pointer).toList();
    }

    public Optional<Pointer> pointer(UUID id) {
        return pointers.find(id.toString()).map(ExtractionDocuments::pointer);
    }

    /// The first pointers after this id, in the order of their ids.
    public List<Pointer> pointersAfter(@Nullable UUID after, int limit) {
        return pointers.after(after == null ? null : after.toString(), limit).stream()
                .map(ExtractionDocuments::pointer)
                .toList();
    }

    public void point(Provenance by, UUID id, Owner owner) {
        JsonObject data = new JsonFields.Writer()
                .put("kind", owner.kind().name())
                .put("owner", owner.id())
                .put("key", by.keyId())
                .object();
        pointers.put(by, id.toString(), data, Command.ANY_VERSION);
    }

    /// Removes a pointer, unless it was written since it was read.
    public void removePointer(Pointer pointer) {
        pointers.delete(Provenance.ofKey(pointer.keyId()), pointer.id().toString(), pointer.version());
    }

    private static Pointer pointer(Document document) {
        JsonFields data = new JsonFields(document.data());
        Owner owner = new Owner(Owner.DEFAULT_PROJECT, OwnerKind.valueOf(data.text("kind")), data.text("owner"));
        return new Pointer(
                UUID.fromString(document.id()),
                owner,
                data.text("key"),
                document.createdAt(),
                document.updatedAt(),
                document.version());
    }

    public Optional<Stored> find(Owner owner, UUID id) {
        return store.documents().find(owner, COLLECTION, id.toString()).map(ExtractionDocuments::stored);
    }

    /// Shows the owner's extractions, in the order of their ids.
    void forEach(Owner owner, Consumer<Stored> visitor) {
        OwnerDocuments.forEach(store, owner, COLLECTION, document -> visitor.accept(stored(document)));
    }

    /// The command that stores an extraction in the place of the version that was read; 0: there was none.
    public static Command.PutDocument put(
            Extraction extraction, ExtractionRequest asked, String requestHash, long version) {
        JsonFields.Writer data = new JsonFields.Writer()
                .put("scope", scope(extraction.scope()))
                .put("key", extraction.by().keyId())
                .put("instance", extraction.by().instance())
                .put("named", new JsonBoolean(extraction.by().named()))
                .put("local", new JsonBoolean(extraction.localOnly()))
                .put("state", extraction.state().name())
                .put("attempts", extraction.attempts())
                .put("reason", extraction.reason())
                .put("startedAt", extraction.startedAt())
                .put("hash", requestHash)
                .put("results", extraction.results(), ExtractionDocuments::result);
        if (extraction.state() != State.SUCCEEDED) {
            data.put("messages", extraction.messages(), ExtractionDocuments::message)
                    .put("metadata", asked.metadata())
                    .put("split", new JsonBoolean(asked.split()))
                    .put("timestamp", Objects.toString(asked.timestamp(), null))
                    .put("expiresAt", asked.expiresAt())
                    .put("instructions", asked.guidance().instructions(), JsonString::new)
                    .put("categories", asked.guidance().categories(), ExtractionDocuments::category);
        }
        return new Command.PutDocument(COLLECTION, extraction.id().toString(), data.object(), version);
    }

    public void write(Provenance by, Owner owner, Command command) {
        Writes.one(store, by, owner, command);
    }

    /// Removes an extraction, unless it has changed since it was read.
    ///
    /// @return whether it is gone; otherwise it has changed
    public boolean remove(Provenance by, Stored stored) {
        Extraction extraction = stored.extraction();
        try {
            write(
                    by,
                    extraction.scope().owner(),
                    new Command.DeleteDocument(COLLECTION, extraction.id().toString(), stored.version()));
            return true;
        } catch (MnemeException e) {
            return switch (e.code()) {
                case NOT_FOUND -> true;
                case VERSION_CONFLICT -> false;
                default -> throw e;
            };
        }
    }

    private static Stored stored(Document document) {
        JsonFields data = new JsonFields(document.data());
        List<Message> messages = data.list("messages", ExtractionDocuments::message);
        ScopeIds scope = scope(data.object("scope"));
        Extraction extraction = new Extraction(
                UUID.fromString(document.id()),
                scope,
                new Provenance(data.text("key"), data.text("instance"), data.flag("named")),
                State.valueOf(data.text("state")),
                data.integer("attempts"),
                data.nullableText("reason"),
                document.createdAt(),
                data.nullableTime("startedAt"),
                document.updatedAt(),
                messages,
                data.flag("local"),
                data.list("results", ExtractionDocuments::result));
        ExtractionRequest asked = new ExtractionRequest(
                scope,
                data.flag("split"),
                messages,
                data.object("metadata"),
                data.nullableTimestamp("timestamp"),
                data.nullableTime("expiresAt"),
                new Guidance(data.texts("instructions"), data.list("categories", ExtractionDocuments::category)));
        return new Stored(extraction, asked, data.text("hash"), document.version());
    }

    static JsonObject scope(ScopeIds scope) {
        JsonFields.Writer data = new JsonFields.Writer();
        for (OwnerKind kind : OwnerKind.values()) {
            data.put(kind.wireName(), scope.id(kind));
        }
        return data.object();
    }

    static ScopeIds scope(JsonObject object) {
        JsonFields data = new JsonFields(object);
        return new ScopeIds(
                data.nullableText(OwnerKind.USER.wireName()),
                data.nullableText(OwnerKind.AGENT.wireName()),
                data.nullableText(OwnerKind.APP.wireName()),
                data.nullableText(OwnerKind.RUN.wireName()));
    }

    static Json message(Message message) {
        return new JsonFields.Writer()
                .put("role", message.role())
                .put("name", message.name())
                .put("text", message.text())
                .object();
    }

    static Message message(JsonFields data) {
        return new Message(data.text("role"), data.nullableText("name"), data.text("text"));
    }

    private static Json category(Guidance.Category category) {
        return new JsonFields.Writer()
                .put("name", category.name())
                .put("description", category.description())
                .object();
    }

    private static Guidance.Category category(JsonFields data) {
        return new Guidance.Category(data.text("name"), data.text("description"));
    }

    private static Json result(Result result) {
        return new JsonFields.Writer()
                .put("id", result.id().toString())
                .put("event", result.event().name())
                .put(
                        "replaced",
                        result.replaced() == null ? null : result.replaced().toString())
                .put("message", result.message())
                .object();
    }

    private static Result result(JsonFields data) {
        String replaced = data.nullableText("replaced");
        return new Result(
                new MemoryId(UUID.fromString(data.text("id"))),
                MemoryEvent.valueOf(data.text("event")),
                replaced == null ? null : new MemoryId(UUID.fromString(replaced)),
                data.integer("message"));
    }
}
