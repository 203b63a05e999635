package dev.mneme.engine.integrity;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Another node's rows of a shard, sealed anew under this node's key as they come: MACs, totals and chains
/// are each node's own. Whatever they carried of those is not looked at.
///
/// A head lies in the midst of the rows that its totals are over, so the rows are read more than once: for
/// each [#HEADS] owners once more, so that the memory it takes does not grow with them. A chain begins with
/// the oldest change that is kept.
///
/// Used once, by one thread.
final class ReceivedRows {
    /// So many heads wait for their totals at once: about 20 MB.
    static final int HEADS = 1 << 16;

    private final Seal seal;
    private final long logIndex;
    private final Consumer<Tables.Visitor> rows;
    private final Consumer<Rows.Shard> shard;
    private final Tables.Visitor to;
    private final int most;

    private final List<Row> heads = new ArrayList<>();
    private final List<Digest128> groups = new ArrayList<>(Collections.nCopies(ShardTotals.GROUPS, Digest128.ZERO));
    private final Total others = new Total();
    private long roots;
    private long owned;
    private long headed;
    private boolean ended;
    private boolean more = true;

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Row(byte[] key, byte[] value) {}

    private static final class Total {
        private long rows;
        private Digest128 sum = Digest128.ZERO;
        private Digest128 chain = Digest128.ZERO;

        void add(Digest128 hash) {
            rows++;
            sum = sum.plus(hash);
        }
    }

    /// @param logIndex that the rows contain
    /// @param rows shows all of them in the order of their keys, the same each time
    /// @param shard is shown the shard's own row, and throws when it does not belong here
    /// @param most heads that wait for their totals at once
    ReceivedRows(
            Seal seal,
            long logIndex,
            Consumer<Tables.Visitor> rows,
            Consumer<Rows.Shard> shard,
            Tables.Visitor to,
            int most) {
        this.seal = seal;
        this.logIndex = logIndex;
        this.rows = rows;
        this.shard = shard;
        this.to = to;
        this.most = most;
    }

    /// Shows all rows, sealed.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` when they are not the rows of a shard
    void show() {
        rows.accept((key, row) -> {
            row(key, row);
            return more;
        });
        if (more) {
            finishHeads();
            require(owned == headed, "there are rows of an owner without its head");
        }
    }

    private void row(byte[] key, byte[] row) {
        require(key.length > 0 && row.length >= Rows.FIELDS_AT, "one has no room for its MAC");
        if (key[0] == 'h') {
            heads.add(new Row(key, row));
            if (heads.size() == most) {
                finishHeads();
            }
            return;
        }
        finishHeads();
        if (Keys.isOwned(key)) {
            owned++;
            put(key, row.clone());
        } else if (key[0] == 's') {
            ended = true;
            Rows.Shard own = Rows.Shard.withoutTotals(row);
            shard.accept(own);
            put(key, own.withTotals(totals()).encode());
        } else {
            require(!ended, "a table of the shard's own lies behind its row");
            if (key[0] == 'k') {
                root(key, row.clone());
            } else {
                others.add(put(key, row.clone()));
            }
        }
    }

    private ShardTotals totals() {
        return new ShardTotals(logIndex, roots, groups, others.rows, others.sum);
    }

    private void root(byte[] key, byte[] row) {
        Digest128 hash = put(key, row);
        int group = ShardTotals.group(key);
        groups.set(group, groups.get(group).plus(hash));
        roots++;
    }

    /// Shows a row with its MAC.
    private Digest128 put(byte[] key, byte[] row) {
        Seal.Tag tag = seal.tag(key, row);
        tag.into(row);
        more = more && to.row(key, row);
        return tag.hash();
    }

    private void finishHeads() {
        if (heads.isEmpty()) {
            return;
        }
        require(!ended, "a head lies behind the shard's row");
        NavigableMap<byte[], Total> totals = totalsOfHeads();
        for (Row each : heads) {
            Total total = totals.getOrDefault(Keys.ownerOf(each.key()), new Total());
            headed += total.rows;
            OwnerTotals own = new OwnerTotals(total.rows, total.sum, total.chain, Digest128.ZERO);
            root(each.key(), Rows.Head.decode(each.value()).withTotals(own).encode());
        }
        heads.clear();
    }

    /// Reads all rows once more, for the owners whose heads wait.
    private NavigableMap<byte[], Total> totalsOfHeads() {
        NavigableMap<byte[], Total> totals = new TreeMap<>(Arrays::compareUnsigned);
        heads.forEach(head -> totals.put(Keys.ownerOf(head.key()), new Total()));
        byte[] first = totals.firstKey();
        byte[] last = totals.lastKey();
        rows.accept((key, row) -> {
            if (Keys.isOwned(key) && isBetween(key, first, last)) {
                Total total = totals.get(Keys.ownerOf(key));
                if (total != null) {
                    total.add(seal.tag(key, row).hash());
                    total.chain = key[0] == 'c' ? seal.link(total.chain, key, row) : total.chain;
                }
            }
            return true;
        });
        return totals;
    }

    private static boolean isBetween(byte[] key, byte[] first, byte[] last) {
        int end = 1 + Keys.OWNER;
        return key.length >= end
                && Arrays.compareUnsigned(key, 1, end, first, 0, Keys.OWNER) >= 0
                && Arrays.compareUnsigned(key, 1, end, last, 0, Keys.OWNER) <= 0;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The rows that another node gave are not those of a shard: " + what
                            + ". Nothing was changed here; the other node has to be verified.");
        }
    }
}
