package dev.mneme.engine.shard;

/// Makes a row that comes from another folder one of this folder.
@FunctionalInterface
interface RowSealing {
    /// Rows carry nothing yet that is of their folder alone.
    RowSealing NONE = (shard, key, row) -> row;

    /// @param shard its name
    /// @return the row as it is to be stored
    byte[] seal(String shard, byte[] key, byte[] row);
}
