package dev.mneme.testkit;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The place of a memory in a list, and where a list goes on: `<order>-<epoch milliseconds>-<id>`.
record ListCursor(Order order, Instant at, MemoryId id) {
    private static final Pattern FORM = Pattern.compile("([A-Z_]+)-(-?[0-9]{1,15})-([0-9a-f-]{36})");
    private static final Comparator<ListCursor> UPWARDS =
            Comparator.comparing(ListCursor::at).thenComparing(ListCursor::id);

    static ListCursor of(Order order, Memory memory) {
        return new ListCursor(order, order.byUpdate() ? memory.updatedAt() : memory.createdAt(), memory.id());
    }

    /// Downwards is the exact reverse of upwards, ids too.
    static Comparator<ListCursor> comparator(Order order) {
        return order.down() ? UPWARDS.reversed() : UPWARDS;
    }

    /// @throws MnemeException `invalid_request` naming `cursor`
    static ListCursor parse(Order order, String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches() || !m.group(1).equals(order.name())) {
            throw MnemeException.invalid(
                    "cursor", "This is no cursor of such a list: use the one its page before gave.");
        }
        Instant at = Instant.ofEpochMilli(Long.parseLong(m.group(2)));
        return new ListCursor(order, at, new MemoryId(UUID.fromString(m.group(3))));
    }

    boolean before(ListCursor other) {
        return comparator(order).compare(this, other) < 0;
    }

    @Override
    public String toString() {
        return order.name() + "-" + at.toEpochMilli() + "-" + id;
    }
}
