package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.RandomId;
import dev.mneme.engine.copy.OwnerCopies;
import dev.mneme.engine.state.OwnerRecords;
import dev.mneme.engine.state.OwnerRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The engine's copies, and on this node's disk the rows that may not leave it.
///
/// **Threads**: of one owner, one at a time.
final class EngineCopy implements OwnerCopy {
    private final OwnerCopies copies;
    private final NodeLog own;
    private final String node;
    private final RandomGenerator random;

    EngineCopy(OwnerCopies copies, NodeLog own, String node, RandomGenerator random) {
        this.copies = copies;
        this.own = own;
        this.node = node;
        this.random = random;
    }

    @Override
    public Decided decide(Owner owner, Instant at, List<Write> writes, Command.Govern rules) {
        dev.mneme.engine.state.Decided decided = copies.decide(owner, at, writes, rules);
        List<OwnerRow> rows = new ArrayList<>(decided.rows());
        if (!decided.own().isEmpty()) {
            rows.add(OwnRows.traceRow(RandomId.of(random).toString()));
        }
        return new Decided(
                decided.results(), decided.sequence(), OwnerRow.encode(rows), OwnerRow.encode(decided.own()));
    }

    @Override
    public void take(Owner owner, OwnerBatch batch) {
        List<OwnerRow> batchRows = OwnerRow.decode(batch.rows());
        Set<String> traces = OwnRows.traces(batchRows);
        List<OwnerRow> rows = new ArrayList<>(OwnRows.withoutTraces(batchRows));
        for (String trace : traces) {
            own.get(key(owner, trace))
                    .ifPresent(bytes -> rows.addAll(OwnRows.decode(bytes).rows()));
        }
        copies.take(owner, batch.at(), rows, batch.node().equals(node));
        if (OwnerRecords.erases(rows)) {
            forgetOthers(owner, traces, batch.revision());
        }
    }

    @Override
    public void load(Owner owner, OwnerHead head, Collection<StoredRecord> records) {
        Set<String> traces = OwnRows.traces(OwnerRecords.rows(records));
        copies.load(owner, head.at(), OwnRows.over(records, own(owner, traces)));
        forgetOthers(owner, traces, head.revision());
    }

    @Override
    public void takeLoaded(Owner owner, OwnerHead head, Collection<StoredRecord> changed) {
        Set<String> traces = OwnRows.traces(OwnerRecords.rows(changed));
        List<OwnerRow> rows = OwnRows.over(changed, own(owner, traces));
        copies.take(owner, head.at(), rows, false);
        if (OwnerRecords.erases(rows)) {
            forgetOthers(owner, traces, head.revision());
        }
    }

    private List<OwnRows> own(Owner owner, Set<String> traces) {
        return traces.stream()
                .flatMap(trace -> own.get(key(owner, trace)).stream())
                .map(OwnRows::decode)
                .toList();
    }

    /// Own rows without a trace were erased, or never committed. Those of a later batch may still be.
    private void forgetOthers(Owner owner, Set<String> traces, long upTo) {
        for (String key : own.keys(prefix(owner))) {
            own.get(key)
                    .map(OwnRows::decode)
                    .filter(each -> each.revision() <= upTo && !traces.contains(each.trace()))
                    .ifPresent(each -> own.remove(key));
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
        for (String trace : ownRows.length == 0 ? Set.<String>of() : tracesOf(batch)) {
            own.put(key(owner, trace), new OwnRows(batch.revision(), trace, OwnerRow.decode(ownRows)).encode());
        }
    }

    @Override
    public void forgetOwn(Owner owner, OwnerBatch batch) {
        tracesOf(batch).forEach(trace -> own.remove(key(owner, trace)));
    }

    private static Set<String> tracesOf(OwnerBatch batch) {
        return OwnRows.traces(OwnerRow.decode(batch.rows()));
    }

    private static String prefix(Owner owner) {
        return HexFormat.of().formatHex(owner.hash()) + ":";
    }

    private static String key(Owner owner, String trace) {
        return prefix(owner) + trace;
    }
}
