package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Retention;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import dev.mneme.engine.table.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One log entry while it is applied: its rows, and what it has brought about so far.
final class Entry {
    /// How many old records one new one may remove, so that no write pays for a long past.
    static final int MAX_REMOVED_AT_ONCE = 64;

    private final Transaction rows;
    private final Command.Govern ungoverned;
    private final long logIndex;
    private final Instant at;
    private final List<Change> changes = new ArrayList<>();
    private final List<IndexUpdate> index = new ArrayList<>();
    private long owners;
    private long memories;
    private long trims;
    private long trimmedIndex;
    private int trimmedOrdinal;
    private int ordinal;
    private Command.@Nullable Govern rules;

    /// @param ungoverned what holds as long as the shard's row says nothing
    Entry(Transaction rows, Command.Govern ungoverned, long logIndex, Instant at) {
        this.rows = rows;
        this.ungoverned = ungoverned;
        this.logIndex = logIndex;
        this.at = at;
        Rows.Shard shard = Rows.Shard.withoutTotals(rows.get(Keys.shard()));
        this.owners = shard.owners();
        this.memories = shard.memories();
        this.trims = shard.trims();
        this.trimmedIndex = shard.trimmedIndex();
        this.trimmedOrdinal = shard.trimmedOrdinal();
        this.rules = shard.rules();
    }

    Transaction rows() {
        return rows;
    }

    /// Of positions.
    String epoch() {
        return rules().epoch();
    }

    long logIndex() {
        return logIndex;
    }

    /// The command time.
    Instant at() {
        return at;
    }

    Retention retention() {
        return rules().retention();
    }

    private Command.Govern rules() {
        return rules == null ? ungoverned : rules;
    }

    /// The rest of the entry, and what follows it, goes by other rules.
    void govern(Command.Govern others) {
        rules = others;
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

    /// Puts the shard's own row.
    void store() {
        rows.put(
                Keys.shard(),
                new Rows.Shard(at, owners, memories, trims, trimmedIndex, trimmedOrdinal, ShardTotals.NONE, rules)
                        .encode());
    }
}
