package dev.mneme.core.memory;

import dev.mneme.core.access.Caller;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.queue.FairPool;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Collected;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets reads take turns, so that many reads of one tenant do not keep the others waiting. Reads over many owners take
/// longer, and have turns of their own.
///
/// **Threads**: any number may call.
///
/// **Failures**: `overloaded` when too many wait.
final class ReadTurns {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// How many searches and lists of one owner may wait for their turn.
    private static final int READS_WAITING = 4_000;

    /// How many requests over many owners may wait for theirs.
    private static final int ACROSS_OWNERS_WAITING = 1_000;

    private final FairPool reads = FairPool.ofShortWork(
            "mneme-read",
            Math.max(2, CORES),
            QueueLimit.of(READS_WAITING),
            "Too many reads of this key, or of this owner, wait: send this again a little later.");
    private final FairPool acrossOwners = FairPool.ofLongWork(
            "mneme-scan",
            Math.max(1, CORES / 2),
            QueueLimit.of(ACROSS_OWNERS_WAITING),
            "Too many requests of this key that ask for many owners' memories wait: name an owner, or send this again"
                    + " a little later.");

    /// Reads when the caller's turn has come.
    ///
    /// @param owner whose memories are read; null: many owners'
    <T> T take(Caller caller, @Nullable Owner owner, Supplier<T> read) {
        try {
            return (owner == null ? acrossOwners : reads).run(caller.tenant(owner), Collected.carried(read));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "Interrupted while waiting for a turn.", e);
        }
    }
}
