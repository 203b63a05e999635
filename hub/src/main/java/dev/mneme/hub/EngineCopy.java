package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Owner;
import dev.mneme.engine.copy.OwnerCopies;
import dev.mneme.engine.state.OwnerRecords;
import dev.mneme.engine.state.OwnerRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/// The engine's copies, and on this node's disk the rows that may not leave it.
///
/// **Threads**: of one owner, one at a time.
final class EngineCopy implements OwnerCopy {
    private final OwnerCopies copies;
    private final NodeLog own;
    private final String node;

    EngineCopy(OwnerCopies copies, NodeLog own, String node) {
        this.copies = copies;
        this.own = own;
        this.node = node;
    }

    @Override
    public Decided decide(Owner owner, Instant at, List<Write> writes, Command.Govern rules) {
        dev.mneme.engine.state.Decided decided = copies.decide(owner, at, writes, rules);
        return new Decided(
                decided.results(), decided.sequence(), OwnerRow.encode(decided.rows()), OwnerRow.encode(decided.own()));
    }

    @Override
    public void take(Owner owner, OwnerBatch batch) {
        List<OwnerRow> rows = new ArrayList<>(OwnerRow.decode(batch.rows()));
        own.get(key(owner, batch))
                .ifPresent(bytes -> rows.addAll(OwnRows.decode(bytes).rows()));
        copies.take(owner, batch.at(), rows, batch.node().equals(node));
        if (OwnerRecords.erases(rows)) {
            ownOf(owner).forEach(own::remove);
        }
    }

    @Override
    public void load(Owner owner, OwnerHead head, Collection<StoredRecord> records) {
        List<OwnRows> batches = new ArrayList<>();
        ownOf(owner).forEach(key -> own.get(key).map(OwnRows::decode).ifPresent(batches::add));
        copies.load(owner, head.at(), OwnRows.over(records, batches, head.revision()));
    }

    @Override
    public void takeLoaded(Owner owner, OwnerHead head, Collection<StoredRecord> changed) {
        List<OwnerRow> rows = OwnerRecords.rows(changed);
        copies.take(owner, head.at(), rows, false);
        if (OwnerRecords.erases(rows)) {
            ownOf(owner).forEach(own::remove);
        }
    }

    @Override
    public void drop(Owner owner) {
        copies.drop(owner);
    }

    @Override
    public boolean erases(OwnerBatch batch) {
        return OwnerRecords.erases(OwnerRow.decode(batch.rows()));
    }

    @Override
    public List<RecordChange> changes(OwnerBatch batch) {
        return OwnerRecords.changes(OwnerRow.decode(batch.rows()));
    }

    @Override
    public void keepOwn(Owner owner, OwnerBatch batch, byte[] ownRows) {
        if (ownRows.length > 0) {
            own.put(key(owner, batch), new OwnRows(batch.revision(), OwnerRow.decode(ownRows)).encode());
        }
    }

    @Override
    public void forgetOwn(Owner owner, OwnerBatch batch) {
        own.remove(key(owner, batch));
    }

    private List<String> ownOf(Owner owner) {
        String prefix = prefix(owner);
        return own.keys().stream().filter(key -> key.startsWith(prefix)).toList();
    }

    private static String prefix(Owner owner) {
        return HexFormat.of().formatHex(owner.hash()) + ":";
    }

    private static String key(Owner owner, OwnerBatch batch) {
        return prefix(owner) + batch.id();
    }
}
