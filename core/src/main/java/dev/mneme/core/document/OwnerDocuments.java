package dev.mneme.core.document;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import java.util.List;
import java.util.function.Consumer;

/// Reads all of an owner's documents in a collection, a few at a time, since each may be large.
public final class OwnerDocuments {
    private static final int PAGE = 64;

    private OwnerDocuments() {}

    /// Shows them in the order of their ids. The visitor may remove a document that it is shown.
    public static void forEach(Store store, Owner owner, String collection, Consumer<Document> visitor) {
        String last = null;
        List<Document> page;
        do {
            page = store.documents().list(owner, collection, last, PAGE);
            page.forEach(visitor);
            last = page.isEmpty() ? null : page.getLast().id();
        } while (page.size() == PAGE);
    }
}
