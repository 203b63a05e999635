package dev.mneme.core.operate;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Store;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Shows an operator which data were changed from outside, and lets the operator accept them. For admin keys without
/// restrictions.
///
/// **Threads**: any number may call; only one at a time can have everything read again.
public final class IntegrityService {
    private final Store store;
    private final KeyService keys;
    private final ReentrantLock verifying = new ReentrantLock();

    public IntegrityService(Store store, KeyService keys) {
        this.store = store;
        this.keys = keys;
    }

    /// What has been found so far.
    public Integrity.Report report(Caller caller) {
        Authorizer.requireOperator(caller);
        return store.integrity().report();
    }

    /// Reads every row again, which may take long.
    ///
    /// @return what is wrong, in sentences that name the records
    /// @throws MnemeException `overloaded` while another caller's verification runs
    public List<String> verify(Caller caller) {
        Authorizer.requireOperator(caller);
        if (!verifying.tryLock()) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "Everything is being read for another caller: ask again when that is done.");
        }
        try {
            return store.integrity().verify();
        } finally {
            verifying.unlock();
        }
    }

    /// Accepts data as they are now, so that they are served again: an owner's data, or the API keys. Forged keys are
    /// removed.
    ///
    /// @param owner whose data; null: nobody's
    /// @param ofKeys whether the keys are accepted
    /// @throws MnemeException `invalid_request` unless exactly one of the two is named
    public void accept(Caller caller, @Nullable Owner owner, boolean ofKeys) {
        Authorizer.requireOperator(caller);
        if (ofKeys == (owner != null)) {
            throw MnemeException.invalid("owner", "Name an owner, or say \"keys\": true.");
        }
        if (owner != null) {
            store.integrity().accept(owner, caller.by());
        } else {
            store.integrity().acceptKeys(caller.by());
            keys.reload();
        }
    }
}
