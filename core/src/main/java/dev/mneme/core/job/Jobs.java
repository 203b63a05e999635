package dev.mneme.core.job;

import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The jobs of a node: the one place where they are started and stopped. Each runs while this node is primary where the
/// job's data is; when a term ends it is stopped, and with the next term of this node it is started again.
///
/// They start in the order in which they were given, and stop side by side, since each may have to wait for what is
/// under way.
///
/// **Threads**: any number may call. An execution of its own starts and stops, and owns what runs.
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Jobs.class.getName());
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    private final List<Job> jobs;
    private final Leadership leadership;
    private final NodeRuntime runtime;
    private final Execution execution;
    private final Map<Job, Duty> running = new LinkedHashMap<>();
    private Store.@Nullable Subscription roles;
    private boolean started;
    private volatile boolean closed;
    private volatile List<String> names = List.of();

    public Jobs(List<Job> jobs, Leadership leadership, NodeRuntime runtime) {
        this.jobs = List.copyOf(jobs);
        this.leadership = leadership;
        this.runtime = runtime;
        this.execution = runtime.light("jobs");
    }

    /// Starts the jobs that are not running and are this node's work. If one cannot be started, those before it run,
    /// and those after it are not started.
    public void start() {
        inTurn(() -> {
            started = true;
            if (roles == null) {
                roles = leadership.onChange(() -> execution.execute(this::follow));
            }
            goOn();
        });
    }

    /// Stops the jobs that are running, and returns once all have stopped. Until the next start no role starts one.
    public void stop() {
        inTurn(() -> {
            started = false;
            if (roles != null) {
                roles.close();
                roles = null;
            }
            stopWhere(job -> true);
        });
    }

    private void inTurn(Runnable step) {
        if (closed) {
            return;
        }
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        execution.execute(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        await(done);
    }

    private void await(CompletableFuture<@Nullable Void> done) {
        try {
            runtime.await(done, NodeRuntime.FOREVER);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException("a job could not be started", e.getCause());
        } catch (TimeoutException never) {
            throw new IllegalStateException("a job was waited for for ever", never);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// After a role changed.
    private void follow() {
        if (!started) {
            return;
        }
        try {
            goOn();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "A job could not be started; it is tried again", e);
            execution.after(TRY_AGAIN, this::follow);
        }
    }

    private void goOn() {
        Map<Job, Duty> due = new LinkedHashMap<>();
        for (Job job : jobs) {
            Duty duty = Duty.of(leadership, shards(job));
            if (!duty.isEmpty()) {
                due.put(job, duty);
            }
        }
        stopWhere(job -> {
            Duty now = due.get(job);
            Duty was = running.get(job);
            return now == null || was == null || !now.isAs(was);
        });
        try {
            due.forEach((job, duty) -> {
                if (!running.containsKey(job)) {
                    job.start(duty);
                    running.put(job, duty);
                }
            });
        } finally {
            rename();
        }
    }

    private List<ShardId> shards(Job job) {
        return switch (job.place()) {
            case SYSTEM -> List.of(ShardId.SYSTEM);
            case OWNERS -> leadership.shards();
        };
    }

    private void stopWhere(Predicate<Job> which) {
        List<Job> stopping = running.keySet().stream().filter(which).toList();
        List<CompletableFuture<@Nullable Void>> ends = new ArrayList<>();
        for (Job job : stopping) {
            running.remove(job);
            CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
            ends.add(end);
            try (Execution aside = runtime.light("stop-" + job.name())) {
                aside.execute(() -> {
                    stop(job);
                    end.complete(null);
                });
            }
        }
        ends.forEach(this::await);
        rename();
    }

    private static void stop(Job job) {
        try {
            job.stop();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The job " + job.name() + " did not stop well", e);
        }
    }

    private void rename() {
        names = running.keySet().stream().map(Job::name).toList();
    }

    /// The names of the running jobs, in the order in which they were started.
    public List<String> running() {
        return names;
    }

    @Override
    public void close() {
        stop();
        closed = true;
        execution.close();
    }
}
