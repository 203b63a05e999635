package dev.mneme.engine.log;

import java.util.ArrayList;
import java.util.List;

/// What opening a log found and did.
///
/// @param segments segments in use after recovery
/// @param batches disk batches read
/// @param records records in them
/// @param copiedRecords records that were past the last durable offset, written and fsynced again in a new
///     segment
/// @param cuts torn tails that were cut off; whether one may have been acknowledged is told by `tail`
/// @param damages durable bytes that are damaged: the shards that need them are stopped
/// @param tail what is known of the log's end
public record RecoveryReport(
        int segments,
        long batches,
        long records,
        long copiedRecords,
        List<Cut> cuts,
        List<Damage> damages,
        LogTail tail) {

    public RecoveryReport {
        cuts = List.copyOf(cuts);
        damages = List.copyOf(damages);
    }

    /// What is not known of the end, in sentences for an operator; none when all is.
    public List<String> unknown() {
        if (tail.ending() != LogTail.Ending.UNCERTAIN) {
            return List.of();
        }
        String known = tail.acknowledged() == 0
                ? "nothing says how far it had been answered for"
                : "all that was answered for up to " + tail.markedAt()
                        + " is there, and nothing says how much came after";
        List<String> unknown = new ArrayList<>();
        unknown.add("the log was not closed and the machine, or the log's mark, did not survive: " + known);
        cuts.forEach(
                cut -> unknown.add("what was cut off " + cut.file() + " at offset " + cut.offset() + " (" + cut.bytes()
                        + " bytes) was torn by the stop or damaged after it: the batch may have been acknowledged"));
        return unknown;
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
