package dev.mneme.engine.table;

import dev.mneme.core.spi.Tables;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What the rows of a shard come to below the MACs: nodes that applied the same entries have the same digest, whatever
/// their integrity keys.
///
/// SHA-256 over all rows in the order of their keys, each in the form that the state machine gives it, without MAC and
/// without totals:
///
/// ```text
/// u32 length of the key · key · u32 length of the row · row
/// ```
///
/// What a folder brought along from an earlier format ([Keys#upgraded]) is not state, and left out.
///
/// @param logIndex the last entry that the rows contain
/// @param sha256 in hex
public record StateDigest(long logIndex, String sha256) {
    /// Costs one reading of the shard.
    ///
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when a head is damaged
    public static StateDigest of(Tables.Snapshot rows) {
        MessageDigest digest = newSha256();
        long[] logIndex = new long[1];
        rows.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
            if (!Keys.isOfFormat(key)) {
                with(digest, key);
                with(digest, stateForm(key, row));
            }
            if (key[0] == Keys.shard()[0]) {
                logIndex[0] = Rows.Shard.decode(row).totals().logIndex();
            }
            return true;
        });
        return new StateDigest(logIndex[0], HexFormat.of().formatHex(digest.digest()));
    }

    /// A stored row as the state machine gave it.
    public static byte[] stateForm(byte[] key, byte[] row) {
        return switch (key[0]) {
            case 'h' -> Rows.Head.decode(row).withTotals(OwnerTotals.NONE).encode();
            case 's' -> Rows.Shard.withoutTotals(row).encode();
            default -> row.length < Rows.FIELDS_AT ? row : Rows.withoutMac(row);
        };
    }

    private static void with(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
