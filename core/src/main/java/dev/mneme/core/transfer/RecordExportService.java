package dev.mneme.core.transfer;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Exports;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Exports every record that a key may see, with ids, times and history, for another store. Records that were written
/// while `inspired` are included, and marked: like a backup, an export is the operator's own copy.
///
/// **Threads**: any number may call; the monitor guards the list of those who export.
///
/// **Failures**: `MnemeException` alone; `not_allowed` without an admin key.
public final class RecordExportService {
    /// How many exports may run at once; each holds back the cleaning of the shard that it reads.
    private static final int MAX_UNDER_WAY = 4;

    /// How many of one key may run at once, so that others' exports find a place too.
    private static final int MAX_OF_KEY = 2;

    private final Exports exports;
    private final Map<String, Integer> underWay = new HashMap<>();

    public RecordExportService(Exports exports) {
        this.exports = exports;
    }

    private synchronized boolean enter(String key) {
        int all = underWay.values().stream().mapToInt(Integer::intValue).sum();
        int ofKey = underWay.getOrDefault(key, 0);
        if (all >= MAX_UNDER_WAY || ofKey >= MAX_OF_KEY) {
            return false;
        }
        underWay.put(key, ofKey + 1);
        return true;
    }

    private synchronized void leave(String key) {
        if (underWay.merge(key, -1, Integer::sum) == 0) {
            underWay.remove(key);
        }
    }

    /// Begins an export.
    ///
    /// @param owner whose; null: everybody's
    /// @throws MnemeException `OVERLOADED` while too many exports are under way, `INTEGRITY_VIOLATION` when some of
    ///     the data were changed from outside
    public Export begin(Caller caller, @Nullable Owner owner) {
        Authorizer.require(caller, Role.ADMIN);
        if (owner != null) {
            Authorizer.requireOwner(caller, owner);
        }
        if (!enter(caller.key().id())) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED,
                    "As many exports are under way as may be (" + MAX_UNDER_WAY + ", " + MAX_OF_KEY
                            + " of one key): try again when one of them has ended.");
        }
        try {
            exports.requireServed(owner);
        } catch (RuntimeException e) {
            leave(caller.key().id());
            throw e;
        }
        return new Export(caller, owner);
    }

    /// An export under way. It must be closed, and is used by one thread.
    public final class Export implements AutoCloseable {
        private final Caller caller;
        private final @Nullable Owner owner;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Export(Caller caller, @Nullable Owner owner) {
            this.caller = caller;
            this.owner = owner;
        }

        /// Shows every record that the caller may see, each owner's as of one moment. A caller on a virtual thread
        /// waits while another thread does it, so that no carrier is held for so long.
        public void read(Consumer<Exported> visitor) {
            FutureTask<?> reading = new FutureTask<>(
                    () -> exports.export(owner, exported -> {
                        if (Authorizer.maySee(caller, exported)) {
                            visitor.accept(exported);
                        }
                    }),
                    null);
            if (!Thread.currentThread().isVirtual()) {
                reading.run();
                requireRead(reading);
                return;
            }
            Thread thread = Thread.ofPlatform().name("export").daemon().start(reading);
            boolean interrupted = false;
            while (thread.isAlive()) { // the visitor is the caller's
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            requireRead(reading);
        }

        private static void requireRead(FutureTask<?> reading) {
            if (reading.state() == Future.State.FAILED) {
                switch (reading.exceptionNow()) {
                    case RuntimeException failure -> throw failure;
                    case Error error -> throw error;
                    case Throwable other -> throw new IllegalStateException(other);
                }
            }
        }

        /// Lets another export begin.
        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                leave(caller.key().id());
            }
        }
    }
}
