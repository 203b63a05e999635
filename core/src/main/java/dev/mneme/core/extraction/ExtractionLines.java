package dev.mneme.core.extraction;

import dev.mneme.core.conversation.ExtractionDocuments.Pointer;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.queue.FairGate;
import dev.mneme.core.queue.Places;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The lines of extractions that wait: one line for each owner, in order of arrival. Of each line one extraction is at
/// work at a time, and only so many lines are at work at once; keys and owners take fair turns.
///
/// A failed extraction keeps its place while it waits for its next try, and those behind it overtake it, with two
/// exceptions. Those of the same session wait, since a conversation is read from its beginning. And the whole line
/// waits once [#MOST_PUT_OFF] have failed, since then the model itself is failing, and going on would only use up
/// everybody's tries.
///
/// **Threads**: any number may call; the lock guards the lines. Each line has an execution while anything is in it: a
/// step is one attempt, and pauses are timers.
final class ExtractionLines implements AutoCloseable {
    /// How many extractions may wait, in all lines together and of one owner.
    static final int CAPACITY = 8_000;

    static final int CAPACITY_OF_ONE = 1_000;

    /// How many of a line may wait for their next try while others go on.
    static final int MOST_PUT_OFF = 3;

    private static final System.Logger LOG = System.getLogger(ExtractionLines.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /// The pause after a failure that could not even be stored; it grows with each.
    private static final Duration LEAST_HELD_UP = Duration.ofSeconds(5);

    private static final Duration MOST_HELD_UP = Duration.ofMinutes(5);

    /// The result of one attempt.
    sealed interface Attempted {
        /// Nothing is left to do.
        record Finished() implements Attempted {}

        /// It is to be tried again, and has failed this many times.
        record Failed(int times) implements Attempted {}

        /// It is to be tried again; not even the failure could be stored.
        record HeldUp() implements Attempted {}
    }

    /// Tries the first extraction of a line once: see [ExtractionWorker#attempt].
    interface Attempt {
        Attempted at(Pointer pointer) throws InterruptedException;
    }

    private final Attempt attempt;
    private final List<Duration> pauses;
    private final FairGate atWork;
    private final NodeRuntime runtime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Owner, Line> lines = new HashMap<>();
    private final Set<UUID> running = new HashSet<>();
    private Places places = new Places(QueueLimit.of(CAPACITY), 0);
    private boolean closed;

    /// The waiting extractions of one owner, and the execution that works on them. Guarded by the lock.
    private final class Line {
        final List<Waiting> waiting = new ArrayList<>();
        final Execution execution = runtime.light("extraction");
        boolean turnDue;

        void turnSoon() {
            if (!turnDue) {
                execution.execute(() -> turn(this));
                turnDue = true;
            }
        }

        void turnAfter(Duration time) {
            execution.after(time, () -> {
                lock.lock();
                try {
                    turnSoon();
                } finally {
                    lock.unlock();
                }
            });
        }
    }

    /// An extraction that waits. The lock guards its state.
    private static final class Waiting {
        final Pointer pointer;

        /// The session whose order must be kept; null for a conversation without a run.
        final @Nullable ScopeIds session;

        /// Completes once it is no longer in its line; with `false` when the lines are closed before.
        final CompletableFuture<Boolean> gone = new CompletableFuture<>();

        boolean failed;
        boolean woken;
        long dueNanos;
        Duration heldUp = LEAST_HELD_UP;

        Waiting(Pointer pointer, @Nullable ScopeIds session) {
            this.pointer = pointer;
            this.session = session;
        }

        boolean isDue(long now) {
            return woken || dueNanos - now <= 0;
        }

        void again(long now, Duration pause) {
            failed = true;
            dueNanos = now + pause.toNanos();
        }
    }

    /// @param pauses the pause after each failed attempt; the last one is used from then on
    ExtractionLines(Attempt attempt, List<Duration> pauses, int concurrency, NodeRuntime runtime) {
        this.runtime = runtime;
        this.attempt = attempt;
        this.pauses = List.copyOf(pauses);
        this.atWork = new FairGate(concurrency, new QueueLimit(0, 0), "");
    }

    /// Room for one more extraction. It must be closed, which gives back room that was not used.
    ///
    /// **Threads**: for one.
    final class Place implements AutoCloseable {
        private final Places of;
        private final Tenant tenant;
        private boolean taken;

        private Place(Places of, Tenant tenant) {
            this.of = of;
            this.tenant = tenant;
        }

        /// Puts an extraction at the end of its owner's line; once the lines are stopped, does nothing.
        ///
        /// @param session as [#session]
        void take(Pointer pointer, @Nullable ScopeIds session) {
            line(pointer, session);
            taken = true;
        }

        @Override
        public void close() {
            if (!taken) {
                giveBack(of, tenant);
            }
        }
    }

    /// The session of a conversation; null for none.
    static @Nullable ScopeIds session(ScopeIds scope) {
        return scope.runId() == null ? null : scope;
    }

    private static Tenant tenant(Pointer pointer) {
        return new Tenant(pointer.keyId(), pointer.owner());
    }

    /// As [#place].
    ///
    /// @throws MnemeException `overloaded` when there is none
    Place getPlace(String keyId, Owner owner) {
        return place(keyId, owner)
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.OVERLOADED,
                        "Too many conversations of this key, or of this owner, wait for the language model: send this"
                                + " again later, or with infer=false."));
    }

    /// Reserves room; empty when too many extractions of this key or owner wait.
    Optional<Place> place(String keyId, Owner owner) {
        Tenant tenant = new Tenant(keyId, owner);
        lock.lock();
        try {
            Line line = lines.get(owner);
            boolean full = line != null && line.waiting.size() >= CAPACITY_OF_ONE;
            return closed || full || !places.take(tenant) ? Optional.empty() : Optional.of(new Place(places, tenant));
        } finally {
            lock.unlock();
        }
    }

    /// Puts an extraction that was accepted before the start at the end of its line, whether there is room or not.
    void takeUp(Pointer pointer, @Nullable ScopeIds session) {
        lock.lock();
        try {
            places.takeBeyondLimit(tenant(pointer));
        } finally {
            lock.unlock();
        }
        line(pointer, session);
    }

    private void giveBack(Places of, Tenant tenant) {
        lock.lock();
        try {
            of.giveBack(tenant);
        } finally {
            lock.unlock();
        }
    }

    private void line(Pointer pointer, @Nullable ScopeIds session) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            Line line = lines.computeIfAbsent(pointer.owner(), _ -> new Line());
            Waiting last = new Waiting(pointer, session);
            line.waiting.add(last);
            try {
                line.turnSoon(); // those before it may all be put off
            } catch (RuntimeException | Error e) {
                line.waiting.remove(last);
                if (line.waiting.isEmpty()) {
                    lines.remove(pointer.owner());
                }
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return places.taken();
        } finally {
            lock.unlock();
        }
    }

    /// How many lines are at work or wait for their turn to be.
    int atGate() {
        return atWork.taken();
    }

    boolean isRunning(UUID id) {
        lock.lock();
        try {
            return running.contains(id);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until this extraction is no longer in its line.
    ///
    /// @return whether it left within the time
    boolean await(UUID id, Owner owner, Duration atMost) throws InterruptedException {
        Waiting waiting;
        lock.lockInterruptibly();
        try {
            waiting = find(id, owner);
            if (waiting != null && closed) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        try {
            return waiting == null || runtime.await(waiting.gone, atMost);
        } catch (TimeoutException over) {
            LOG.log(System.Logger.Level.TRACE, "Still in its line", over);
            return false;
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    private @Nullable Waiting find(UUID id, Owner owner) {
        Line line = lines.get(owner);
        return line == null
                ? null
                : line.waiting.stream()
                        .filter(each -> each.pointer.id().equals(id))
                        .findFirst()
                        .orElse(null);
    }

    /// Tries the one whose turn it is, if there is one now.
    private void turn(Line line) {
        try {
            Waiting next = next(line);
            if (next != null) {
                settle(line, next, once(next.pointer));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // what is in the line is tried after the next start
        } catch (RuntimeException | Error e) {
            line.turnAfter(LEAST_HELD_UP); // memory was short even for saying so: from the first again
        }
    }

    /// The extraction that is to be tried now; null when none may be yet, or the line is empty, and removed.
    private @Nullable Waiting next(Line line) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            line.turnDue = false;
            if (closed) {
                return null;
            }
            if (line.waiting.isEmpty()) {
                lines.values().remove(line);
                line.execution.close();
                return null;
            }
            long now = runtime.nanos();
            Waiting ready = ready(line.waiting, now);
            if (ready == null) {
                line.turnAfter(Duration.ofNanos(Math.max(0, untilDue(line.waiting, now))));
                return null;
            }
            ready.woken = false;
            return ready;
        } finally {
            lock.unlock();
        }
    }

    /// The first extraction that may be tried now.
    private static @Nullable Waiting ready(List<Waiting> line, long now) {
        long putOff = line.stream().filter(each -> each.failed).count();
        Set<ScopeIds> earlier = new HashSet<>();
        for (Waiting each : line) {
            boolean inOrder = each.session == null || earlier.add(each.session);
            if (inOrder && (each.failed ? each.isDue(now) : putOff < MOST_PUT_OFF)) {
                return each;
            }
        }
        return null;
    }

    /// How long to wait when none may be tried now, so that some have failed.
    private static long untilDue(List<Waiting> line, long now) {
        return line.stream()
                .filter(each -> each.failed)
                .mapToLong(each -> each.dueNanos - now)
                .min()
                .orElseThrow();
    }

    private void settle(Line line, Waiting tried, Attempted came) {
        lock.lock();
        try {
            switch (came) {
                case Attempted.Finished() -> {
                    line.waiting.remove(tried);
                    places.giveBack(tenant(tried.pointer));
                    tried.gone.complete(true);
                }
                case Attempted.Failed(int times) ->
                    tried.again(runtime.nanos(), pauses.get(Math.min(times, pauses.size()) - 1));
                case Attempted.HeldUp() -> {
                    tried.again(runtime.nanos(), tried.heldUp);
                    Duration longer = tried.heldUp.multipliedBy(2);
                    tried.heldUp = longer.compareTo(MOST_HELD_UP) < 0 ? longer : MOST_HELD_UP;
                }
            }
            line.turnSoon();
        } finally {
            lock.unlock();
        }
    }

    /// Makes one attempt. No failure, not even an error of the JVM, ends the line.
    private Attempted once(Pointer pointer) throws InterruptedException {
        try (FairGate.Turn _ = atWork.enterUncounted(tenant(pointer))) {
            return attempted(pointer);
        }
    }

    private Attempted attempted(Pointer pointer) throws InterruptedException {
        try {
            mark(pointer, true);
            return attempt.at(pointer);
        } catch (MnemeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Extraction " + pointer.id() + " is held up: " + e.code().wireName());
            return new Attempted.HeldUp();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "Extraction " + pointer.id() + " is held up", e);
            return new Attempted.HeldUp();
        } finally {
            mark(pointer, false);
        }
    }

    private void mark(Pointer pointer, boolean runs) {
        lock.lock();
        try {
            if (runs) {
                running.add(pointer.id());
            } else {
                running.remove(pointer.id());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tries a waiting extraction at once, for example since it was deleted.
    void wake(Pointer pointer) {
        lock.lock();
        try {
            Waiting found = find(pointer.id(), pointer.owner());
            Line line = lines.get(pointer.owner());
            if (found != null && line != null) {
                found.woken = true;
                line.turnSoon();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Begins again with empty lines after [#close]; does nothing while they are open. It first waits for whatever the
    /// close did not wait for.
    void open() {
        List<Execution> left;
        lock.lock();
        try {
            if (!closed) {
                return;
            }
            left = executions();
        } finally {
            lock.unlock();
        }
        try {
            for (Execution each : left) {
                each.ended(NodeRuntime.FOREVER);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "Interrupted while extractions of before were waited for.", e);
        }
        lock.lock();
        try {
            lines.clear();
            places = new Places(QueueLimit.of(CAPACITY), 0);
            closed = false;
        } finally {
            lock.unlock();
        }
    }

    /// Interrupts the work under way; it is tried again after the next start.
    @Override
    public void close() {
        List<Execution> stopping;
        lock.lock();
        try {
            closed = true;
            lines.values().forEach(line -> line.waiting.forEach(each -> each.gone.complete(false)));
            stopping = executions();
        } finally {
            lock.unlock();
        }
        stopping.forEach(Execution::close);
        stopping.forEach(Execution::interrupt);
        long end = runtime.nanos() + PATIENCE.toNanos();
        try {
            for (Execution each : stopping) {
                if (!each.ended(Duration.ofNanos(Math.max(1, end - runtime.nanos())))) {
                    LOG.log(System.Logger.Level.WARNING, "Extraction did not stop in time");
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Execution> executions() {
        return lines.values().stream().map(line -> line.execution).toList();
    }
}
