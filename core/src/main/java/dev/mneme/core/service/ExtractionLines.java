package dev.mneme.core.service;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.service.ExtractionDocuments.Pointer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits to be extracted: a line for each owner, in the order in which it came, so that a
/// conversation is read from its beginning. One that failed keeps its place while it waits to be tried
/// again. So many are at work at once.
///
/// **Threads**: any number may call; the lock guards the lines. Each line has a virtual thread while anything
/// is in it.
final class ExtractionLines implements AutoCloseable {
    /// How many may wait, over all lines, and of one owner.
    static final int CAPACITY = 8_000;

    static final int CAPACITY_OF_ONE = 1_000;

    private static final System.Logger LOG = System.getLogger(ExtractionLines.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /// After failures that could not even be written down: longer each time.
    private static final Duration LEAST_HELD_UP = Duration.ofSeconds(5);

    private static final Duration MOST_HELD_UP = Duration.ofMinutes(5);

    /// What one attempt came to.
    sealed interface Attempted {
        /// Nothing is left to do.
        record Finished() implements Attempted {}

        /// It is to be tried again; it has failed so often by now.
        record Failed(int times) implements Attempted {}

        /// It is to be tried again; the store does not take even the failure.
        record HeldUp() implements Attempted {}
    }

    /// One attempt at the first of a line, as [ExtractionWorker#attempt].
    interface Attempt {
        Attempted at(Pointer pointer) throws InterruptedException;
    }

    private final Attempt attempt;
    private final List<Duration> pauses;
    private final Semaphore atWork;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Owner, Line> lines = new HashMap<>();
    private final Set<UUID> running = new HashSet<>();
    private final Set<UUID> woken = new HashSet<>();
    private int waiting;
    private boolean closed;

    /// What waits of one owner, and the thread that works it off.
    private record Line(Deque<Pointer> waiting, Thread thread) {}

    /// @param pauses after each failed attempt; the last one after every further
    ExtractionLines(Attempt attempt, List<Duration> pauses, int concurrency) {
        this.attempt = attempt;
        this.pauses = List.copyOf(pauses);
        this.atWork = new Semaphore(concurrency, true);
    }

    /// Room for one more, which must be closed: what did not take it gives it back.
    ///
    /// **Threads**: for one.
    final class Place implements AutoCloseable {
        private boolean taken;

        /// Puts one at the end of its owner's line; once stopped, nowhere.
        void take(Pointer pointer) {
            line(pointer);
            taken = true;
        }

        @Override
        public void close() {
            if (!taken) {
                give(-1);
            }
        }
    }

    /// Empty when too many wait.
    Optional<Place> place(Owner owner) {
        lock.lock();
        try {
            Line line = lines.get(owner);
            boolean full = line != null && line.waiting().size() >= CAPACITY_OF_ONE;
            if (closed || full || waiting >= CAPACITY) {
                return Optional.empty();
            }
            waiting++;
            return Optional.of(new Place());
        } finally {
            lock.unlock();
        }
    }

    /// Puts one at the end of its line that was taken before the start, whether there is room or not.
    void takeUp(Pointer pointer) {
        give(1);
        line(pointer);
    }

    private void give(int places) {
        lock.lock();
        try {
            waiting += places;
        } finally {
            lock.unlock();
        }
    }

    private void line(Pointer pointer) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            Line line = lines.get(pointer.owner());
            if (line == null) {
                Thread thread = Thread.ofVirtual().name("extraction").unstarted(() -> work(pointer.owner()));
                lines.put(pointer.owner(), new Line(new ArrayDeque<>(List.of(pointer)), thread));
                try {
                    thread.start();
                } catch (RuntimeException | Error e) {
                    lines.remove(pointer.owner());
                    throw e;
                }
                return;
            }
            line.waiting().add(pointer);
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    boolean isRunning(UUID id) {
        lock.lock();
        try {
            return running.contains(id);
        } finally {
            lock.unlock();
        }
    }

    /// Waits until this one is no longer in its line.
    ///
    /// @return whether it is not, within the time
    boolean await(UUID id, Owner owner, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lockInterruptibly();
        try {
            while (isWaiting(id, owner)) {
                if (left <= 0 || closed) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isWaiting(UUID id, Owner owner) {
        Line line = lines.get(owner);
        return line != null
                && line.waiting().stream().anyMatch(each -> each.id().equals(id));
    }

    private void work(Owner owner) {
        while (true) {
            try {
                for (Pointer next = first(owner); next != null; next = following(owner)) {
                    finish(next);
                }
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // what is in the line is tried after the next start
                return;
            } catch (RuntimeException | Error e) {
                LockSupport.parkNanos(
                        LEAST_HELD_UP.toNanos()); // memory was short even for saying so: from the first again
            }
        }
    }

    private void finish(Pointer pointer) throws InterruptedException {
        Duration heldUp = LEAST_HELD_UP;
        while (true) {
            switch (once(pointer)) {
                case Attempted.Finished() -> {
                    return;
                }
                case Attempted.Failed(int times) -> pause(pointer, pauses.get(Math.min(times, pauses.size()) - 1));
                case Attempted.HeldUp() -> {
                    pause(pointer, heldUp);
                    heldUp = heldUp.multipliedBy(2).compareTo(MOST_HELD_UP) < 0 ? heldUp.multipliedBy(2) : MOST_HELD_UP;
                }
            }
        }
    }

    /// Whatever fails, an error of the machine too, does not end the line.
    private Attempted once(Pointer pointer) throws InterruptedException {
        atWork.acquire();
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
            atWork.release();
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

    /// Ends early when somebody calls [#wake].
    private void pause(Pointer pointer, Duration time) throws InterruptedException {
        long left = time.toNanos();
        lock.lockInterruptibly();
        try {
            while (left > 0 && !woken.remove(pointer.id())) {
                requireOpen();
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Has one that waits to be tried again tried at once, since it was deleted, for example.
    void wake(Pointer pointer) {
        lock.lock();
        try {
            if (isWaiting(pointer.id(), pointer.owner())) {
                woken.add(pointer.id());
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private Pointer first(Owner owner) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            requireOpen();
            return line(owner).getFirst();
        } finally {
            lock.unlock();
        }
    }

    /// Takes the first out of the line; null when it was the last, and the line is gone.
    private @Nullable Pointer following(Owner owner) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Deque<Pointer> line = line(owner);
            woken.remove(line.removeFirst().id());
            waiting--;
            changed.signalAll();
            if (line.isEmpty()) {
                lines.remove(owner);
                return null;
            }
            requireOpen();
            return line.getFirst();
        } finally {
            lock.unlock();
        }
    }

    /// Of a line that is being worked off.
    private Deque<Pointer> line(Owner owner) {
        return Objects.requireNonNull(lines.get(owner)).waiting();
    }

    private void requireOpen() throws InterruptedException {
        if (closed) {
            throw new InterruptedException();
        }
    }

    /// Breaks off what is at work; it is tried again after the next start.
    @Override
    public void close() {
        List<Thread> stopping;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            stopping = lines.values().stream().map(Line::thread).toList();
        } finally {
            lock.unlock();
        }
        stopping.forEach(Thread::interrupt);
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (Thread thread : stopping) {
                if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                    LOG.log(System.Logger.Level.WARNING, "Extraction did not stop in time");
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
