package dev.mneme.engine.replica;

import java.util.ArrayList;
import java.util.List;

/// The steps of something that may be killed at each of them. One thread.
final class KillSteps {
    /// At none.
    static final int NEVER = 0;

    private final int killAt;
    private final Runnable strike;
    private final List<String> done = new ArrayList<>();

    /// What unwinds a process that was killed: nothing of it counts any more.
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed(String where) {
            super("killed: " + where);
        }
    }

    /// @param killAt the number of the step, from 1 on
    /// @param strike keeps what a kill leaves
    KillSteps(int killAt, Runnable strike) {
        this.killAt = killAt;
        this.strike = strike;
    }

    /// One more step is done.
    void here(String what) {
        done.add(what);
        if (done.size() == killAt) {
            strike.run();
            throw new Killed(what);
        }
    }

    boolean killed() {
        return killAt != NEVER && done.size() >= killAt;
    }

    List<String> done() {
        return List.copyOf(done);
    }
}
