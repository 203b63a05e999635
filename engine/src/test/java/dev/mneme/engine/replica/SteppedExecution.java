package dev.mneme.engine.replica;

import dev.mneme.core.spi.Execution;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// An execution whose steps a test runs, one by one, in its own thread. Timers go off when it says so.
public final class SteppedExecution implements Execution {
    private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
    private final List<Runnable> timers = new ArrayList<>();
    private boolean closed;
    private long nanos;

    @Override
    public void execute(Runnable step) {
        if (!closed) {
            steps.add(step);
        }
    }

    @Override
    public void after(Duration delay, Runnable step) {
        if (!closed) {
            timers.add(step);
        }
    }

    @Override
    public long nanos() {
        return ++nanos;
    }

    @Override
    public void close() {
        closed = true;
        steps.clear();
        timers.clear();
    }

    @Override
    public void interrupt() {
        steps.clear();
    }

    @Override
    public boolean ended(Duration atMost) {
        run();
        return true;
    }

    /// @return whether there was a step to run
    boolean step() {
        Runnable step = steps.poll();
        if (step != null) {
            step.run();
        }
        return step != null;
    }

    /// @return whether a timer was waiting
    boolean fire() {
        if (timers.isEmpty()) {
            return false;
        }
        steps.addAll(timers);
        timers.clear();
        return true;
    }

    /// Runs what there is, and what comes of it, but no timers.
    ///
    /// @return whether there was any
    public boolean run() {
        boolean any = false;
        while (step()) {
            any = true;
        }
        return any;
    }
}
