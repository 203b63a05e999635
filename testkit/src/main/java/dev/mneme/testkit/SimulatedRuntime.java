package dev.mneme.testkit;

import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Everything that a node runs on, in the thread of whoever calls: which of the steps that could be done comes next,
/// and how long each takes, is drawn from a seed, and time goes on with them. The same seed gives the same run, which
/// [#digest] tells.
///
/// A step that waits ([#await], [#join], [#pause]) has others done in the meantime, from where it stands. So the
/// executions of steps that wait lie upon one another on the stack, and none of them goes on before the one above it:
/// an order that threads could have taken, too. A lock is none here, since all are one thread: nobody must wait with
/// one held that somebody else takes.
///
/// **Threads**: one.
public final class SimulatedRuntime implements NodeRuntime {
    private static final int LONGEST_STEP_NANOS = 50_000;
    private static final long HASH_BASE = 0xcbf29ce484222325L; // FNV-1a
    private static final long HASH_PRIME = 0x100000001b3L;

    private final SplittableRandom order;
    private final SplittableRandom drawn;
    private final List<Source> sources = new ArrayList<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::number));
    private final List<Throwable> failures = new ArrayList<>();
    private long timersSet;
    private long nanos;
    private Duration clockSetBy = Duration.ZERO;
    private long digest = HASH_BASE;
    private long steps;
    private int waits;
    private boolean waitsEnd;

    public SimulatedRuntime(long seed) {
        this.order = new SplittableRandom(seed);
        this.drawn = order.split();
    }

    /// Of which something may be done.
    private abstract static class Source {
        final String name;
        boolean busy;

        Source(String name) {
            this.name = name;
        }

        abstract boolean ready();

        /// @return whether there was anything
        abstract boolean step();
    }

    private record Timer(long at, long number, Lane lane, Runnable step) {}

    private final class Lane extends Source implements Execution {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private boolean closed;

        Lane(String name) {
            super(name);
        }

        @Override
        boolean ready() {
            return !waiting.isEmpty();
        }

        @Override
        boolean step() {
            waiting.remove().run();
            return true;
        }

        @Override
        public void execute(Runnable step) {
            if (!closed) {
                waiting.add(step);
            }
        }

        @Override
        public void after(Duration delay, Runnable step) {
            if (!closed) {
                timers.add(new Timer(nanos + delay.toNanos(), timersSet++, this, step));
            }
        }

        @Override
        public long nanos() {
            return SimulatedRuntime.this.nanos();
        }

        @Override
        public void close() {
            closed = true;
            timers.removeIf(timer -> timer.lane().equals(this));
            leaveWhenDone();
        }

        @Override
        public void interrupt() {
            waiting.clear();
            leaveWhenDone();
        }

        void leaveWhenDone() {
            if (closed && waiting.isEmpty() && !busy) {
                sources.remove(this);
            }
        }

        @Override
        public boolean ended(Duration atMost) {
            return until(() -> waiting.isEmpty() && !busy, atMost);
        }
    }

    @Override
    public Execution execution(String name) {
        Lane lane = new Lane(name);
        sources.add(lane);
        return lane;
    }

    @Override
    public Execution light(String name) {
        return execution(name);
    }

    /// Has something stepped among the others that is no execution.
    ///
    /// @param step does one thing, if there is anything to do, and says whether there was
    public void drive(String name, BooleanSupplier step) {
        sources.add(new Source(name) {
            @Override
            boolean ready() {
                return true;
            }

            @Override
            boolean step() {
                return step.getAsBoolean();
            }
        });
    }

    @Override
    public InstantSource clock() {
        return () -> ManualClock.START.plusNanos(nanos).plus(clockSetBy);
    }

    /// Somebody sets the clock.
    public void setClockBy(Duration step) {
        clockSetBy = clockSetBy.plus(step);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public RandomGenerator random() {
        return drawn;
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> awaited, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (!until(awaited::isDone, atMost)) {
            throw new TimeoutException();
        }
        return awaited.get();
    }

    @Override
    public <T extends @Nullable Object> T join(CompletableFuture<T> awaited) {
        if (!until(awaited::isDone, FOREVER)) {
            throw new IllegalStateException("Everybody waits: nothing can happen any more.");
        }
        return awaited.join();
    }

    @Override
    public void pause(Duration time) {
        until(() -> false, time);
    }

    /// Has things done until this is so.
    ///
    /// @return whether it is, within the time
    public boolean until(BooleanSupplier condition, Duration atMost) {
        long deadline = nanos + atMost.toNanos();
        waits++;
        try {
            while (!condition.getAsBoolean()) {
                if (nanos - deadline >= 0) {
                    return false;
                }
                if (waitsEnd && waits > 1) {
                    nanos = atMost.equals(FOREVER) ? nanos : deadline;
                    return false;
                }
                if (!step() && !ring(deadline)) {
                    nanos = deadline;
                }
            }
            return true;
        } finally {
            waits--;
        }
    }

    /// Nothing in a step waits any longer, as if its time were over: so that whoever had steps done with [#until] has
    /// them in hand again, and can [#kill].
    public void endWaits() {
        waitsEnd = true;
    }

    /// Has one thing done, any of those that can be.
    ///
    /// @return whether there was one
    private boolean step() {
        while (ring(nanos)) {
            // those whose time has come
        }
        List<Source> ready = new ArrayList<>();
        for (Source source : sources) {
            if (!source.busy && source.ready()) {
                ready.add(source);
            }
        }
        while (!ready.isEmpty()) {
            if (stepped(ready.remove(order.nextInt(ready.size())))) {
                return true;
            }
        }
        return false;
    }

    private boolean stepped(Source source) {
        source.busy = true;
        try {
            boolean any = source.step();
            if (any) {
                steps++;
                nanos += 1 + order.nextInt(LONGEST_STEP_NANOS);
                note(source.name);
            }
            return any;
        } catch (RuntimeException | Error e) {
            if (!waitsEnd || e instanceof AssertionError) {
                failures.add(e);
            }
            return true;
        } finally {
            source.busy = false;
            if (source instanceof Lane lane) {
                lane.leaveWhenDone();
            }
        }
    }

    /// Lets time pass until the next timer goes off, if that is before the deadline.
    private boolean ring(long deadline) {
        Timer next = timers.peek();
        if (next == null || next.at() - deadline > 0) {
            return false;
        }
        timers.remove();
        nanos = Math.max(nanos, next.at());
        next.lane().execute(next.step());
        return true;
    }

    /// The process dies: nothing that was given to run ever will. For whoever is not in a step.
    public void kill() {
        if (waits > 0) {
            throw new IllegalStateException("Something waits still.");
        }
        sources.clear();
        timers.clear();
        waitsEnd = false;
    }

    /// Says what happened, for the digest.
    public void note(String what) {
        for (int i = 0; i < what.length(); i++) {
            digest = (digest ^ what.charAt(i)) * HASH_PRIME;
        }
        digest = (digest ^ nanos) * HASH_PRIME;
    }

    /// What all that happened comes to.
    public String digest() {
        return steps + " steps, " + Duration.ofNanos(nanos) + ", " + Long.toHexString(digest);
    }

    /// What steps threw.
    public List<Throwable> failures() {
        return List.copyOf(failures);
    }

    /// The virtual time.
    public Instant now() {
        return clock().instant();
    }
}
