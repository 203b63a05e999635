package dev.mneme.core.spi;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The machine as it is: threads, its clocks, and its randomness.
public final class SystemRuntime implements NodeRuntime {
    private final InstantSource clock;
    private final RandomGenerator random;

    public SystemRuntime() {
        this(InstantSource.system());
    }

    /// With another clock.
    public SystemRuntime(InstantSource clock) {
        this(clock, new SecureRandom());
    }

    /// @param random must be safe to share among threads
    public SystemRuntime(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Execution execution(String name) {
        return new OneThread(Thread.ofPlatform().name(name).daemon().factory());
    }

    @Override
    public Execution light(String name) {
        return new OneThread(Thread.ofVirtual().name(name).factory());
    }

    @Override
    public InstantSource clock() {
        return clock;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> awaited, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        return awaited.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public <T extends @Nullable Object> T join(CompletableFuture<T> awaited) {
        return awaited.join();
    }

    @Override
    public void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    /// A thread that is made with the first step.
    private static final class OneThread implements Execution {
        private static final System.Logger LOG = System.getLogger(SystemRuntime.class.getName());
        private final ExecutorService thread;

        OneThread(ThreadFactory threads) {
            this.thread = Executors.newSingleThreadExecutor(threads);
        }

        @Override
        public void execute(Runnable step) {
            try {
                thread.execute(step);
            } catch (RejectedExecutionException closed) {
                LOG.log(Level.TRACE, "Closed before a step could be run", closed);
            }
        }

        @Override
        public void after(Duration delay, Runnable step) {
            CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, this::execute)
                    .execute(step);
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void close() {
            thread.shutdown();
        }

        @Override
        public void interrupt() {
            thread.shutdownNow();
        }

        @Override
        public boolean ended(Duration atMost) throws InterruptedException {
            return thread.awaitTermination(atMost.toNanos(), TimeUnit.NANOSECONDS);
        }
    }
}
