package dev.mneme.engine.state;

import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.engine.codec.ConflictJson;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.IdempotencyRow;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.ContextRow;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.IdempotencyOrderRow;
import dev.mneme.engine.table.Rows.OperatorRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Puts primary rows of one owner, and makes what follows from them: pointers, the order of updates, duplicates,
/// entities, expiries, what leads to response sources and sync events, the operator's feed, the shard's counts, and
/// what
/// it means for the search index.
///
/// The state machine makes the same rows as it decides. They differ only in what no decision looks at: when an entity
/// was last updated, and how many equal memories are remembered beyond the latest.
final class DerivedRows {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;
    private final byte[] hash;
    private final TreeSet<Long> touched = new TreeSet<>(); // arrivals of memories
    private boolean erased;

    DerivedRows(Entry entry, Owner owner) {
        this.entry = entry;
        this.owner = new OwnerState(entry, owner);
        this.memories = new MemoryRows(entry);
        this.hash = owner.hash();
    }

    /// @param asChanges whether the operator's feed tells of the changes among them
    void put(List<OwnerRow> rows, boolean asChanges) {
        Head before = head();
        if (rows.stream().anyMatch(DerivedRows::isErasure)) {
            memories.erase(owner);
            erased = true;
        }
        for (OwnerRow row : rows) {
            put(row, asChanges);
        }
        Head after = head();
        entry.countOwners(named(after) - named(before));
        index(before, after);
    }

    private static boolean isErasure(OwnerRow row) {
        return row.table() == 'c'
                && row.fields().isPresent()
                && ChangeRow.decode(row.row()).type() == ChangeType.OWNER_ERASED;
    }

    /// No row stays.
    void forget() {
        Head before = head();
        memories.erase(owner);
        entry.rows().delete(Keys.head(hash));
        entry.countOwners(-named(before));
    }

    private @Nullable Head head() {
        byte[] row = entry.rows().get(Keys.head(hash));
        return row == null ? null : Head.decode(row);
    }

    private static int named(@Nullable Head head) {
        return head != null && head.owner() != null ? 1 : 0;
    }

    private void put(OwnerRow row, boolean asChanges) {
        byte[] key = row.key(hash);
        byte[] before = entry.rows().get(key);
        byte[] now = row.fields().isPresent() ? row.row() : null;
        if (row.table() == 'c') {
            change(key, before, now, asChanges);
            return;
        }
        if (now != null) {
            entry.rows().put(key, now);
        } else if (before != null) {
            entry.rows().delete(key);
        } else {
            return;
        }
        switch (row.table()) {
            case 'm' ->
                memory(
                        row.lastNumber(),
                        before == null ? null : Version.decode(before),
                        now == null ? null : Version.decode(now));
            case 'e', 'y' -> touched.add(row.lastNumber());
            case 'v' -> version(row.firstNumber(), now);
            case 'x' -> expiry(key, expiryOf(context(before)), expiryOf(context(now)));
            case 'q' -> response(row.lastNumber(), before, now);
            case 'z' -> syncEvent(key, before, now);
            case 'l' -> expiry(key, conflictExpiry(before), conflictExpiry(now));
            case 'i' -> idempotency(key, before, now);
            default -> {}
        }
    }

    private void memory(long arrival, @Nullable Version before, @Nullable Version now) {
        touched.add(arrival);
        if (before != null) {
            entry.rows().delete(Keys.updated(hash, before.sequence()));
            memories.removeDuplicate(owner, before.memory(), arrival);
            memories.countEntities(owner, before.memory(), -1);
            entry.countMemories(-1);
        }
        if (now != null) {
            Memory memory = now.memory();
            entry.rows().put(Keys.updated(hash, now.sequence()), Rows.encode(arrival));
            entry.rows().put(Keys.pointer(memory.id()), new Pointer(hash, arrival).encode());
            memories.addDuplicate(owner, memory, arrival, false);
            memories.countEntities(owner, memory, 1);
            entry.countMemories(1);
        } else {
            dropVectors(arrival);
        }
    }

    private void dropVectors(long arrival) {
        for (long generation = 0; generation <= owner.spaces().latest(); generation++) {
            byte[] key = Keys.embedding(hash, generation, arrival);
            if (entry.rows().get(key) != null) {
                entry.rows().delete(key);
            }
        }
    }

    private void version(long arrival, byte @Nullable [] now) {
        if (now != null) {
            byte[] pointer = Keys.pointer(Version.decode(now).memory().id());
            if (entry.rows().get(pointer) == null) {
                entry.rows().put(pointer, new Pointer(hash, arrival).encode());
            }
        }
    }

    private static @Nullable Context context(byte @Nullable [] row) {
        return row == null ? null : ContextRow.decode(row).context();
    }

    private static @Nullable Instant expiryOf(@Nullable Context context) {
        return context == null ? null : context.expiresAt();
    }

    /// Of the documents only conflicts expire.
    private static @Nullable Instant conflictExpiry(byte @Nullable [] row) {
        Document document = row == null ? null : Rows.document(row);
        return document == null || !document.collection().equals(Conflict.COLLECTION)
                ? null
                : ConflictJson.conflict(document).expiresAt();
    }

    private void expiry(byte[] key, @Nullable Instant before, @Nullable Instant now) {
        if (before != null) {
            entry.rows().delete(Keys.expiry(before, key));
        }
        if (now != null) {
            entry.rows().put(Keys.expiry(now, key), Rows.mark());
        }
    }

    private void response(long sequence, byte @Nullable [] before, byte @Nullable [] now) {
        if (before != null) {
            entry.rows().delete(place(Rows.responseSource(before)));
        }
        if (now != null) {
            entry.rows().put(place(Rows.responseSource(now)), Rows.encode(sequence));
        }
    }

    private byte[] place(ResponseSource source) {
        return Keys.responseOf(hash, source.chatId(), source.messageId());
    }

    private void syncEvent(byte[] key, byte @Nullable [] before, byte @Nullable [] now) {
        SyncEvent old = before == null ? null : Rows.syncEvent(before);
        SyncEvent event = now == null ? null : Rows.syncEvent(now);
        expiry(key, old == null ? null : old.expiresAt(), event == null ? null : event.expiresAt());
        if (old != null) {
            entry.rows().delete(Keys.syncEventOf(hash, old.id()));
            entry.rows().delete(SyncEventDecisions.pendingKey(owner, old));
        }
        if (event != null) {
            entry.rows().put(Keys.syncEventOf(hash, event.id()), Rows.encode(event.sequence()));
            entry.rows().put(SyncEventDecisions.pendingKey(owner, event), Rows.mark());
        }
    }

    private void idempotency(byte[] key, byte @Nullable [] before, byte @Nullable [] now) {
        if (before != null) {
            entry.rows()
                    .delete(Keys.idempotencyOrder(
                            hash, IdempotencyRow.decode(before).ordinal()));
        }
        if (now != null) {
            IdempotencyRow record = IdempotencyRow.decode(now);
            byte[] keyHash = Arrays.copyOfRange(key, 1 + Keys.OWNER, key.length);
            entry.rows()
                    .put(
                            Keys.idempotencyOrder(hash, record.ordinal()),
                            new IdempotencyOrderRow(keyHash, record.at()).encode());
        }
    }

    /// Where a change lies in the log is a node's own.
    private void change(byte[] key, byte @Nullable [] before, byte @Nullable [] now, boolean asChange) {
        if (before != null) {
            ChangeRow gone = ChangeRow.decode(before);
            if (gone.logIndex() > 0) {
                entry.rows().delete(Keys.operator(gone.logIndex(), gone.ordinal()));
                if (now == null) {
                    entry.trimmed(gone.logIndex(), gone.ordinal());
                }
            }
        }
        if (now == null) {
            entry.rows().delete(key);
            return;
        }
        ChangeRow change = ChangeRow.decode(now);
        if (!asChange) {
            entry.rows().put(key, change.at(0, 0).encode());
            return;
        }
        int ordinal = entry.nextOrdinal();
        entry.rows().put(key, change.at(entry.logIndex(), ordinal).encode());
        entry.rows()
                .put(Keys.operator(entry.logIndex(), ordinal), new OperatorRow(hash, Keys.lastNumber(key)).encode());
    }

    private void index(@Nullable Head before, @Nullable Head after) {
        long generation = after == null ? 0 : after.spaces().generation();
        if (before != null && before.spaces().generation() != generation && !erased) {
            entry.index().add(new IndexUpdate.Reload(hash));
        }
        for (long arrival : touched) {
            byte[] row = entry.rows().get(Keys.memory(hash, arrival));
            if (row == null) {
                entry.index().add(new IndexUpdate.Remove(hash, arrival));
            } else {
                byte[] vectors = entry.rows().get(Keys.embedding(hash, generation, arrival));
                Embedding embedding = vectors == null ? null : Rows.embedding(vectors);
                entry.index()
                        .add(new IndexUpdate.Put(
                                hash, arrival, Version.decode(row).memory(), embedding));
            }
        }
    }
}
