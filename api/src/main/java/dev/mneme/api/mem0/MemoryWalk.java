package dev.mneme.api.mem0;

import dev.mneme.core.access.Caller;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/// Reads memories newest first, by when they were told ([Mem0Mapping#createdAt]); the store's order is by when they
/// came. With page numbers it goes through all matches, since their number is asked for too: a page costs as much as
/// the list is long.
final class MemoryWalk {
    /// How long one request may count.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Newest first. Memories of the same instant stay in the order in which they were read, which within an owner is
    /// newest first too.
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::createdAt).reversed().thenComparingLong(Place::read);

    private final MemoryService memories;

    MemoryWalk(MemoryService memories) {
        this.memories = memories;
    }

    /// @param read how many were read before it
    private record Place(Instant createdAt, long read, MemoryId id) {
        static Place of(Memory memory, long read) {
            return new Place(Mem0Mapping.createdAt(memory), read, memory.id());
        }
    }

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
                newest.add(Place.of(memory, count++));
                if (newest.size() > to) {
                    newest.pollLast();
                }
            }
            requireBefore(latest);
        }
        List<MemoryId> page = newest.stream().skip(from).map(Place::id).toList();
        return new Part(memories.find(caller, page), count);
    }

    private void requireBefore(Instant latest) {
        if (memories.now().isAfter(latest)) {
            throw new MnemeException(
                    ErrorCode.TOO_LARGE,
                    "These are too many to be counted: name one user, or read GET /api/v1/memories by cursor.");
        }
    }

    /// @param more whether there are older ones
    record Newest(List<Memory> items, boolean more) {}

    /// The newest memories, at most so many. If the memories that came last were also told last, which is usual, no
    /// others are read (one with a timestamp in the future may be missed then); otherwise all are.
    Newest newest(Caller caller, Filter filter, boolean showExpired, int most) {
        int step = Math.min(most, memories.limits().pageItems());
        MemoryPage page =
                memories.list(caller, filter, Order.CREATED_AT_DOWN, step, null, showExpired, ReadOptions.DEFAULT);
        List<Memory> told = page.items().stream()
                .sorted(Comparator.comparing(Mem0Mapping::createdAt).reversed())
                .toList();
        if (page.nextCursor() == null) {
            return new Newest(told, false);
        }
        Instant came = page.items().getLast().createdAt();
        if (step == most && !Mem0Mapping.createdAt(told.getLast()).isBefore(came)) {
            return new Newest(told, true);
        }
        page.items().forEach(Collected::left);
        Part all = read(caller, filter, showExpired, 0, most);
        return new Newest(all.items(), all.count() > most);
    }
}
