package dev.mneme.api.mem0;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.service.Caller;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ReadOptions;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads memories by page numbers, newest first: goes through all that match, since their number is asked for
/// too. So a page costs as much as the list is long.
final class MemoryWalk {
    /// How long one request may count.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Newest first; what one instant brought, as it was read, which within an owner is newest first too.
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::createdAt).reversed().thenComparingLong(Place::read);

    private final MemoryService memories;

    MemoryWalk(MemoryService memories) {
        this.memories = memories;
    }

    /// @param read how many were read before it
    private record Place(Instant createdAt, long read, MemoryId id) {}

    /// @param count of all that match
    record Part(List<Memory> items, long count) {}

    /// The matching memories from `from` to before `to`.
    ///
    /// @throws MnemeException `too_large` where counting them takes too long
    Part read(Caller caller, Filter filter, boolean showExpired, long from, long to) {
        Instant latest = memories.now().plus(PATIENCE);
        TreeSet<Place> newest = new TreeSet<>(ORDER);
        long count = 0;
        for (var pages = memories.pages(caller, filter, showExpired); pages.hasNext(); ) {
            for (Memory memory : pages.next()) {
                newest.add(new Place(memory.createdAt(), count, memory.id()));
                if (newest.size() > to) {
                    newest.pollLast();
                }
                count++;
            }
            if (memories.now().isAfter(latest)) {
                throw new MnemeException(
                        ErrorCode.TOO_LARGE,
                        "These are too many to be counted: name one user, or read GET /api/v1/memories by cursor.");
            }
        }
        List<MemoryId> page = newest.stream().skip(from).map(Place::id).toList();
        return new Part(memories.find(caller, page), count);
    }

    /// The newest, so many at most; the others are not counted.
    List<Memory> newest(Caller caller, Filter filter, boolean showExpired, int most) {
        List<Memory> newest = new ArrayList<>();
        String cursor = null;
        do {
            int step = Math.min(most - newest.size(), memories.limits().pageItems());
            MemoryPage page = page(caller, filter, showExpired, step, cursor);
            newest.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null && newest.size() < most);
        return newest;
    }

    private MemoryPage page(Caller caller, Filter filter, boolean showExpired, int limit, @Nullable String cursor) {
        return memories.list(caller, filter, Order.CREATED_AT_DOWN, limit, cursor, showExpired, ReadOptions.DEFAULT);
    }
}
