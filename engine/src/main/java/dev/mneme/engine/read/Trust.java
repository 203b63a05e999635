package dev.mneme.engine.read;

/// What of the stored rows may be shown: see `engine.integrity`.
///
/// **Threads**: any.
public interface Trust {
    /// Of rows that nobody seals.
    Trust ALL = new Trust() {
        @Override
        public boolean serves(byte[] owner) {
            return true;
        }

        @Override
        public boolean sound(byte[] key, byte[] row) {
            return true;
        }
    };

    /// Whether the data of the owner with this hash may be shown.
    boolean serves(byte[] owner);

    /// Whether a row that lies with no owner is as it was stored.
    boolean sound(byte[] key, byte[] row);
}
