package dev.mneme.hub;

import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.testkit.SimulatedRuntime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What one node of several in one thread runs on. It can die at any call, alone: nothing of it goes on afterwards.
final class SimulatedProcess implements NodeRuntime {
    private static final Duration LITTLE = Duration.ofMillis(1);

    private final SimulatedRuntime runtime;
    private final Duration clockAhead;
    private final Stack stack;
    private boolean dead;
    private String lane = "";
    private int spreading;

    /// How many steps of nodes lie upon one another. Whoever waits for a node as a client begins when there is none:
    /// it would lie above a step that it waits for.
    static final class Stack {
        private int steps;

        boolean isFree() {
            return steps == 0;
        }
    }

    /// The process is no more.
    static final class Died extends Error {
        private static final long serialVersionUID = 1;

        Died() {
            super("The process died.", null, false, false);
        }
    }

    SimulatedProcess(SimulatedRuntime runtime, Duration clockAhead, Stack stack) {
        this.runtime = runtime;
        this.clockAhead = clockAhead;
        this.stack = stack;
    }

    void kill() {
        dead = true;
    }

    boolean isDead() {
        return dead;
    }

    /// What is called from a step of a dead process ends it.
    void requireAlive() {
        if (dead) {
            throw new Died();
        }
    }

    private void step(Execution on, String name, Runnable step) {
        if (dead) {
            return;
        }
        boolean late = name.equals("hub-lease") ? !stack.isFree() : name.equals("owner") && spreading > 0;
        if (late) {
            on.after(LITTLE, () -> step(on, name, step));
            return;
        }
        String below = lane;
        lane = name;
        stack.steps++;
        try {
            step.run();
        } catch (Died expected) {
            runtime.note("died");
        } finally {
            stack.steps--;
            lane = below;
        }
    }

    @Override
    public Execution execution(String name) {
        Execution on = runtime.execution(name);
        return new Execution() {
            @Override
            public void execute(Runnable step) {
                on.execute(() -> step(on, name, step));
            }

            @Override
            public void after(Duration delay, Runnable step) {
                on.after(delay, () -> step(on, name, step));
            }

            @Override
            public long nanos() {
                return on.nanos();
            }

            @Override
            public void close() {
                on.close();
            }

            @Override
            public void interrupt() {
                on.interrupt();
            }

            @Override
            public boolean ended(Duration atMost) throws InterruptedException {
                return on.ended(atMost);
            }
        };
    }

    @Override
    public Execution light(String name) {
        return execution(name);
    }

    @Override
    public InstantSource clock() {
        return () -> runtime.now().plus(clockAhead);
    }

    @Override
    public long nanos() {
        return runtime.nanos();
    }

    @Override
    public RandomGenerator random() {
        return runtime.random();
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> awaited, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        boolean there = runtime.until(() -> dead || awaited.isDone(), atMost);
        requireAlive();
        if (!there) {
            throw new TimeoutException();
        }
        return awaited.get();
    }

    @Override
    public <T extends @Nullable Object> T join(CompletableFuture<T> awaited) {
        boolean there = runtime.until(() -> dead || awaited.isDone(), Duration.ofHours(1));
        requireAlive();
        if (!there) {
            throw new IllegalStateException("Waited for an hour.");
        }
        return awaited.join();
    }

    /// A call of the database takes time. While it spreads, no turn begins, which would wait for what lies below it.
    void pauseInCall(Duration time) {
        boolean inSpread = lane.equals("owner-spread");
        spreading += inSpread ? 1 : 0;
        try {
            pause(time);
        } finally {
            spreading -= inSpread ? 1 : 0;
        }
    }

    @Override
    public void pause(Duration time) {
        boolean ended = runtime.until(() -> dead, time);
        assert ended == dead;
        requireAlive();
    }
}
