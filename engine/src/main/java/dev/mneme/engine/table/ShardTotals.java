package dev.mneme.engine.table;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What a shard's own row says of the rows that no owner's head covers. Owners' heads and API keys are
/// summed in 64 groups, so that what is wrong with one of them puts few others in doubt.
///
/// @param logIndex the entry that the rows contain
/// @param roots how many heads and API keys there are
/// @param groups the sum of a keyed hash of the heads and keys of each group
/// @param others how many pointers, entities, rows of the operator's feed and expiries there are
/// @param othersSum the sum of a keyed hash of each of those
public record ShardTotals(long logIndex, long roots, List<Digest128> groups, long others, Digest128 othersSum) {
    /// How many groups heads and keys are summed in.
    public static final int GROUPS = 64;

    public static final ShardTotals NONE =
            new ShardTotals(0, 0, Collections.nCopies(GROUPS, Digest128.ZERO), 0, Digest128.ZERO);

    /// How many bytes [#NONE] takes in a row.
    static final int NONE_BYTES = 3 + Digest128.BYTES + 1;

    /// How many bytes any totals take at most.
    static final int MAX_BYTES = 3 * 10 + Digest128.BYTES + 1 + GROUPS * (1 + Digest128.BYTES);

    public ShardTotals {
        groups = List.copyOf(groups);
    }

    /// The group of a head or of an API key.
    ///
    /// @param key of the row
    public static int group(byte[] key) {
        if (key[0] == 'h') {
            return key[1] & (GROUPS - 1); // of a hash: evenly spread
        }
        int hash = 1;
        for (byte each : key) {
            hash = 31 * hash + each;
        }
        return (hash ^ (hash >>> 15)) & (GROUPS - 1);
    }

    void write(ByteWriter out) {
        out.unsigned(logIndex).unsigned(roots).unsigned(others);
        othersSum.write(out);
        out.u8((int) groups.stream().filter(sum -> !sum.isZero()).count());
        for (int group = 0; group < GROUPS; group++) {
            if (!groups.get(group).isZero()) {
                groups.get(group).write(out.u8(group));
            }
        }
    }

    /// Reads over the totals of a row.
    ///
    /// @return none
    static ShardTotals skipped(ByteReader in) {
        in.unsigned();
        in.unsigned();
        in.unsigned();
        in.raw(Digest128.BYTES);
        in.raw(in.u8() * (1 + Digest128.BYTES));
        return NONE;
    }

    static ShardTotals read(ByteReader in) {
        long logIndex = in.unsigned();
        long roots = in.unsigned();
        long others = in.unsigned();
        Digest128 othersSum = Digest128.read(in);
        List<Digest128> groups = new ArrayList<>(Collections.nCopies(GROUPS, Digest128.ZERO));
        int count = in.u8();
        for (int i = 0; i < count; i++) {
            int group = in.u8();
            if (group >= GROUPS) {
                throw new MnemeException(
                        ErrorCode.INTEGRITY_VIOLATION, "A shard's row is damaged: it has a group " + group + ".");
            }
            groups.set(group, Digest128.read(in));
        }
        return new ShardTotals(logIndex, roots, groups, others, othersSum);
    }
}
