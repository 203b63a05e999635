package dev.mneme.engine.state;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Subject;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
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
    private Digest128 chainBeforeLatest = Digest128.ZERO;

    OwnerState(Entry entry, Owner owner) {
        this.entry = entry;
        this.owner = owner;
        this.hash = owner.hash();
        byte[] row = entry.rows().get(Keys.head(hash));
        Head stored = row == null ? null : decoded(row);
        this.head = stored == null ? Head.of(owner) : stored;
        this.counted = stored != null && stored.owner() != null;
    }

    /// Null for a head that cannot be read: the owner is not served then, and stays so.
    private static @Nullable Head decoded(byte[] row) {
        try {
            return Head.decode(row);
        } catch (MnemeException damaged) {
            System.getLogger(OwnerState.class.getName())
                    .log(System.Logger.Level.WARNING, "An owner's head cannot be read", damaged);
            return null;
        }
    }

    /// The owner's rows are taken as they are: the changes begin anew after a gap, so that whoever followed
    /// reads all.
    ///
    /// @param reached a sequence that was used
    void accepted(long reached) {
        long sequence = Math.max(head.sequence(), reached) + 1;
        OwnerTotals totals =
                OwnerTotals.NONE.withChain(head.totals().chain(), head.totals().chain());
        head = new Head(
                owner, sequence, sequence + 1, head.spaces(), head.idempotencyOldest(), head.idempotencyNext(), totals);
        entry.accept(hash);
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
        byte[] change = Keys.change(hash, sequence);
        byte[] row = new ChangeRow(type, ref, localOnly, at, by, entry.logIndex(), ordinal).encode();
        entry.rows().insert(change, row);
        entry.rows().insert(Keys.operator(entry.logIndex(), ordinal), new OperatorRow(hash, sequence).encode());
        OwnerTotals totals = head.totals();
        chainBeforeLatest = totals.chain();
        Digest128 chain = entry.seal().link(totals.chain(), change, row);
        head = head.changed(owner, sequence, totals.withChain(chain, totals.chainBefore()));
        String key = subject == null ? null : ChangeRow.keyOf(subject);
        entry.changes().add(new Change(owner, position(), type, at, by, localOnly, key, subject));
        trimChanges(at);
        return sequence;
    }

    /// By number at each change. By age, for which the oldest change must be read, only now and then: whoever reads an
    /// owner's changes is shown none that is too old.
    private void trimChanges(Instant now) {
        Retention retention = entry.retention();
        boolean byAge = head.sequence() % Retention.CHANGES_BETWEEN_LOOKS_AT_AGE == 0;
        long oldest = head.oldest();
        Digest128 chainBefore = head.totals().chainBefore();
        for (int i = 0; i < Retention.MAX_REMOVED_AT_ONCE && oldest < head.sequence(); i++) {
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
                chainBefore = entry.seal().link(chainBefore, key, row);
                entry.rows().delete(key);
                entry.rows().delete(Keys.operator(change.logIndex(), change.ordinal()));
                entry.trimmed(change.logIndex(), change.ordinal());
            }
            oldest++;
        }
        head = head.withOldest(oldest, head.totals().withChain(head.totals().chain(), chainBefore));
    }

    /// After an erasure: only the sequence and the chain of changes go on, and nothing says whose they were.
    void erased() {
        OwnerTotals totals = head.totals().withChain(head.totals().chain(), chainBeforeLatest);
        head = new Head(null, head.sequence(), head.sequence(), Spaces.NONE, 0, 0, totals);
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
