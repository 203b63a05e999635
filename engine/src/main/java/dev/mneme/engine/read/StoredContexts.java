package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Contexts;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.ContextRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The contexts in the tables.
///
/// **Threads**: any.
public final class StoredContexts implements Contexts {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredContexts(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public At<Optional<Context>> find(Owner owner, String key) {
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] row = scans.row(Keys.context(owner.hash(), key));
            Optional<Context> context = row == null
                    ? Optional.empty()
                    : Optional.ofNullable(ContextRow.decode(row).context());
            return new At<>(context, scans.position(owner));
        }
    }

    @Override
    public At<List<ContextVersion>> versions(Owner owner, String key) {
        List<ContextVersion> versions = new ArrayList<>();
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] earlier = Keys.contextVersions(owner.hash(), key);
            scans.rows(earlier, Keys.end(earlier), (name, row) -> versions.add(Rows.contextVersion(row)));
            byte[] newest = scans.row(Keys.context(owner.hash(), key));
            Context context = newest == null ? null : ContextRow.decode(newest).context();
            if (context != null) {
                versions.add(new ContextVersion(context, false));
            }
            return new At<>(versions, scans.position(owner));
        }
    }

    @Override
    public At<List<Context>> list(Query query) {
        List<Context> page = new ArrayList<>();
        try (Scans scans = shards.apply(query.owner()).scan()) {
            visit(scans, query.owner(), query.afterKey(), context -> {
                if (query.matches(context)) {
                    Collected.joined(context);
                    page.add(context);
                }
                return page.size() < query.limit();
            });
            return new At<>(page, scans.position(query.owner()));
        }
    }

    /// The user's contexts in the order of their keys' bytes, until the visitor says stop.
    ///
    /// @param afterKey the key after which to begin; null: at the first
    public static void visit(Scans scans, Owner owner, @Nullable String afterKey, Predicate<Context> visitor) {
        byte[] hash = owner.hash();
        byte[] table = Keys.owned('x', hash);
        byte[] from = afterKey == null ? table : Keys.next(Keys.context(hash, afterKey));
        scans.rows(from, Keys.end(table), (key, row) -> {
            Context context = ContextRow.decode(row).context();
            return context == null || visitor.test(context);
        });
    }
}
