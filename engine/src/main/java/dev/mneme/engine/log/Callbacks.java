package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;

/// Calls callbacks so that one that throws harms nobody else's.
final class Callbacks {
    private static final System.Logger LOG = System.getLogger(Callbacks.class.getName());

    private Callbacks() {}

    static void committed(CommitLog.Callback callback, long index, long term) {
        try {
            callback.committed(index, term);
        } catch (RuntimeException | Error broken) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "A callback threw on hearing that entry " + index + " is committed",
                    broken);
        }
    }

    static void failed(CommitLog.Callback callback, MnemeException failure) {
        try {
            callback.failed(failure);
        } catch (RuntimeException | Error broken) {
            LOG.log(System.Logger.Level.ERROR, "A callback threw on hearing of " + failure.code(), broken);
        }
    }
}
