package dev.mneme.engine.state;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Subject;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.OperatorRow;
import dev.mneme.engine.table.Spaces;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One owner while a write of it is applied: its head, and the changes that the write makes.
final class OwnerState {
    private final Entry entry;
    private final Owner owner;
    private final byte[] hash;
    private Head head;
    private boolean counted;

    OwnerState(Entry entry, Owner owner) {
        this.entry = entry;
        this.owner = owner;
        this.hash = owner.hash();
        byte[] row = entry.rows().get(Keys.head(hash));
        Head stored = row == null ? null : Head.decode(row);
        this.head = stored == null ? Head.of(owner) : stored;
        this.counted = stored != null && stored.owner() != null;
    }

    Owner owner() {
        return owner;
    }

    byte[] hash() {
        return hash;
    }

    long sequence() {
        return head.sequence();
    }

    Position position() {
        return new Position(entry.epoch(), owner.slot(), head.sequence());
    }

    Spaces spaces() {
        return head.spaces();
    }

    void spaces(Spaces spaces) {
        head = new Head(
                head.owner(), head.sequence(), head.oldest(), spaces, head.idempotencyOldest(), head.idempotencyNext());
    }

    /// Whether an instance of this user is in mode `inspired`, so that what it writes is local only.
    boolean inspired(String instanceId) {
        if (owner.kind() != OwnerKind.USER) {
            return false;
        }
        byte[] row = entry.rows().get(Keys.mode(hash, instanceId));
        return row != null && Rows.modeState(row).current() == Mode.INSPIRED;
    }

    /// The sequence that the next change will have.
    long nextSequence() {
        return head.sequence() + 1;
    }

    long idempotencyOldest() {
        return head.idempotencyOldest();
    }

    long idempotencyNext() {
        return head.idempotencyNext();
    }

    void idempotency(long oldest, long next) {
        head = new Head(head.owner(), head.sequence(), head.oldest(), head.spaces(), oldest, next);
    }

    /// The next change of this owner, of a memory.
    ///
    /// @param arrival the memory's, with the history's `version` that the change made
    /// @return its sequence
    long change(ChangeType type, long arrival, long version, Provenance by, Memory memory) {
        return change(type, new Ref.OfMemory(arrival, version), by, memory, memory.localOnly());
    }

    /// The next change of this owner, of anything but a memory.
    long change(ChangeType type, Provenance by, Subject subject) {
        return change(type, Ref.of(subject), by, subject, subject.localOnly());
    }

    /// The change that ends all before it.
    long erasure(Provenance by) {
        return change(ChangeType.OWNER_ERASED, new Ref.Nothing(), by, null, false);
    }

    private long change(ChangeType type, Ref ref, Provenance by, @Nullable Subject subject, boolean localOnly) {
        long sequence = head.sequence() + 1;
        int ordinal = entry.nextOrdinal();
        Instant at = entry.at();
        ChangeRow row = new ChangeRow(type, ref, localOnly, at, by, entry.logIndex(), ordinal);
        entry.rows().put(Keys.change(hash, sequence), row.encode());
        entry.rows().put(Keys.operator(entry.logIndex(), ordinal), new OperatorRow(hash, sequence).encode());
        head = new Head(
                owner, sequence, head.oldest(), head.spaces(), head.idempotencyOldest(), head.idempotencyNext());
        String key = subject == null ? null : ChangeRow.keyOf(subject);
        entry.changes().add(new Change(owner, position(), type, at, by, localOnly, key, subject));
        trimChanges(at);
        return sequence;
    }

    private void trimChanges(Instant now) {
        Retention retention = entry.retention();
        long oldest = head.oldest();
        for (int i = 0; i < Retention.MAX_REMOVED_AT_ONCE && oldest < head.sequence(); i++) {
            byte[] row = entry.rows().get(Keys.change(hash, oldest));
            boolean tooMany = head.sequence() - oldest + 1 > retention.maxChanges();
            if (row != null) {
                ChangeRow change = ChangeRow.decode(row);
                if (!tooMany && change.at().isAfter(now.minus(retention.maxChangeAge()))) {
                    break;
                }
                entry.rows().delete(Keys.change(hash, oldest));
                entry.rows().delete(Keys.operator(change.logIndex(), change.ordinal()));
                entry.trimmed(change.logIndex(), change.ordinal());
            }
            oldest++;
        }
        oldest(oldest);
    }

    private void oldest(long oldest) {
        head = new Head(
                head.owner(), head.sequence(), oldest, head.spaces(), head.idempotencyOldest(), head.idempotencyNext());
    }

    /// After an erasure: only the sequence goes on, and nothing says whose it was.
    void erased() {
        head = new Head(null, head.sequence(), head.sequence(), Spaces.NONE, 0, 0);
    }

    void store() {
        boolean named = head.owner() != null;
        if (named != counted) {
            entry.countOwners(named ? 1 : -1);
            counted = named;
        }
        entry.rows().put(Keys.head(hash), head.encode());
    }
}
