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

        @Override
        public void requireTable(char table) {
            // nobody seals it
        }
    };

    /// Whether the data of the owner with this hash may be shown.
    boolean serves(byte[] owner);

    /// Whether a row that lies with no owner is as it was stored.
    boolean sound(byte[] key, byte[] row);

    /// Before rows of a table are read that lie with no owner, so that a missing one is not taken for none.
    ///
    /// @param table `n` (entities) or `b` (the server's embedders)
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when one was changed, removed or put back
    void requireTable(char table);
}
