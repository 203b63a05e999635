package dev.mneme.engine.table;

import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;

/// What an owner's head says of the owner's rows, so that none can be removed, added or put back unnoticed.
///
/// @param rows how many there are in all of [Keys#OWNED_TABLES]
/// @param sum of a keyed hash of each, in any order
/// @param chain over every change that the owner ever had
/// @param chainBefore the same before the oldest change that is kept
public record OwnerTotals(long rows, Digest128 sum, Digest128 chain, Digest128 chainBefore) {
    public static final OwnerTotals NONE = new OwnerTotals(0, Digest128.ZERO, Digest128.ZERO, Digest128.ZERO);

    /// How many bytes [#NONE] takes in a row, at its end.
    static final int NONE_BYTES = 1 + 3 * Digest128.BYTES;

    /// The totals after rows came or went.
    public OwnerTotals plus(long moreRows, Digest128 more) {
        return new OwnerTotals(rows + moreRows, sum.plus(more), chain, chainBefore);
    }

    public OwnerTotals withChain(Digest128 newest, Digest128 beforeOldest) {
        return new OwnerTotals(rows, sum, newest, beforeOldest);
    }

    void write(ByteWriter out) {
        out.unsigned(rows);
        sum.write(out);
        chain.write(out);
        chainBefore.write(out);
    }

    static OwnerTotals read(ByteReader in) {
        return new OwnerTotals(in.unsigned(), Digest128.read(in), Digest128.read(in), Digest128.read(in));
    }
}
