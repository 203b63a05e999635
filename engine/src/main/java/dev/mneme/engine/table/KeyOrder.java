package dev.mneme.engine.table;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.Arrays;

/// Holds rows that come from elsewhere to the order of keys. One thread.
final class KeyOrder {
    private byte[] last = {0};

    /// @throws MnemeException `INTEGRITY_VIOLATION` when the key does not come after the one before, or is none
    ///     of a row
    void next(byte[] key) {
        boolean ofRow = key.length > 0 && key[0] != 0 && key[0] != (byte) 0xff;
        if (!ofRow || Arrays.compareUnsigned(last, key) >= 0) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The rows that were to replace others are in no order: take them again from where they came."
                            + " Nothing was changed.");
        }
        last = key;
    }
}
