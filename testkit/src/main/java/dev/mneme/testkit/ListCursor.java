package dev.mneme.testkit;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The place of a memory in a list, and where a list goes on: `<order>-<sequence>-<epoch milliseconds>-<id>`.
/// One owner's memories come in the order of their arrival (or last change), which is an order of time; memories of
/// several owners by time, then by id.
record ListCursor(Order order, long sequence, Instant at, MemoryId id) {
    private static final Pattern FORM = Pattern.compile("([A-Z_]+)-([0-9]{1,15})-(-?[0-9]{1,15})-([0-9a-f-]{36})");
    private static final Comparator<ListCursor> OF_ONE = Comparator.comparingLong(ListCursor::sequence);
    private static final Comparator<ListCursor> OF_ALL =
            Comparator.comparing(ListCursor::at).thenComparing(ListCursor::id);

    static ListCursor of(Order order, ModelOwner.Held held) {
        Memory memory = held.memory();
        return order.byUpdate()
                ? new ListCursor(order, held.changed(), memory.updatedAt(), memory.id())
                : new ListCursor(order, held.arrival(), memory.createdAt(), memory.id());
    }

    /// Downwards is the exact reverse of upwards.
    static Comparator<ListCursor> comparator(MemoryQuery query) {
        Comparator<ListCursor> upwards = query.owner() == null ? OF_ALL : OF_ONE;
        return query.order().down() ? upwards.reversed() : upwards;
    }

    /// @throws MnemeException `invalid_request` naming `cursor`
    static ListCursor parse(Order order, String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches() || !m.group(1).equals(order.name())) {
            throw MnemeException.invalid(
                    "cursor", "This is no cursor of such a list: use the one its page before gave.");
        }
        Instant at = Instant.ofEpochMilli(Long.parseLong(m.group(3)));
        return new ListCursor(order, Long.parseLong(m.group(2)), at, new MemoryId(UUID.fromString(m.group(4))));
    }

    boolean before(MemoryQuery query, ListCursor other) {
        return comparator(query).compare(this, other) < 0;
    }

    @Override
    public String toString() {
        return order.name() + "-" + sequence + "-" + at.toEpochMilli() + "-" + id;
    }
}
