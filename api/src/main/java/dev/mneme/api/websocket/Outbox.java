package dev.mneme.api.websocket;

import dev.mneme.api.live.Goodbye;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The work of one connection's writing thread, as other threads ask for it.
///
/// There are two kinds of work. Answers are few and queued: the reading thread waits while [#ROOM] of them are
/// unwritten, so that a client which asks without reading is no longer read. Everything else (the feed advanced,
/// somebody came or went, a ping is due, the end) is one bit each: raising a bit never waits, and a bit that is raised
/// twice is done once.
final class Outbox {
    static final int ANSWERS = 1;
    static final int FEED = 2;
    static final int PRESENCE = 4;
    static final int PING = 8;
    static final int END = 16;

    private static final int ROOM = 8;
    private static final int LARGE = 16 << 10;

    private record Answer(int weight, Consumer<ConnectionWriter> work) {}

    private final AtomicInteger raised = new AtomicInteger();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(ROOM);
    private final AtomicReference<@Nullable Goodbye> goodbye = new AtomicReference<>();
    private volatile @Nullable Thread writer;
    private volatile boolean closed;

    /// Says which thread takes the work.
    void writtenBy(Thread thread) {
        writer = thread;
    }

    /// Queues an answer, waiting for room. Only the reading thread may call this.
    ///
    /// @param size how much of the client's message it keeps; a large one waits until it is the only one
    void put(int size, Consumer<ConnectionWriter> answer) throws InterruptedException {
        int weight = Math.clamp(size / LARGE, 1, ROOM);
        room.acquire(weight);
        if (!closed) {
            answers.add(new Answer(weight, answer));
            raise(ANSWERS);
        }
    }

    void raise(int bit) {
        int before = raised.getAndUpdate(bits -> bits | bit);
        if ((before & bit) == 0) {
            LockSupport.unpark(writer);
        }
    }

    /// Asks for the end. The first reason stays.
    void end(Goodbye why) {
        goodbye.compareAndSet(null, why);
        raise(END);
    }

    @Nullable
    Goodbye goodbye() {
        return goodbye.get();
    }

    /// Waits until something is raised, and takes all of it. Only the writing thread may call this.
    ///
    /// @param untilNanos the `System.nanoTime` at which to return in any case, or 0 for never
    /// @return the bits; 0 when the time came
    int take(long untilNanos) throws InterruptedException {
        while (true) {
            int bits = raised.getAndSet(0);
            if (bits != 0) {
                return bits;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (untilNanos == 0) {
                LockSupport.park(this);
            } else {
                long left = untilNanos - System.nanoTime();
                if (left <= 0) {
                    return 0;
                }
                LockSupport.parkNanos(this, left);
            }
        }
    }

    @Nullable
    Consumer<ConnectionWriter> poll() {
        Answer answer = answers.poll();
        if (answer == null) {
            return null;
        }
        room.release(answer.weight());
        return answer.work();
    }

    /// Nothing is written from here on; a thread that waits for room goes on.
    void close() {
        closed = true;
        answers.clear();
        room.release(ROOM);
    }
}
