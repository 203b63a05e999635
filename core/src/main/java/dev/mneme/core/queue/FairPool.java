package dev.mneme.core.queue;

import dev.mneme.core.model.MnemeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Does long computations for callers on virtual threads: in the turns of a [FairGate], and on platform threads, so
/// that they hold no carrier. The operating system takes a core from a platform thread for a thread that has slept,
/// such as a carrier; nothing takes a carrier from a virtual thread. Callers on platform threads do the work
/// themselves.
///
/// Work that is mostly short is better done by the caller itself when nobody else is inside, since handing it over
/// takes longer than doing it. That holds one carrier at most, and is only done where there is another.
///
/// It is fair about whose turn is next, not about how long a turn takes: callers must limit long work themselves.
///
/// **Threads**: any number may call. The pool's own threads end when there was no work for a while.
public final class FairPool {
    private static final long IDLE_SECONDS = 10;

    private static final boolean OTHER_CARRIERS = Runtime.getRuntime().availableProcessors() > 1;

    private final FairGate gate;
    private final ThreadPoolExecutor threads;
    private final boolean aloneInPlace;

    /// For work that is always long.
    ///
    /// @param threads how much work is done at a time
    /// @param limit how much work may wait
    /// @param refusal the message for a caller that is refused
    public static FairPool ofLongWork(String name, int threads, QueueLimit limit, String refusal) {
        return new FairPool(name, threads, limit, refusal, false);
    }

    /// For work that is mostly short: as above, but a caller that finds nobody inside does it on its own thread.
    public static FairPool ofShortWork(String name, int threads, QueueLimit limit, String refusal) {
        return new FairPool(name, threads, limit, refusal, OTHER_CARRIERS);
    }

    private FairPool(String name, int threads, QueueLimit limit, String refusal, boolean aloneInPlace) {
        this.aloneInPlace = aloneInPlace;
        this.gate = new FairGate(threads, limit, refusal);
        this.threads = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // never longer than the gate lets in
                Thread.ofPlatform().name(name + "-", 0).daemon().factory());
        this.threads.allowCoreThreadTimeOut(true);
    }

    /// The result of `work`, or its exception.
    ///
    /// @throws MnemeException `overloaded` when the tenant has too much waiting
    /// @throws InterruptedException when interrupted while waiting
    public <T> T run(Tenant tenant, Supplier<T> work) throws InterruptedException {
        try (FairGate.Turn turn = gate.enter(tenant)) {
            if (!Thread.currentThread().isVirtual() || (aloneInPlace && turn.alone())) {
                return work.get();
            }
            FutureTask<T> task = new FutureTask<>(work::get);
            threads.execute(task);
            return result(task);
        }
    }

    private static <T> T result(FutureTask<T> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case RuntimeException failure -> failure;
                case Error error -> throw error;
                case null, default -> new IllegalStateException(e);
            };
        }
    }
}
