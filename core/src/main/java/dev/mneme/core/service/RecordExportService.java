package dev.mneme.core.service;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Exports;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands out every record that a key may see, with ids, times and history, for another store. Also what
/// was written while `inspired`, marked so: like a backup, an export is the operator's own copy.
///
/// **Threads**: any number may call.
///
/// **Failures**: `MnemeException` alone; `not_allowed` without an admin key.
public final class RecordExportService {
    /// At once: each holds back the cleaning of the shard that it reads.
    private static final int MAX_UNDER_WAY = 4;

    private final Exports exports;
    private final Semaphore free = new Semaphore(MAX_UNDER_WAY);

    public RecordExportService(Exports exports) {
        this.exports = exports;
    }

    /// Begins to hand out.
    ///
    /// @param owner whose; null: everybody's
    /// @throws MnemeException `OVERLOADED` while too many exports are under way,
    ///     `INTEGRITY_VIOLATION` when data of it was changed from outside
    public Export begin(Caller caller, @Nullable Owner owner) {
        Authorizer.require(caller, Role.ADMIN);
        if (owner != null) {
            Authorizer.requireOwner(caller, owner);
        }
        if (!free.tryAcquire()) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED,
                    MAX_UNDER_WAY + " exports are under way: try again when one of them has ended.");
        }
        try {
            exports.requireServed(owner);
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
        return new Export(caller, owner);
    }

    /// What is being handed out. To be closed; used by one thread.
    public final class Export implements AutoCloseable {
        private final Caller caller;
        private final @Nullable Owner owner;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Export(Caller caller, @Nullable Owner owner) {
            this.caller = caller;
            this.owner = owner;
        }

        /// Gives every record that the caller may see, each owner's as of one moment.
        public void read(Consumer<Exported> visitor) {
            exports.export(owner, exported -> {
                if (Authorizer.maySee(caller, exported)) {
                    visitor.accept(exported);
                }
            });
        }

        /// Lets another one begin.
        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                free.release();
            }
        }
    }
}
