package dev.mneme.engine.state;

import dev.mneme.core.model.Change;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// One log entry while it is applied: its rows, and what it has brought about so far.
final class Entry {
    private final Transaction rows;
    private final Seal seal;
    private final String epoch;
    private final long logIndex;
    private final Instant at;
    private final Retention retention;
    private final List<Change> changes = new ArrayList<>();
    private final List<IndexUpdate> index = new ArrayList<>();
    private final Set<byte[]> accepted = new TreeSet<>(Arrays::compareUnsigned);
    private long owners;
    private long memories;
    private long trims;
    private long trimmedIndex;
    private int trimmedOrdinal;
    private int ordinal;
    private ShardTotals totals;

    Entry(Transaction rows, Seal seal, String epoch, long logIndex, Instant at, Retention retention) {
        this.rows = rows;
        this.seal = seal;
        this.epoch = epoch;
        this.logIndex = logIndex;
        this.at = at;
        this.retention = retention;
        Rows.Shard shard = Rows.Shard.decode(rows.get(Keys.shard()));
        this.owners = shard.owners();
        this.memories = shard.memories();
        this.trims = shard.trims();
        this.trimmedIndex = shard.trimmedIndex();
        this.trimmedOrdinal = shard.trimmedOrdinal();
        this.totals = shard.totals();
    }

    Transaction rows() {
        return rows;
    }

    Seal seal() {
        return seal;
    }

    String epoch() {
        return epoch;
    }

    long logIndex() {
        return logIndex;
    }

    /// The command time.
    Instant at() {
        return at;
    }

    Retention retention() {
        return retention;
    }

    List<Change> changes() {
        return changes;
    }

    List<IndexUpdate> index() {
        return index;
    }

    int nextOrdinal() {
        return ordinal++;
    }

    void countOwners(long more) {
        owners += more;
    }

    /// After the shard's memories were counted anew.
    void recounted(long count) {
        memories = count;
    }

    void countMemories(long more) {
        memories += more;
    }

    /// Retention removed a change that an earlier entry brought.
    void trimmed(long changeIndex, int changeOrdinal) {
        trims++;
        if (changeIndex > trimmedIndex || (changeIndex == trimmedIndex && changeOrdinal > trimmedOrdinal)) {
            trimmedIndex = changeIndex;
            trimmedOrdinal = changeOrdinal;
        }
    }

    /// The owner's rows are all put anew, and its totals begin with them.
    void accept(byte[] owner) {
        accepted.add(Keys.head(owner));
    }

    /// The same for all API keys.
    void acceptKeys() {
        accepted.add(Keys.table('k'));
    }

    /// Seals every row that the entry has changed, and the shard's own row over them.
    void store() {
        Sealing sealing = new Sealing(rows, seal, accepted);
        totals = sealing.apply(totals, logIndex);
        rows.put(
                Keys.shard(),
                new Rows.Shard(at, owners, memories, trims, trimmedIndex, trimmedOrdinal, totals).encode());
        sealing.sealRoot(Keys.shard());
    }
}
