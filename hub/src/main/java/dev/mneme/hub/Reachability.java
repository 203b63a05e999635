package dev.mneme.hub;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Whether the database can be reached, as the last call of anybody found it.
///
/// **Threads**: any.
final class Reachability {
    private final List<Runnable> returned = new CopyOnWriteArrayList<>();
    private volatile boolean away;

    /// Is told, on the thread that found out, when the database is back.
    void whenBack(Runnable told) {
        returned.add(told);
    }

    boolean away() {
        return away;
    }

    /// Calls the database, and notes what that says of it.
    <T> T asked(Supplier<T> call) {
        T answer;
        try {
            answer = call.get();
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.HUB_UNAVAILABLE) {
                away = true;
            }
            throw e;
        }
        if (away) {
            away = false;
            returned.forEach(Runnable::run);
        }
        return answer;
    }

    /// As above, of a call without an answer.
    void asked(Runnable call) {
        boolean done = asked(() -> {
            call.run();
            return true;
        });
        assert done;
    }
}
