package dev.mneme.engine.table;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Rows.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The rows as one log entry leaves them: what it has put and deleted so far, over what the tables hold.
///
/// The state machine puts rows with a blank MAC, and heads and the shard's row without totals; so far they are the same
/// on every node. The storing stage then fills in, here, what depends on the node's integrity key.
///
/// Used by one thread alone.
public final class Transaction {
    private final Tables tables;
    private final NavigableMap<byte[], Optional<byte[]>> changed = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<byte[], Optional<byte[]>> stored = new TreeMap<>(Arrays::compareUnsigned);
    private final Map<byte[], Optional<Head>> heads = new TreeMap<>(Arrays::compareUnsigned);
    private final Set<byte[]> accepted = new TreeSet<>(Arrays::compareUnsigned);

    public Transaction(Tables tables) {
        this.tables = tables;
    }

    public byte @Nullable [] get(byte[] key) {
        Optional<byte[]> mine = changed.get(key);
        if (mine != null) {
            return mine.orElse(null);
        }
        byte[] row = stored(key);
        stored.put(key, Optional.ofNullable(row));
        return row;
    }

    /// The row as it is before this entry. What [#get] has read is not read again; nothing more is
    /// kept, so that an entry may delete any number of rows.
    public byte @Nullable [] stored(byte[] key) {
        Optional<byte[]> known = stored.get(key);
        return known == null ? tables.get(key) : known.orElse(null);
    }

    /// The head of an owner as it is before this entry, read once; null when there is none, or none that can be read.
    ///
    /// @param owner the owner's hash
    public @Nullable Head storedHead(byte[] owner) {
        return heads.computeIfAbsent(owner, this::readHead).orElse(null);
    }

    private Optional<Head> readHead(byte[] owner) {
        byte[] key = Keys.head(owner);
        byte[] row = stored(key);
        stored.put(key, Optional.ofNullable(row));
        try {
            return row == null ? Optional.empty() : Optional.of(Head.decode(row));
        } catch (MnemeException damaged) {
            System.getLogger(Transaction.class.getName())
                    .log(System.Logger.Level.WARNING, "An owner's head cannot be read", damaged);
            return Optional.empty();
        }
    }

    /// Puts a row under a key that no entry before this one can have used, so that none need be looked for.
    public void insert(byte[] key, byte[] value) {
        requireEnvelope(key, value);
        stored.putIfAbsent(key, Optional.empty());
        changed.put(key, Optional.of(value));
    }

    /// The keys that were put or deleted so far, in order.
    public List<byte[]> changedKeys() {
        return List.copyOf(changed.keySet());
    }

    /// Whether a key was put or deleted.
    public boolean isChanged(byte[] key) {
        return changed.containsKey(key);
    }

    /// An operator takes rows as they are: those of an owner, by the key of its head, which are all put anew; or the
    /// API
    /// keys, by their table.
    public void accept(byte[] root) {
        accepted.add(root);
    }

    /// What [#accept] was told.
    public Set<byte[]> accepted() {
        return Collections.unmodifiableSet(accepted);
    }

    public void put(byte[] key, byte[] value) {
        requireEnvelope(key, value);
        changed.put(key, Optional.of(value));
    }

    /// A row without room for its MAC would stop the shard when it is stored.
    private static void requireEnvelope(byte[] key, byte[] value) {
        if (value.length < Rows.FIELDS_AT) {
            throw new IllegalArgumentException("a row of table " + (char) key[0] + " has no envelope");
        }
    }

    public void delete(byte[] key) {
        changed.put(key, Optional.empty());
    }

    /// Shows the rows of `[from, to)` one by one, until the visitor says stop: what the tables hold in
    /// order, as this entry left it, then what it has added. The visitor may put and delete.
    public void visit(byte[] from, byte[] to, Tables.Visitor visitor) {
        List<byte[]> mine = List.copyOf(changed.subMap(from, true, to, false).keySet());
        boolean[] more = {true};
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(from, to, (key, stored) -> {
                Optional<byte[]> now = changed.getOrDefault(key, Optional.of(stored));
                more[0] = now.isEmpty() || visitor.row(key, now.get());
                return more[0];
            });
        }
        for (int i = 0; more[0] && i < mine.size(); i++) {
            byte[] key = mine.get(i);
            Optional<byte[]> now = changed.getOrDefault(key, Optional.empty());
            more[0] = now.isEmpty() || tables.get(key) != null || visitor.row(key, now.get());
        }
    }

    /// The first keys of `[from, to)`, so many at most.
    public List<byte[]> keys(byte[] from, byte[] to, int limit) {
        List<byte[]> keys = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(from, to, (key, row) -> {
                if (!changed.containsKey(key)) {
                    keys.add(key);
                }
                return keys.size() < limit;
            });
        }
        changed.subMap(from, true, to, false).forEach((key, value) -> {
            if (value.isPresent() && keys.size() < limit) {
                keys.add(key);
            }
        });
        return keys;
    }

    /// The first row of `[from, to)`.
    public Map.@Nullable Entry<byte[], byte[]> first(byte[] from, byte[] to) {
        AtomicReference<Map.@Nullable Entry<byte[], byte[]>> first = new AtomicReference<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(from, to, (key, row) -> {
                if (changed.containsKey(key)) {
                    return true;
                }
                first.set(Map.entry(key, row));
                return false;
            });
        }
        Map.Entry<byte[], byte[]> stored = first.get();
        for (Map.Entry<byte[], Optional<byte[]>> mine :
                changed.subMap(from, true, to, false).entrySet()) {
            if (stored != null && Arrays.compareUnsigned(stored.getKey(), mine.getKey()) < 0) {
                break;
            }
            if (mine.getValue().isPresent()) {
                return Map.entry(mine.getKey(), mine.getValue().get());
            }
        }
        return stored;
    }

    /// What is to be written.
    public Tables.Batch batch(long appliedIndex) {
        Tables.Batch batch = new Tables.Batch();
        changed.forEach((key, value) -> {
            if (value.isEmpty()) {
                batch.delete(key);
            } else {
                batch.put(key, value.get());
            }
        });
        batch.appliedIndex(appliedIndex);
        return batch;
    }
}
