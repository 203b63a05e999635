package dev.mneme.engine.read;

import dev.mneme.core.model.Context;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Restriction;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.EntityRow;
import dev.mneme.engine.table.Rows.Head;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Counts the records of one owner. The stored count of memories is used unless a restriction asks for some of them;
/// the rows of the other nouns are walked.
public final class OwnerCounter {
    private final Scans scans;
    private final byte[] hash;
    private final Owner owner;

    public OwnerCounter(Scans scans, Owner owner) {
        this.scans = scans;
        this.owner = owner;
        this.hash = owner.hash();
    }

    /// @param restriction which memories are counted; everything else is counted whole
    /// @param now records that have expired by then are left out, except memories
    public OwnerCounts count(Restriction restriction, Instant now) {
        Head head = scans.head(hash).orElse(Head.of(owner));
        return new OwnerCounts(
                restriction.allowsAllOf(owner) ? memories() : memories(restriction),
                rows('x', row -> shown(Rows.ContextRow.decode(row).context(), now)),
                rows('a', row -> true),
                rows('t', row -> true),
                rows('q', row -> true),
                rows('z', row -> !Rows.syncEvent(row).expired(now)),
                head.sequence() - head.oldest() + 1);
    }

    private static boolean shown(@Nullable Context context, Instant now) {
        return context != null && !context.expired(now);
    }

    /// The stored count: all of an owner's memories carry its id.
    private long memories() {
        byte[] row = scans.row(Keys.entity(owner.kind(), owner.id(), hash));
        return row == null ? 0 : EntityRow.decode(row).memories();
    }

    private long memories(Restriction restriction) {
        return rows(
                'm', row -> restriction.allows(Rows.Version.decode(row).memory().scope()));
    }

    private long rows(char table, Predicate<byte[]> counted) {
        long[] count = new long[1];
        byte[] prefix = Keys.owned(table, hash);
        scans.rows(prefix, Keys.end(prefix), (key, row) -> {
            count[0] += counted.test(row) ? 1 : 0;
            return true;
        });
        return count[0];
    }
}
