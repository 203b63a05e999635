package dev.mneme.engine.read;

import dev.mneme.core.model.Memory;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.engine.read.ListPage.Place;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One page of a list over several shards, made of a page of each. It holds no more than a page and one memory.
public final class MergedList {
    private final MemoryQuery query;
    private final TreeSet<Place> page;
    private boolean more;

    /// @param query of no owner
    public MergedList(MemoryQuery query) {
        this.query = query;
        this.page = new TreeSet<>(ListPage.order(query));
    }

    /// The last memory that can be on the page; null while there is room for any. Shards that are yet to be asked need
    /// not look beyond it.
    public @Nullable Memory until() {
        return more && page.size() >= query.limit() ? page.last().memory() : null;
    }

    /// Takes a shard's page.
    public void add(MemoryPage part) {
        more |= part.nextCursor() != null;
        for (Memory memory : part.items()) {
            page.add(ListPage.place(query, 0, memory));
            if (page.size() > query.limit()) {
                more = true;
                Collected.left(Objects.requireNonNull(page.pollLast()).memory());
            }
        }
    }

    public MemoryPage page() {
        List<Memory> items = page.stream()
                .map(place -> Objects.requireNonNull(place.memory()))
                .toList();
        String next = more && !page.isEmpty() ? ListPage.cursor(query.order(), page.last()) : null;
        return new MemoryPage(items, next, null);
    }
}
