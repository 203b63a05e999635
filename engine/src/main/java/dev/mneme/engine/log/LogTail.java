package dev.mneme.engine.log;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What can be known of a log's end after a stop: whether a batch that somebody was told of may be
/// missing. The log itself cannot tell its newest batch, gone or damaged, from one that was torn in the
/// writing; the [LogMark] can.
///
/// @param ending what is known
/// @param last the number of the last batch with records that is there
/// @param acknowledged the last that the mark names; 0 without a mark
/// @param markedAt when that was
/// @param uncertainStops how many stops of this log, this one included, left something unknown
public record LogTail(Ending ending, long last, long acknowledged, Instant markedAt, int uncertainStops) {

    /// What is known of the end.
    public enum Ending {
        /// The log was closed, or never used: everything is there.
        CLOSED,
        /// The process was killed and the machine ran on: all that was answered for is there, and what is torn
        /// was never acknowledged.
        KILLED,
        /// The machine stopped, or the mark is missing or damaged: at an honest disk everything is
        /// there, and nothing proves it.
        UNCERTAIN,
        /// A batch that was answered for is not there.
        SHORT
    }

    /// @param mark null: missing, or it cannot be read
    /// @param last the last batch with records
    /// @param whole whether the log ends in the empty batch that closing writes, with nothing after it
    /// @param torn whether something is left of a batch after the last sound one
    static LogTail of(@Nullable LogMark mark, long last, boolean whole, boolean torn, @Nullable UUID boot) {
        if (mark == null) {
            boolean closed = !torn && (whole || last == 0);
            return new LogTail(closed ? Ending.CLOSED : Ending.UNCERTAIN, last, 0, Instant.EPOCH, closed ? 0 : 1);
        }
        Ending ending = ending(mark, last, torn, boot);
        int uncertain = mark.uncertain() + (ending == Ending.UNCERTAIN ? 1 : 0);
        return new LogTail(ending, last, mark.batch(), mark.at(), uncertain);
    }

    private static Ending ending(LogMark mark, long last, boolean torn, @Nullable UUID boot) {
        if (last < mark.batch()) {
            return Ending.SHORT;
        }
        if (mark.whole() && mark.closed() && last == mark.batch() && !torn) {
            return Ending.CLOSED;
        }
        boolean sameBoot = boot != null && boot.equals(mark.boot());
        boolean exact = mark.whole() && last <= mark.batch() + 1; // one batch at a time is written and not yet marked
        return sameBoot && exact ? Ending.KILLED : Ending.UNCERTAIN;
    }
}
