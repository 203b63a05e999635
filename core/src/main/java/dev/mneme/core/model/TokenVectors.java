package dev.mneme.core.model;

/// The projected vectors of a text's tokens, for scoring by token: `count` rows of `DIMENSION` signed bytes, each a
/// unit vector times 127, rounded. The array is shared and not copied, so nobody may write to it.
@SuppressWarnings("ArrayRecordComponent") // millions of these exist; identity equality is what is wanted
public record TokenVectors(byte[] rows) {
    public static final int DIMENSION = 64;

    public TokenVectors {
        if (rows.length % DIMENSION != 0) {
            throw new IllegalArgumentException("token rows must have " + DIMENSION + " bytes each");
        }
    }

    public int count() {
        return rows.length / DIMENSION;
    }
}
