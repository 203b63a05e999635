package dev.mneme.core.transfer;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.document.ServerDocuments;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Exports that clients asked for. The question is kept and not its result: the result is read when the export is
/// fetched, so that no memory outlives its deletion in one. Of each key's exports only the latest 100 are kept.
///
/// **Threads**: any number may call.
public final class MemoryExportService {
    static final int MOST_PER_KEY = 100;
    private static final String ASKED = "asked";

    private final ServerDocuments exports;

    public MemoryExportService(Store store) {
        this.exports = new ServerDocuments(store, "exports");
    }

    /// @param asked what the door needs to produce the result
    /// @return the export's id
    public String create(Caller caller, JsonObject asked) {
        Authorizer.require(caller, Role.WRITE);
        forgetOldest(caller);
        String id = UUID.randomUUID().toString();
        exports.put(caller.by(), prefix(caller) + id, new JsonObject(Map.of(ASKED, asked)), 0);
        return id;
    }

    /// The common beginning of a key's exports, which lie side by side.
    private static String prefix(Caller caller) {
        return caller.key().id() + '.';
    }

    private void forgetOldest(Caller caller) {
        List<Document> all = exports.startingWith(prefix(caller), 2 * MOST_PER_KEY);
        all.stream()
                .sorted(Comparator.comparing(Document::createdAt))
                .limit(Math.max(0, all.size() - MOST_PER_KEY + 1))
                .forEach(oldest -> exports.delete(caller.by(), oldest.id()));
    }

    /// The question of an export, for the key that asked it.
    ///
    /// @throws MnemeException `not_found`
    public JsonObject get(Caller caller, String id) {
        Authorizer.require(caller, Role.READ);
        return exports.find(prefix(caller) + id)
                .map(Document::data)
                .map(data -> data.members().get(ASKED))
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.NOT_FOUND, "This key has asked for no export with this id, or long ago."));
    }
}
