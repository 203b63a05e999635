package dev.mneme.engine.table;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Rows of the first format of data folders. They differ from those of the second in this: they have no
/// room for a MAC, heads and shards have no totals, an embedding does not say which version it belongs
/// to, duplicates and expiries have no envelope, and sync events no order in which they are pending.
public final class FirstFormat {
    private static final int BATCH_BYTES = 1 << 20;
    private static final int FIELDS_AT = 2;
    private static final byte[] ALL = {(byte) 0xff};

    private final Tables tables;
    private final Tables.Snapshot rows;
    private Tables.Batch batch = new Tables.Batch();
    private long bytes;

    private FirstFormat(Tables tables, Tables.Snapshot rows) {
        this.tables = tables;
        this.rows = rows;
    }

    /// Brings every row of a shard to the second format, without a seal yet. Nobody else uses the
    /// tables meanwhile. How far it has come is a row of its own, [Keys#upgraded], so that it can be
    /// cut off and run again.
    public static void upgrade(Tables tables) {
        byte[] done = tables.get(Keys.upgraded());
        byte[] from = done == null ? new byte[] {1} : Keys.next(Rows.read(done, ByteReader::rest));
        try (Tables.Snapshot rows = tables.snapshot()) {
            FirstFormat first = new FirstFormat(tables, rows);
            rows.scan(from, ALL, (key, row) -> {
                byte[] upgraded = first.upgraded(key, row);
                if (key[0] == 'z') {
                    int priority = Rows.syncEvent(upgraded).priority().rank();
                    first.put(Keys.pendingEvent(Keys.ownerOf(key), priority, Keys.lastNumber(key)), Rows.mark(), key);
                }
                first.put(key, upgraded, key);
                return true;
            });
            first.write(ALL);
        }
    }

    /// @param from the key of the row that it was made of: all that is made of one goes in one batch
    private void put(byte[] key, byte[] row, byte[] from) {
        batch.put(key, row);
        bytes += key.length + row.length;
        if (bytes >= BATCH_BYTES && Arrays.equals(key, from)) {
            write(key);
        }
    }

    private void write(byte[] last) {
        batch.put(
                Keys.upgraded(),
                Rows.sealed(Rows.FIELDS_AT + last.length).raw(last).toByteArray());
        batch.appliedIndex(tables.appliedIndex());
        tables.write(batch);
        batch = new Tables.Batch();
        bytes = 0;
    }

    private byte[] upgraded(byte[] key, byte[] row) {
        return switch (key[0]) {
            case 'h' -> head(row);
            case 's' -> shard(row);
            case 'e', 'y' ->
                Rows.sealed(row.length + Rows.FIELDS_AT)
                        .fixed64(sequence(key))
                        .raw(fields(row))
                        .toByteArray();
            case 'd' -> Rows.sealed(row.length + Rows.FIELDS_AT).raw(row).toByteArray();
            case 'f' -> Rows.mark();
            default -> Rows.sealed(row.length + Rows.FIELDS_AT).raw(fields(row)).toByteArray();
        };
    }

    private static byte[] fields(byte[] row) {
        return Arrays.copyOfRange(row, FIELDS_AT, row.length);
    }

    /// The sequence of the present version of the memory that a vector is of.
    private long sequence(byte[] embedding) {
        byte[] memory = rows.get(Keys.memory(Keys.ownerOf(embedding), Keys.lastNumber(embedding)));
        return memory == null ? 0 : Rows.Version.decode(memory).sequence();
    }

    private static byte[] head(byte[] row) {
        return Rows.read(row, FirstFormat::head).encode();
    }

    private static Rows.Head head(ByteReader in) {
        Owner owner = in.bool() ? ModelCodec.owner(in) : null;
        long sequence = in.unsigned();
        long oldest = in.unsigned();
        @Nullable EmbeddingSpace now = in.bool() ? ModelCodec.space(in) : null;
        long idempotencyOldest = in.unsigned();
        long idempotencyNext = in.unsigned();
        Spaces spaces = in.hasMore() ? Spaces.readRest(now, in) : new Spaces(now, null, 0, 0, 0, 0);
        return new Rows.Head(owner, sequence, oldest, spaces, idempotencyOldest, idempotencyNext, OwnerTotals.NONE);
    }

    private static byte[] shard(byte[] row) {
        ByteWriter out = Rows.sealed(row.length + Rows.FIELDS_AT).raw(fields(row));
        ShardTotals.NONE.write(out);
        return out.toByteArray();
    }
}
