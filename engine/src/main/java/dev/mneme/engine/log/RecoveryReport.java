package dev.mneme.engine.log;

import java.util.List;

/// What opening a log found and did.
///
/// @param segments segments in use after recovery
/// @param batches disk batches read
/// @param records records in them
/// @param copiedRecords records that were past the last durable offset, written and fsynced again in a new
///     segment
/// @param cuts torn tails that were cut off: what a crash left of a batch that was never acknowledged
/// @param damages durable bytes that are damaged: the shards that need them are stopped
public record RecoveryReport(
        int segments, long batches, long records, long copiedRecords, List<Cut> cuts, List<Damage> damages) {

    public RecoveryReport {
        cuts = List.copyOf(cuts);
        damages = List.copyOf(damages);
    }

    /// A torn tail.
    ///
    /// @param offset where it began, in bytes
    /// @param bytes how much there was of it
    public record Cut(String file, long offset, long bytes) {}

    /// Corruption below the durable offset.
    ///
    /// @param offset where the first damaged batch or header begins, in bytes
    /// @param reason what is wrong there
    public record Damage(String file, long offset, String reason) {
        String message() {
            return "The log is damaged: file " + file + " at offset " + offset + ": " + reason
                    + ". These bytes had been durable, so this is no torn tail and nothing was cut. Stop the server, keep a"
                    + " copy of the folder, and put this file back from a backup, or restore the data folder.";
        }
    }
}
