package dev.mneme.engine.shard;

import dev.mneme.core.model.Change;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One log entry while it is applied: its rows, and what it has brought about so far.
final class Entry {
    private final Transaction rows;
    private final String epoch;
    private final long logIndex;
    private final Instant at;
    private final Retention retention;
    private final List<Change> changes = new ArrayList<>();
    private final List<IndexUpdate> index = new ArrayList<>();
    private Rows.Shard shard;
    private int ordinal;

    Entry(Transaction rows, String epoch, long logIndex, Instant at, Retention retention) {
        this.rows = rows;
        this.epoch = epoch;
        this.logIndex = logIndex;
        this.at = at;
        this.retention = retention;
        this.shard = Rows.Shard.decode(rows.get(Keys.shard()));
    }

    Transaction rows() {
        return rows;
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
        shard = new Rows.Shard(shard.time(), shard.owners() + more, shard.memories());
    }

    void countMemories(long more) {
        shard = new Rows.Shard(shard.time(), shard.owners(), shard.memories() + more);
    }

    void store() {
        rows.put(Keys.shard(), new Rows.Shard(at, shard.owners(), shard.memories()).encode());
    }
}
