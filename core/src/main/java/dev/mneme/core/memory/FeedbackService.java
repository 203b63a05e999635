package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What people think of memories. It lies beside the memory, among its owner's data, and is erased with them. Giving
/// feedback makes no new version of the memory, and no change.
///
/// The engine removes it with the memory, whoever deletes the memory.
///
/// **Threads**: any number may call.
public final class FeedbackService {
    private static final int MAX_REASON = 4_096;

    private final Store store;

    public FeedbackService(Store store) {
        this.store = store;
    }

    /// @param value what they think, such as `POSITIVE`
    public record Feedback(String value, @Nullable String reason) {}

    /// Keeps the latest feedback on a memory; null takes it away.
    public void put(Caller caller, MemoryId id, @Nullable Feedback feedback) {
        Authorizer.require(caller, Role.WRITE);
        if (feedback == null) {
            Owner owner = lastOwner(caller, id);
            remove(caller, owner, id.toString());
            return;
        }
        Owner owner = owner(caller, id);
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("value", new JsonString(feedback.value()));
        if (feedback.reason() != null) {
            if (feedback.reason().length() > MAX_REASON) {
                throw MnemeException.invalid("reason", "A reason may have " + MAX_REASON + " characters at most.");
            }
            data.put("reason", new JsonString(feedback.reason()));
        }
        write(
                caller,
                owner,
                new Command.PutDocument(Document.FEEDBACK, id.toString(), new JsonObject(data), Command.ANY_VERSION));
    }

    public Optional<Feedback> find(Caller caller, MemoryId id) {
        Authorizer.require(caller, Role.READ);
        return find(owner(caller, id), id).map(FeedbackService::of);
    }

    private Optional<Document> find(Owner owner, MemoryId id) {
        return store.documents().find(owner, Document.FEEDBACK, id.toString());
    }

    private static Feedback of(Document document) {
        Map<String, Json> data = document.data().members();
        return new Feedback(
                data.get("value") instanceof JsonString(String value) ? value : "",
                data.get("reason") instanceof JsonString(String reason) ? reason : null);
    }

    private Owner owner(Caller caller, MemoryId id) {
        Memory memory = store.find(id)
                .map(At::value)
                .filter(found -> Authorizer.maySee(caller, found))
                .orElseThrow(FeedbackService::noSuchMemory);
        return memory.scope().owner();
    }

    /// The owner of a memory that may be deleted by now; its history still tells.
    private Owner lastOwner(Caller caller, MemoryId id) {
        return store.find(id)
                .map(At::value)
                .or(() -> store.history(id).map(at -> at.value().getLast().memory()))
                .filter(memory -> Authorizer.maySee(caller, memory))
                .map(memory -> memory.scope().owner())
                .orElseThrow(FeedbackService::noSuchMemory);
    }

    private static MnemeException noSuchMemory() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id.");
    }

    /// Removes the feedback; somebody else may have done so meanwhile.
    private void remove(Caller caller, Owner owner, String id) {
        try {
            write(caller, owner, new Command.DeleteDocument(Document.FEEDBACK, id, Command.ANY_VERSION));
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
    }

    private void write(Caller caller, Owner owner, Command command) {
        Writes.one(store, caller, owner, null, command);
    }
}
