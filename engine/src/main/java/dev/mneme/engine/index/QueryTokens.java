package dev.mneme.engine.index;

import dev.mneme.core.model.TokenVectors;

/// A query's token vectors, transposed: for each dimension one number for each token, so that a memory's row is
/// compared with all of the query's tokens at once.
final class QueryTokens {
    /// Tokens are padded with zeros to a multiple of this, the lanes of the widest vector of 16-bit numbers.
    static final int LANES = 32;

    private final int count;
    private final int paddedCount;
    private final short[] columns;

    QueryTokens(TokenVectors tokens) {
        count = tokens.count();
        paddedCount = (count + LANES - 1) / LANES * LANES;
        columns = new short[paddedCount * TokenVectors.DIMENSION];
        for (int token = 0; token < count; token++) {
            for (int d = 0; d < TokenVectors.DIMENSION; d++) {
                columns[d * paddedCount + token] = tokens.rows()[token * TokenVectors.DIMENSION + d];
            }
        }
    }

    int count() {
        return count;
    }

    int paddedCount() {
        return paddedCount;
    }

    /// `[dimension][padded token]`.
    short[] columns() {
        return columns;
    }
}
