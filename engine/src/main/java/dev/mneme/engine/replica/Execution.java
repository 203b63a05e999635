package dev.mneme.engine.replica;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// What a shard runs on. It has no thread and no timer of its own, so that a test can run it one step at a time,
/// in any order that this allows, in one thread.
public interface Execution extends AutoCloseable {
    /// Runs this soon: one after another, in the order of the calls, never within the call. Once closed, or when it
    /// cannot, nothing happens.
    void execute(Runnable step);

    /// Runs this as [#execute] would, not before the time has passed.
    void after(Duration delay, Runnable step);

    /// Nanoseconds that never go back, from any beginning.
    long nanos();

    /// Runs nothing more. Does not wait for what is running.
    @Override
    void close();

    /// For each shard, by its name, a thread of its own.
    Function<String, Execution> THREADS = OneThread::new;

    /// A platform thread: the tables are native code, which would hold a carrier.
    final class OneThread implements Execution {
        private final ExecutorService thread;

        private OneThread(String shard) {
            this.thread = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("shard-" + shard).daemon().factory());
        }

        @Override
        public void execute(Runnable step) {
            try {
                thread.execute(step);
            } catch (RejectedExecutionException closed) {
                System.getLogger(Execution.class.getName())
                        .log(System.Logger.Level.TRACE, "Closed before a step could be run", closed);
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
    }
}
