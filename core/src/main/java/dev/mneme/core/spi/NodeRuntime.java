package dev.mneme.core.spi;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// All that a node takes from the machine besides disks and networks: something to run on, time, and randomness. It
/// comes in by constructor, so that a whole node can be run in one thread, from one seed, with a clock that the test
/// has in hand.
///
/// Whoever must wait waits here, since in one thread nothing else would happen meanwhile.
///
/// **Threads**: any number may call.
public interface NodeRuntime {
    /// Longer than anything lasts.
    Duration FOREVER = Duration.ofDays(36_500);

    /// A platform thread of its own, for what computes or calls native code.
    ///
    /// @param name as it is seen among the process's threads
    Execution execution(String name);

    /// A virtual thread of its own, for what mostly waits for others.
    Execution light(String name);

    /// What people call the time: it may be set, in either direction.
    InstantSource clock();

    /// Nanoseconds that never go back, from any beginning.
    long nanos();

    /// What nobody can guess; in a simulation, what its seed gives.
    RandomGenerator random();

    /// Waits for this.
    ///
    /// @throws ExecutionException with what it failed by
    /// @throws TimeoutException when it is not there in time
    <T extends @Nullable Object> T await(CompletableFuture<T> awaited, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException;

    /// Waits for this for as long as it takes, whoever interrupts; fails as [CompletableFuture#join].
    <T extends @Nullable Object> T join(CompletableFuture<T> awaited);

    /// Lets time pass; a little less when the thread is interrupted.
    void pause(Duration time);
}
