package dev.mneme.engine.read;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Documents;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The documents in the tables.
///
/// **Threads**: any.
public final class StoredDocuments implements Documents {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredDocuments(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public Optional<Document> find(Owner owner, String collection, String id) {
        try (Scans scans = shards.apply(owner).scan()) {
            return Optional.ofNullable(scans.row(Keys.document(owner.hash(), collection, id)))
                    .map(Rows::document);
        }
    }

    @Override
    public List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit) {
        byte[] table = Keys.documents(owner.hash(), collection);
        byte[] from = afterId == null ? table : Keys.next(Keys.document(owner.hash(), collection, afterId));
        List<Document> documents = new ArrayList<>();
        try (Scans scans = shards.apply(owner).scan()) {
            scans.rows(from, Keys.end(table), (key, row) -> {
                documents.add(Rows.document(row));
                return documents.size() < limit;
            });
        }
        return documents;
    }
}
