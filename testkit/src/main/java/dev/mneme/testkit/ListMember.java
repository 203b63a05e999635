package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Tables;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A member whose rows are the entries themselves, and which notes everything that it is told.
///
/// **Threads**: any; its own lock guards all of it.
public final class ListMember implements Agreement.Member {
    /// One delivery.
    public record Delivered(long index, String text, long id) {}

    private final NavigableMap<Long, String> rows;
    private final List<Delivered> delivered = new ArrayList<>();
    private final Map<Long, ErrorCode> refused = new HashMap<>();
    private final List<Agreement.Role> roles = new ArrayList<>();
    private final List<Integer> deliveredBefore = new ArrayList<>();
    private final List<Long> terms = new ArrayList<>();
    private final List<Long> installed = new ArrayList<>();
    private @Nullable Agreement agreement;
    private boolean lags;
    private long applied;

    public ListMember() {
        this(new TreeMap<>());
    }

    /// With the rows of an earlier life.
    public ListMember(NavigableMap<Long, String> rows) {
        this.rows = new TreeMap<>(rows);
        this.applied = rows.isEmpty() ? 0 : rows.lastKey();
    }

    public void follow(Agreement of) {
        synchronized (this) {
            agreement = of;
        }
        of.start(this, applied);
    }

    /// From now on it says nothing of having applied.
    public synchronized void lag() {
        lags = true;
    }

    /// Says that it has applied all of what it was delivered, from now on at once.
    public void catchUp() {
        long upTo;
        synchronized (this) {
            lags = false;
            upTo = applied;
        }
        Objects.requireNonNull(agreement).applied(upTo);
    }

    @Override
    public void apply(long index, byte[] entry, long id) {
        Agreement told;
        synchronized (this) {
            if (index <= applied) {
                throw new IllegalStateException("entry " + index + " was delivered after entry " + applied);
            }
            rows.put(index, new String(entry, UTF_8));
            delivered.add(new Delivered(index, new String(entry, UTF_8), id));
            applied = index;
            told = lags ? null : agreement;
        }
        if (told != null) {
            told.applied(index);
        }
    }

    @Override
    public synchronized void refused(long id, MnemeException why) {
        if (refused.put(id, why.code()) != null) {
            throw new IllegalStateException("the proposal " + id + " was refused twice");
        }
    }

    @Override
    public synchronized void role(Agreement.Role role, long term) {
        roles.add(role);
        terms.add(term);
        deliveredBefore.add(delivered.size());
    }

    @Override
    public void install(Agreement.Snapshot snapshot) {
        synchronized (this) {
            if (snapshot.index() <= applied) {
                throw new IllegalStateException("a snapshot of " + snapshot.index() + " came after " + applied);
            }
            rows.clear();
            snapshot.rows((key, row) -> {
                rows.put(ByteBuffer.wrap(key).position(1).getLong(), new String(row, UTF_8));
                return true;
            });
            installed.add(snapshot.index());
            applied = snapshot.index();
        }
        snapshot.close();
        Objects.requireNonNull(agreement).applied(snapshot.index());
    }

    @Override
    public void broken(MnemeException why) {
        throw new IllegalStateException("the agreement broke", why);
    }

    @Override
    public synchronized Agreement.Snapshot snapshot() {
        NavigableMap<Long, String> copy = new TreeMap<>(rows);
        long index = applied;
        return new Agreement.Snapshot() {
            @Override
            public long index() {
                return index;
            }

            @Override
            public void rows(Tables.Visitor visitor) {
                copy.forEach((at, text) -> visitor.row(
                        ByteBuffer.allocate(9).put((byte) 'e').putLong(at).array(), text.getBytes(UTF_8)));
            }

            @Override
            public void close() {}
        };
    }

    public synchronized List<Delivered> delivered() {
        return List.copyOf(delivered);
    }

    public synchronized List<String> texts() {
        return List.copyOf(rows.values());
    }

    public synchronized NavigableMap<Long, String> rows() {
        return new TreeMap<>(rows);
    }

    public synchronized Map<Long, ErrorCode> refused() {
        return Map.copyOf(refused);
    }

    public synchronized List<Agreement.Role> roles() {
        return List.copyOf(roles);
    }

    public synchronized List<Long> terms() {
        return List.copyOf(terms);
    }

    public synchronized List<Long> installed() {
        return List.copyOf(installed);
    }

    /// How many entries had been delivered when it was told of its latest role.
    public synchronized int deliveredBeforeRole() {
        return deliveredBefore.getLast();
    }

    public synchronized boolean isPrimary() {
        return !roles.isEmpty() && roles.getLast() == Agreement.Role.PRIMARY;
    }

    public synchronized long applied() {
        return applied;
    }
}
