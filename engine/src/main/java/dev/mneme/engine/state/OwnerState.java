package dev.mneme.engine.state;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Subject;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.OperatorRow;
import dev.mneme.engine.table.Spaces;
import dev.mneme.engine.table.Transaction;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One owner while a write of it is applied: its head, and the changes that the write makes. The head's totals are none
/// of its business: the storing stage knows them.
final class OwnerState {
    /// How many changes of an owner pass before the age of its oldest one is looked at again: fewer than are then
    /// removed, or a long past would never end.
    static final int CHANGES_BETWEEN_LOOKS_AT_AGE = 16;

    private final Entry entry;
    private final Owner owner;
    private final byte[] hash;
    private Head head;
    private boolean counted;

    OwnerState(Entry entry, Owner owner) {
        this.entry = entry;
        this.owner = owner;
        this.hash = owner.hash();
        Head stored = before(entry.rows(), hash);
        this.head = stored == null ? Head.of(owner) : stored;
        this.counted = stored != null && stored.owner() != null;
    }

    /// Null for a head that cannot be read, too: the owner is not served then, and stays so.
    private static @Nullable Head before(Transaction rows, byte[] hash) {
        byte[] key = Keys.head(hash);
        if (rows.isChanged(key)) {
            byte[] row = rows.get(key);
            return row == null ? null : Head.decode(row);
        }
        Head stored = rows.storedHead(hash);
        return stored == null ? null : stored.withTotals(OwnerTotals.NONE);
    }

    /// The owner's rows are taken as they are: the changes begin anew after a gap, so that whoever followed
    /// reads all.
    ///
    /// @param reached a sequence that was used
    void accepted(long reached) {
        long sequence = Math.max(head.sequence(), reached) + 1;
        head = new Head(
                owner,
                sequence,
                sequence + 1,
                head.spaces(),
                head.idempotencyOldest(),
                head.idempotencyNext(),
                OwnerTotals.NONE);
        entry.rows().accept(Keys.head(hash));
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
        head = head.withSpaces(spaces);
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
        head = head.withIdempotency(oldest, next);
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
        byte[] row = new ChangeRow(type, ref, localOnly, at, by, entry.logIndex(), ordinal).encode();
        entry.rows().insert(Keys.change(hash, sequence), row);
        entry.rows().insert(Keys.operator(entry.logIndex(), ordinal), new OperatorRow(hash, sequence).encode());
        head = head.changed(owner, sequence);
        String key = subject == null ? null : ChangeRow.keyOf(subject);
        entry.changes().add(new Change(owner, position(), type, at, by, localOnly, key, subject));
        trimChanges(at);
        return sequence;
    }

    /// By number at each change. By age, for which the oldest change must be read, only now and then: whoever reads an
    /// owner's changes is shown none that is too old.
    private void trimChanges(Instant now) {
        Retention retention = entry.retention();
        boolean byAge = head.sequence() % CHANGES_BETWEEN_LOOKS_AT_AGE == 0;
        long oldest = head.oldest();
        for (int i = 0; i < Entry.MAX_REMOVED_AT_ONCE && oldest < head.sequence(); i++) {
            boolean tooMany = head.sequence() - oldest + 1 > retention.maxChanges();
            if (!tooMany && !byAge) {
                break;
            }
            byte[] key = Keys.change(hash, oldest);
            byte[] row = entry.rows().get(key);
            if (row != null) {
                ChangeRow change = ChangeRow.decode(row);
                if (!tooMany && change.at().isAfter(now.minus(retention.maxChangeAge()))) {
                    break;
                }
                entry.rows().delete(key);
                entry.rows().delete(Keys.operator(change.logIndex(), change.ordinal()));
                entry.trimmed(change.logIndex(), change.ordinal());
            }
            oldest++;
        }
        head = head.withOldest(oldest);
    }

    /// After an erasure: only the sequence goes on, and nothing says whose it was.
    void erased() {
        head = new Head(null, head.sequence(), head.sequence(), Spaces.NONE, 0, 0, OwnerTotals.NONE);
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
