package dev.mneme.engine.read;

/// Decides which stored rows may be shown: see `engine.integrity`.
///
/// **Threads**: any.
public interface Trust {
    /// For rows that are not sealed.
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

    /// Whether a row that belongs to no owner is as it was stored.
    boolean sound(byte[] key, byte[] row);

    /// Checks a table whose rows belong to no owner before it is read, so that a removed row does not look like one
    /// that never existed.
    ///
    /// @param table `n` (entities) or `b` (the server's embedders)
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when a row was changed, removed or put
    ///     back
    void requireTable(char table);
}
