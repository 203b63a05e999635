package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.engine.codec.ConflictJson;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The conflicts in the tables.
///
/// **Threads**: any.
public final class StoredConflicts implements Conflicts {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredConflicts(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public At<Optional<Conflict>> find(Owner owner, MemoryId id) {
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] row = scans.row(key(owner, id));
            return new At<>(Optional.ofNullable(row).map(StoredConflicts::conflict), scans.position(owner));
        }
    }

    @Override
    public At<List<Conflict>> list(Query query) {
        byte[] table = Keys.documents(query.owner().hash(), Conflict.COLLECTION);
        byte[] from = query.after() == null ? table : Keys.next(key(query.owner(), query.after()));
        List<Conflict> page = new ArrayList<>();
        try (Scans scans = shards.apply(query.owner()).scan()) {
            scans.rows(from, Keys.end(table), (key, row) -> {
                Conflict conflict = conflict(row);
                if (query.matches(conflict)) {
                    Collected.joined(conflict);
                    page.add(conflict);
                }
                return page.size() < query.limit();
            });
            return new At<>(page, scans.position(query.owner()));
        }
    }

    private static byte[] key(Owner owner, MemoryId id) {
        return Keys.document(owner.hash(), Conflict.COLLECTION, id.toString());
    }

    static Conflict conflict(byte[] row) {
        return ConflictJson.conflict(Rows.document(row));
    }
}
