package dev.mneme.api.mem0;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.service.Caller;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ReadOptions;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads memories by page numbers, newest first: goes through all that match, a thousand at a time,
/// since their number is asked for too. So a page costs as much as the list is long.
final class MemoryWalk {
    private static final int STEP = 1_000;

    /// How long one request may count: over all owners every step looks at everything again.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemoryService memories;

    MemoryWalk(MemoryService memories) {
        this.memories = memories;
    }

    /// @param count of all that match
    record Part(List<Memory> items, long count) {}

    /// The matching memories from `from` to before `to`.
    ///
    /// @throws MnemeException `too_large` where counting them takes too long
    Part read(Caller caller, Filter filter, boolean showExpired, long from, long to) {
        int step = Math.min(STEP, memories.limits().pageItems());
        Instant latest = memories.now().plus(PATIENCE);
        List<Memory> items = new ArrayList<>();
        long count = 0;
        String cursor = null;
        do {
            MemoryPage page = page(caller, filter, showExpired, step, cursor);
            for (Memory memory : page.items()) {
                if (count >= from && count < to) {
                    items.add(memory);
                }
                count++;
            }
            cursor = page.nextCursor();
            if (cursor != null && memories.now().isAfter(latest)) {
                throw new MnemeException(
                        ErrorCode.TOO_LARGE,
                        "These are too many to be counted: name one user, or read GET /api/v1/memories by cursor.");
            }
        } while (cursor != null);
        return new Part(items, count);
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

    MemoryPage page(Caller caller, Filter filter, boolean showExpired, int limit, @Nullable String cursor) {
        return memories.list(caller, filter, Order.CREATED_AT_DOWN, limit, cursor, showExpired, ReadOptions.DEFAULT);
    }
}
