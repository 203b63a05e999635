package dev.mneme.core.memory;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.Store;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All memories that match, a page at a time: one owner after another, each owner's newest first. The total cost is
/// linear in their number, whereas listing over many owners looks at all of them for each page. Pages are of different
/// moments. Each page is one read of the store, so that the caller can check the time in between; an owner without a
/// match gives an empty page.
///
/// **Threads**: one.
final class MemoryPages implements Iterator<List<Memory>> {
    private final Store store;
    private final InstantSource clock;
    private final FilterMatcher matcher;
    private final boolean showExpired;
    private final int limit;
    private final Iterator<Owner> owners;
    private @Nullable Owner owner;
    private @Nullable String cursor;
    private List<Memory> before = List.of();

    /// @param filter everything that must hold, including the key's restriction
    MemoryPages(Store store, InstantSource clock, List<Owner> owners, Filter filter, boolean showExpired, int limit) {
        this.store = store;
        this.clock = clock;
        this.owners = owners.iterator();
        this.matcher = FilterMatcher.of(filter);
        this.showExpired = showExpired;
        this.limit = limit;
    }

    @Override
    public boolean hasNext() {
        boolean more = owner != null || owners.hasNext();
        if (!more) {
            leave();
        }
        return more;
    }

    /// Asking for another page means that the caller is done with the former one.
    private void leave() {
        before.forEach(Collected::left);
        before = List.of();
    }

    @Override
    public List<Memory> next() {
        Owner of = owner == null ? owners.next() : owner;
        leave();
        MemoryPage page = store.list(
                new MemoryQuery(of, matcher, Order.CREATED_AT_DOWN, limit, cursor, showExpired, clock.instant()));
        cursor = page.nextCursor();
        owner = cursor == null ? null : of;
        before = page.items();
        return page.items();
    }
}
