package dev.mneme.engine.read;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.Version;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One page of a list that is being filled from one shard, owner by owner: the first `limit + 1` memories beyond the
/// cursor. [MergedList] brings several shards' pages together.
///
/// Within one owner memories come in the order of arrival (or of the last change). That is the order of time, with ties
/// in the order of arrival, except for imported memories. Across owners they come by time, with ties by id. A cursor is
/// base64url of `<order> <sequence> <millis> <id>`: the sequence counts within an owner, the other two across owners.
public final class ListPage {
    private static final Pattern CURSOR =
            Pattern.compile("([A-Z_]{1,20}) ([0-9]{1,18}) (-?[0-9]{1,18}) ([0-9a-f-]{36})");

    private final MemoryQuery query;
    private final @Nullable Place cursor;
    private final @Nullable Place until;
    private final Comparator<Place> order;
    private final TreeSet<Place> page;

    /// A memory with what orders it.
    record Place(
            long sequence,
            Instant time,
            MemoryId id,
            @Nullable Memory memory) {}

    /// @param until nothing beyond this memory is wanted; null: no such limit
    public ListPage(MemoryQuery query, @Nullable Memory until) {
        this.query = query;
        this.until = until == null ? null : place(query, 0, until);
        this.cursor = query.cursor() == null ? null : parse(query.order(), query.cursor());
        this.order = order(query);
        this.page = new TreeSet<>(order);
    }

    static Comparator<Place> order(MemoryQuery query) {
        Comparator<Place> order = query.owner() == null
                ? Comparator.comparing(Place::time).thenComparing(Place::id)
                : Comparator.comparingLong(Place::sequence);
        return query.order().down() ? order.reversed() : order;
    }

    static Place place(MemoryQuery query, long sequence, Memory memory) {
        Instant time = query.order().byUpdate() ? memory.updatedAt() : memory.createdAt();
        return new Place(sequence, time, memory.id(), memory);
    }

    /// Takes the memories of one owner that can still be on the page.
    public void fill(Scans scans, byte[] owner) {
        Order by = query.order();
        boolean inTime = query.owner() != null || scans.row(Keys.imported(owner)) == null;
        Long beyond = cursor == null || query.owner() == null ? null : Long.valueOf(cursor.sequence());
        scans.ordered(owner, by.byUpdate(), by.down(), beyond, (arrival, version) -> {
            Place place = place(arrival, version);
            if (cursor != null && order.compare(place, cursor) <= 0) {
                return true;
            }
            if ((full() && isBeyond(place, page.last())) || (until != null && isBeyond(place, until))) {
                return !inTime;
            }
            if (visible(version.memory())) {
                Collected.joined(version.memory());
                page.add(place);
                if (page.size() > query.limit() + 1) {
                    Collected.left(Objects.requireNonNull(page.pollLast()).memory());
                }
            }
            return query.owner() == null || !full();
        });
    }

    /// Across owners, memories of one instant are ordered by id, and so not in the order in which they are
    /// read.
    private boolean isBeyond(Place place, Place last) {
        if (query.owner() == null && place.time().equals(last.time())) {
            return false;
        }
        return order.compare(place, last) > 0;
    }

    private Place place(long arrival, Version version) {
        return place(query, query.order().byUpdate() ? version.sequence() : arrival, version.memory());
    }

    private boolean full() {
        return page.size() == query.limit() + 1;
    }

    private boolean visible(Memory memory) {
        return (query.showExpired() || !memory.expired(query.now()))
                && query.matcher().matches(memory);
    }

    public List<Memory> items() {
        if (full()) {
            Collected.left(Objects.requireNonNull(page.last().memory())); // it only says that there are more
        }
        List<Memory> items = new ArrayList<>();
        page.stream().limit(query.limit()).forEach(place -> items.add(Objects.requireNonNull(place.memory())));
        return items;
    }

    @Nullable
    public String nextCursor() {
        if (!full()) {
            return null;
        }
        Place last = page.stream().skip(query.limit() - 1L).findFirst().orElseThrow();
        return cursor(query.order(), last);
    }

    static String cursor(Order order, Place last) {
        String text = order.name() + " " + last.sequence() + " " + last.time().toEpochMilli() + " " + last.id();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static Place parse(Order order, String cursor) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            Matcher m = CURSOR.matcher(text);
            if (m.matches() && m.group(1).equals(order.name())) {
                return new Place(
                        Long.parseLong(m.group(2)),
                        Instant.ofEpochMilli(Long.parseLong(m.group(3))),
                        new MemoryId(UUID.fromString(m.group(4))),
                        null);
            }
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
        throw invalid(null);
    }

    private static MnemeException invalid(@Nullable Throwable cause) {
        MnemeException invalid = MnemeException.invalid(
                "cursor", "This is no cursor of this list: use nextCursor of the page before, with the same order.");
        if (cause != null) {
            invalid.addSuppressed(cause);
        }
        return invalid;
    }
}
