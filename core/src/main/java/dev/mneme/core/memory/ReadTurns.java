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

/// Reads take turns, so that many of one tenant's do not keep everybody else's from going on. What asks for many
/// owners' memories takes longer and has turns of its own.
///
/// **Threads**: any number may call.
///
/// **Failures**: `overloaded` when too many wait.
final class ReadTurns {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// Searches and lists of one owner that wait for their turn.
    private static final int READS_WAITING = 4_000;

    /// Requests over many owners that wait for theirs.
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

    /// Reads when it is the caller's turn.
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
