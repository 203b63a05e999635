package dev.mneme.inference.embed;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A fixed number of platform threads that run native code for callers, who may be virtual threads: a native call on
/// a virtual thread would hold its carrier, and with it everyone else's progress.
///
/// A caller is admitted once for all the tasks of its request ([#admit]) and then has one task outstanding at a time,
/// so the queue before the workers never holds more than the admitted callers, and tasks of a long request take turns
/// with those of short ones.
final class Workers implements AutoCloseable {
    private final int count;
    private final ExecutorService threads;
    private final Semaphore admission;

    Workers(int workers, int maxWaiting) {
        count = workers;
        threads = Executors.newFixedThreadPool(
                workers, Thread.ofPlatform().name("mneme-embedder-", 0).daemon().factory());
        admission = new Semaphore(workers + maxWaiting);
    }

    /// A caller's place; given back by closing it.
    interface Place extends AutoCloseable {
        /// Runs the task on a worker and waits for it.
        <T> T run(Callable<T> task);

        @Override
        void close();
    }

    int count() {
        return count;
    }

    /// @throws MnemeException `overloaded` when all places are taken
    Place admit() {
        if (threads.isShutdown()) {
            throw closed();
        }
        if (!admission.tryAcquire()) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "Too many texts wait for the embedder: send this again a little later.");
        }
        return new Place() {
            @Override
            public <T> T run(Callable<T> task) {
                return await(task);
            }

            @Override
            public void close() {
                admission.release();
            }
        };
    }

    private <T> T await(Callable<T> task) {
        try {
            Future<T> result = threads.submit(task);
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "Interrupted while waiting for the embedder.", e);
        } catch (RejectedExecutionException e) {
            throw closed();
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

    /// Lets running tasks end and answers every waiting one; returns once no worker runs.
    @Override
    public void close() {
        threads.shutdown();
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
