package dev.mneme.core.queue;

import dev.mneme.core.model.MnemeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Does what computes for long, for callers on virtual threads: in the turns of a [FairGate], and on platform threads,
/// so that it holds no carrier. The operating system takes a core from a platform thread for whoever has slept, as the
/// carriers have then; nothing takes a carrier from a virtual thread. Callers on platform threads do it themselves.
///
/// Work that is mostly short is better done by whoever finds nobody else inside, since handing it over takes longer
/// than it does. That holds one carrier at most, and only where there is another one.
///
/// Fair in whose turn comes next, not in how long a turn takes: what is long is its caller's to limit.
///
/// **Threads**: any number may call. Its own end when nothing was done for a while.
public final class FairPool {
    private static final long IDLE_SECONDS = 10;

    private static final boolean OTHER_CARRIERS = Runtime.getRuntime().availableProcessors() > 1;

    private final FairGate gate;
    private final ThreadPoolExecutor threads;
    private final boolean aloneInPlace;

    /// For work that is always long.
    ///
    /// @param threads how many things are done at a time
    /// @param limit of those who wait
    /// @param refusal what the one is told who is too many
    public static FairPool ofLongWork(String name, int threads, QueueLimit limit, String refusal) {
        return new FairPool(name, threads, limit, refusal, false);
    }

    /// For work that is mostly short: as above, but whoever finds nobody inside does it on its own thread.
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

    /// What `work` gives, or throws.
    ///
    /// @throws MnemeException `overloaded` when the tenant has too many waiting
    /// @throws InterruptedException when interrupted meanwhile
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
