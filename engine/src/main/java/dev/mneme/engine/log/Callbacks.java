package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;

/// Calls callbacks so that one that throws harms nobody else's.
final class Callbacks {
    private static final System.Logger LOG = System.getLogger(Callbacks.class.getName());

    private Callbacks() {}

    static void durable(Journal.Callback callback, long index) {
        try {
            callback.durable(index);
        } catch (RuntimeException | Error broken) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "A callback threw on hearing that entry " + index + " is durable",
                    broken);
        }
    }

    static void failed(Journal.Callback callback, MnemeException failure) {
        try {
            callback.failed(failure);
        } catch (RuntimeException | Error broken) {
            LOG.log(System.Logger.Level.ERROR, "A callback threw on hearing of " + failure.code(), broken);
        }
    }
}
