package dev.mneme.hub;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether the database can be reached, as the last call of anybody found it.
///
/// **Threads**: any.
final class Reachability {
    private final InstantSource clock;
    private final List<Runnable> returned = new CopyOnWriteArrayList<>();
    private volatile @Nullable Instant awaySince;
    private volatile String why = "";

    Reachability(InstantSource clock) {
        this.clock = clock;
    }

    /// Is told, on the thread that found out, when the database is back.
    void whenBack(Runnable told) {
        returned.add(told);
    }

    /// Since when it is away; null when it is not.
    @Nullable
    Instant awaySince() {
        return awaySince;
    }

    boolean away() {
        return awaySince != null;
    }

    /// Why it is away, in words for an operator.
    String why() {
        return why;
    }

    /// Calls the database, and notes what that says of it.
    <T> T asked(Supplier<T> call) {
        T answer;
        try {
            answer = call.get();
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.HUB_UNAVAILABLE) {
                lost(e);
            }
            throw e;
        }
        found();
        return answer;
    }

    private synchronized void lost(MnemeException e) {
        if (awaySince == null) {
            awaySince = clock.instant();
        }
        why = String.valueOf(e.getMessage());
    }

    private void found() {
        if (awaySince == null) {
            return;
        }
        synchronized (this) {
            if (awaySince == null) {
                return;
            }
            awaySince = null;
            why = "";
        }
        returned.forEach(Runnable::run);
    }
}
