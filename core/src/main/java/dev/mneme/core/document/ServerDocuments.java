package dev.mneme.core.document;

import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One collection of the server's own documents, for services that keep something there. It checks no rights.
public final class ServerDocuments {
    private static final int STEP = 1_000;

    private final Store store;
    private final String collection;

    public ServerDocuments(Store store, String collection) {
        this.store = store;
        this.collection = collection;
    }

    public Optional<Document> find(String id) {
        return store.systemDocuments().find(Documents.SYSTEM, collection, id);
    }

    /// All of them, by id.
    public List<Document> all() {
        List<Document> all = new ArrayList<>();
        List<Document> page;
        do {
            page = store.systemDocuments()
                    .list(
                            Documents.SYSTEM,
                            collection,
                            all.isEmpty() ? null : all.getLast().id(),
                            STEP);
            all.addAll(page);
        } while (page.size() == STEP);
        return all;
    }

    /// The documents that follow an id, in the order of their ids, at most `limit`.
    ///
    /// @param id null for the first
    public List<Document> after(@Nullable String id, int limit) {
        return store.systemDocuments().list(Documents.SYSTEM, collection, id, limit);
    }

    /// The documents whose ids begin with `prefix`, in the order of their ids, at most `limit`.
    public List<Document> startingWith(String prefix, int limit) {
        return store.systemDocuments().list(Documents.SYSTEM, collection, prefix, limit).stream()
                .takeWhile(document -> document.id().startsWith(prefix))
                .toList();
    }

    public void put(Provenance by, String id, JsonObject data, long expectedVersion) {
        write(by, new Command.PutDocument(collection, id, data, expectedVersion));
    }

    /// @return whether there was such a document
    public boolean delete(Provenance by, String id) {
        try {
            write(by, new Command.DeleteDocument(collection, id, Command.ANY_VERSION));
            return true;
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /// Removes a document at this version; one at another version stays.
    public void delete(Provenance by, String id, long version) {
        try {
            write(by, new Command.DeleteDocument(collection, id, version));
        } catch (MnemeException e) {
            switch (e.code()) {
                case NOT_FOUND, VERSION_CONFLICT -> {}
                default -> throw e;
            }
        }
    }

    private void write(Provenance by, Command command) {
        WriteResult result = store.writeSystem(new Write(Documents.SYSTEM, by, null, List.of(command)));
        if (result.outcomes().getFirst() instanceof Rejected rejected) {
            throw Writes.failure(rejected, false);
        }
    }
}
