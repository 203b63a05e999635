package dev.mneme.core.job;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/// The jobs of a node: the one place where they are started and stopped. They start in the order in which they were
/// given, and stop side by side, since each may have to wait for what is under way.
///
/// **Threads**: any number may call; they wait for one another.
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Jobs.class.getName());

    private final List<Job> jobs;
    private final List<Job> running = new ArrayList<>(); // guarded by this

    public Jobs(List<Job> jobs) {
        this.jobs = List.copyOf(jobs);
    }

    /// Starts the jobs that are not running. If one cannot be started, those before it run, and those after it are not
    /// started.
    public synchronized void start() {
        for (Job job : jobs) {
            if (!running.contains(job)) {
                job.start();
                running.add(job);
            }
        }
    }

    /// Stops the jobs that are running, and returns once all have stopped.
    public synchronized void stop() {
        List<Thread> stopping = running.stream()
                .map(job -> Thread.ofVirtual().name("stop-" + job.name()).start(() -> stop(job)))
                .toList();
        running.clear();
        try {
            for (Thread thread : stopping) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Job job) {
        try {
            job.stop();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The job " + job.name() + " did not stop well", e);
        }
    }

    /// The names of the running jobs, in the order in which they were started.
    public synchronized List<String> running() {
        return running.stream().map(Job::name).toList();
    }

    @Override
    public void close() {
        stop();
    }
}
