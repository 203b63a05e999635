package dev.mneme.core.service;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Exports that were asked for. Kept is what was asked, not what it gives: that is read when the export is
/// fetched,
/// so that no memory outlives its deletion in one. Of exports beyond the latest 1,000 the oldest are forgotten.
///
/// **Threads**: any number may call.
public final class MemoryExportService {
    private static final int MOST = 1_000;
    private static final String KEY = "key";
    private static final String ASKED = "asked";

    private final ServerDocuments exports;

    public MemoryExportService(Store store) {
        this.exports = new ServerDocuments(store, "exports");
    }

    /// @param asked what the door needs to answer it
    /// @return its id
    public String create(Caller caller, JsonObject asked) {
        Authorizer.require(caller, Role.WRITE);
        forgetOldest(caller);
        String id = UUID.randomUUID().toString();
        Map<String, Json> data = new LinkedHashMap<>();
        data.put(KEY, new JsonString(caller.key().id()));
        data.put(ASKED, asked);
        exports.put(caller.by(), id, new JsonObject(data), 0);
        return id;
    }

    private void forgetOldest(Caller caller) {
        List<Document> all = exports.all();
        all.stream()
                .sorted(Comparator.comparing(Document::createdAt))
                .limit(Math.max(0, all.size() - MOST + 1))
                .forEach(oldest -> exports.delete(caller.by(), oldest.id()));
    }

    /// What was asked for, by the key that did.
    ///
    /// @throws MnemeException `not_found`
    public JsonObject get(Caller caller, String id) {
        Authorizer.require(caller, Role.READ);
        return exports.find(id)
                .map(Document::data)
                .filter(data ->
                        new JsonString(caller.key().id()).equals(data.members().get(KEY)))
                .map(data -> data.members().get(ASKED))
                .filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast)
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.NOT_FOUND, "This key has asked for no export with this id, or long ago."));
    }
}
