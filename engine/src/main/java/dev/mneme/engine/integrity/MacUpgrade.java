package dev.mneme.engine.integrity;

import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Seals all rows of a shard as they are, and computes the totals over them: for rows that were not
/// sealed before. Nobody else uses the tables meanwhile. Cut off, it can be run again.
public final class MacUpgrade {
    private static final int BATCH_BYTES = 1 << 20;

    private final Tables tables;
    private final Tables.Snapshot rows;
    private final Seal seal;
    private final Digest128[] groups = new Digest128[ShardTotals.GROUPS];
    private long roots;
    private long others;
    private Digest128 othersSum = Digest128.ZERO;
    private Tables.Batch batch = new Tables.Batch();
    private long bytes;

    private MacUpgrade(Tables tables, Tables.Snapshot rows, Seal seal) {
        this.tables = tables;
        this.rows = rows;
        this.seal = seal;
        Arrays.fill(groups, Digest128.ZERO);
    }

    public static void run(Tables tables, Seal seal) {
        try (Tables.Snapshot rows = tables.snapshot()) {
            new MacUpgrade(tables, rows, seal).run();
        }
        tables.checkpoint();
    }

    private void run() {
        rows.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
            if (key[0] == 'h') {
                root(key, head(Keys.ownerOf(key), Rows.Head.decode(row)));
            } else if (key[0] == 'k') {
                root(key, row);
            } else if (!Keys.isOwned(key) && key[0] != 's') {
                others++;
                othersSum = othersSum.plus(sealed(key, row));
            }
            return true;
        });
        ShardTotals totals = new ShardTotals(tables.appliedIndex(), roots, List.of(groups), others, othersSum);
        Rows.Shard own = Rows.Shard.decode(rows.get(Keys.shard()));
        sealed(Keys.shard(), own.withTotals(totals).encode());
        write();
    }

    private void root(byte[] key, byte[] row) {
        roots++;
        int group = ShardTotals.group(key);
        groups[group] = groups[group].plus(sealed(key, row));
    }

    /// Seals the owner's rows.
    ///
    /// @return the head with the totals over them
    private byte[] head(byte[] owner, Rows.Head head) {
        long[] count = new long[1];
        Digest128[] sum = {Digest128.ZERO};
        List<Digest128> chain = new ArrayList<>(List.of(Digest128.ZERO));
        for (int i = 0; i < Keys.OWNED_TABLES.length(); i++) {
            byte[] range = Keys.owned(Keys.OWNED_TABLES.charAt(i), owner);
            rows.scan(range, Keys.end(range), (key, row) -> {
                count[0]++;
                sum[0] = sum[0].plus(sealed(key, row));
                if (key[0] == 'c') {
                    chain.set(0, seal.link(chain.getFirst(), key, row));
                }
                return true;
            });
        }
        return head.withTotals(new OwnerTotals(count[0], sum[0], chain.getFirst(), Digest128.ZERO))
                .encode();
    }

    private Digest128 sealed(byte[] key, byte[] row) {
        Seal.Tag tag = seal.tag(key, row);
        tag.into(row);
        batch.put(key, row);
        bytes += key.length + row.length;
        if (bytes >= BATCH_BYTES) {
            write();
        }
        return tag.hash();
    }

    private void write() {
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
        batch = new Tables.Batch();
        bytes = 0;
    }
}
