package dev.mneme.inference.embed;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.Places;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A fixed number of threads that run an embedder's tasks for callers, which may be virtual threads, in the order of a
/// [PurposeQueue].
///
/// A caller is admitted once for all the tasks of its text ([#admit]) and then has one task outstanding at a time. So
/// the queue never holds more tasks than there are admitted callers, and others get turns between the tasks of a long
/// text. A running task is not interrupted; so that a query need not wait for one, some workers run only queries.
///
/// **Threads**: any number may call; the lock guards the queue and the places.
final class Workers implements AutoCloseable {
    private final int count;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition forAny = lock.newCondition();
    private final Condition forQueries = lock.newCondition();
    private final PurposeQueue<FutureTask<?>> queue = new PurposeQueue<>();
    private final Map<Purpose, Admission> admissions = new EnumMap<>(Purpose.class);
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;

    /// @param workers how many workers run whatever is next
    /// @param queryWorkers how many more run only queries
    /// @param waiting how many callers may wait besides those who are served, for each purpose
    Workers(ThreadFactory factory, int workers, int queryWorkers, QueueLimit waiting) {
        count = workers;
        for (Purpose purpose : Purpose.values()) {
            admissions.put(purpose, new Admission(new Places(waiting, workers + queryWorkers)));
        }
        for (int i = 0; i < workers; i++) {
            threads.add(factory.newThread(() -> work(false)));
        }
        for (int i = 0; i < queryWorkers; i++) {
            threads.add(factory.newThread(() -> work(true)));
        }
        threads.forEach(Thread::start);
    }

    /// The workers of an embedder that runs in process: as many as are configured, and one for queries only.
    static Workers of(OnnxEmbedder.Config config) {
        return new Workers(
                Thread.ofPlatform().name("mneme-embedder-", 0).daemon().factory(),
                config.workers(),
                1,
                QueueLimit.of(config.maxWaiting(), config.maxWaitingOfKey()));
    }

    /// A caller's place. Closing it gives it back.
    interface Place extends AutoCloseable {
        /// Runs the task on a worker and waits for it.
        ///
        /// @param cost of the task, in tokens or any other unit that all tasks share
        <T> T run(long cost, Callable<T> task);

        @Override
        void close();
    }

    int count() {
        return count;
    }

    /// The callers that are admitted for one purpose. Guarded by the lock.
    private static final class Admission {
        final Places places;
        long refused;

        Admission(Places places) {
            this.places = places;
        }
    }

    private Admission admission(Purpose purpose) {
        return Objects.requireNonNull(admissions.get(purpose));
    }

    /// The queue of one purpose.
    Embedder.Queue queue(Purpose purpose) {
        lock.lock();
        try {
            return new Embedder.Queue(admission(purpose).places.taken(), admission(purpose).refused);
        } finally {
            lock.unlock();
        }
    }

    /// Tasks that wait for a worker.
    int queued(Purpose purpose) {
        lock.lock();
        try {
            return queue.size(purpose);
        } finally {
            lock.unlock();
        }
    }

    /// @throws MnemeException `overloaded` when the tenant has too many callers waiting
    Place admit(Demand demand) {
        lock.lock();
        try {
            if (closed) {
                throw closed();
            }
            Admission admission = admission(demand.purpose());
            if (!admission.places.take(demand.tenant())) {
                admission.refused++;
                throw new MnemeException(
                        ErrorCode.OVERLOADED,
                        "Too many texts of this key, or of this owner, wait for the embedder: send this again a little"
                                + " later.");
            }
        } finally {
            lock.unlock();
        }
        return new Place() {
            @Override
            public <T> T run(long cost, Callable<T> task) {
                return await(submit(demand, cost, task));
            }

            @Override
            public void close() {
                lock.lock();
                try {
                    admission(demand.purpose()).places.giveBack(demand.tenant());
                } finally {
                    lock.unlock();
                }
            }
        };
    }

    private <T> FutureTask<T> submit(Demand demand, long cost, Callable<T> callable) {
        FutureTask<T> task = new FutureTask<>(callable);
        lock.lock();
        try {
            if (closed) {
                throw closed();
            }
            queue.add(demand, cost, task);
            forAny.signal();
            if (demand.purpose() == Purpose.QUERY) {
                forQueries.signal(); // whoever comes first takes it
            }
        } finally {
            lock.unlock();
        }
        return task;
    }

    private static <T> T await(FutureTask<T> task) {
        try {
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(false); // one that waits is passed by in its turn
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "Interrupted while waiting for the embedder.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException failure) {
                throw failure;
            }
            throw new MnemeException(ErrorCode.INTERNAL, "The embedder failed on a text.", e.getCause());
        }
    }

    private static MnemeException closed() {
        return new MnemeException(ErrorCode.OVERLOADED, "The embedder is closed: this server is stopping.");
    }

    private void work(boolean queriesOnly) {
        for (FutureTask<?> task = next(queriesOnly); task != null; task = next(queriesOnly)) {
            task.run();
        }
    }

    /// The next task; null when the workers are closed and nothing is left to do.
    @Nullable
    private FutureTask<?> next(boolean queriesOnly) {
        lock.lock();
        try {
            while (true) {
                FutureTask<?> task = queriesOnly ? queue.poll(Purpose.QUERY) : queue.poll();
                if (task != null || closed) {
                    return task;
                }
                (queriesOnly ? forQueries : forAny).awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// As [#close], but running tasks are interrupted.
    void closeNow() {
        threads.forEach(Thread::interrupt);
        close();
    }

    /// Finishes running and waiting tasks; returns once no worker runs.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            forAny.signalAll();
            forQueries.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
