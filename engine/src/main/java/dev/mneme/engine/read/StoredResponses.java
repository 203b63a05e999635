package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The response audit in the tables.
///
/// **Threads**: any.
public final class StoredResponses implements ResponseSources {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredResponses(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public At<Optional<ResponseSource>> find(Owner owner, String chatId, String messageId) {
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] place = scans.row(Keys.responseOf(owner.hash(), chatId, messageId));
            byte[] row = place == null ? null : scans.row(Keys.response(owner.hash(), Rows.arrival(place)));
            return new At<>(Optional.ofNullable(row).map(Rows::responseSource), scans.position(owner));
        }
    }

    @Override
    public At<List<ResponseSource>> list(Owner owner, Predicate<ResponseSource> filter, long afterSequence, int limit) {
        byte[] end = Keys.end(Keys.owned('q', owner.hash()));
        List<ResponseSource> page = new ArrayList<>();
        try (Scans scans = shards.apply(owner).scan()) {
            scans.rows(Keys.response(owner.hash(), afterSequence + 1), end, into(page, filter, limit));
            return new At<>(page, scans.position(owner));
        }
    }

    @Override
    public At<List<ResponseSource>> newest(
            Owner owner, Predicate<ResponseSource> filter, @Nullable Long beforeSequence, int limit) {
        byte[] table = Keys.owned('q', owner.hash());
        byte[] end = beforeSequence == null ? Keys.end(table) : Keys.response(owner.hash(), beforeSequence);
        List<ResponseSource> page = new ArrayList<>();
        try (Scans scans = shards.apply(owner).scan()) {
            scans.rowsDown(table, end, into(page, filter, limit));
            return new At<>(page, scans.position(owner));
        }
    }

    private static Tables.Visitor into(List<ResponseSource> page, Predicate<ResponseSource> filter, int limit) {
        return (key, row) -> {
            ResponseSource source = Rows.responseSource(row);
            if (filter.test(source)) {
                Collected.joined(source);
                page.add(source);
            }
            return page.size() < limit;
        };
    }
}
