package dev.mneme.core.service;

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

/// What people think of memories. It lies beside the memory, among its owner's data, and is erased with that:
/// saying
/// it makes no new version of the memory, and no change.
///
/// **Threads**: any number may call.
public final class FeedbackService {
    private static final String COLLECTION = "feedback";
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
        Owner owner = owner(caller, id);
        if (feedback == null) {
            if (find(owner, id).isPresent()) {
                write(caller, owner, new Command.DeleteDocument(COLLECTION, id.toString(), Command.ANY_VERSION));
            }
            return;
        }
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
                new Command.PutDocument(COLLECTION, id.toString(), new JsonObject(data), Command.ANY_VERSION));
    }

    public Optional<Feedback> find(Caller caller, MemoryId id) {
        Authorizer.require(caller, Role.READ);
        return find(owner(caller, id), id).map(FeedbackService::of);
    }

    private Optional<Document> find(Owner owner, MemoryId id) {
        return store.documents().find(owner, COLLECTION, id.toString());
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
                .orElseThrow(() -> new MnemeException(ErrorCode.NOT_FOUND, "There is no memory with this id."));
        return memory.scope().owner();
    }

    private void write(Caller caller, Owner owner, Command command) {
        Writes.one(store, caller, owner, null, command);
    }
}
