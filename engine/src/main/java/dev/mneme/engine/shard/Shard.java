package dev.mneme.engine.shard;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.state.Applied;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One shard: orders its writes, has the log commit them, and applies what was committed, in that order.
///
/// ```text
/// submit -> [waiting] -> stamp and encode -> log.propose ... committed -> apply -> tables -> listener -> answer
///         (bounded, fair)  \________________ the shard's one thread ________________________________/
/// ```
///
/// The thread owns everything mutable here but its two queues. While the log syncs one batch, the next
/// gathers in the queue; a few batches may be under way at once. When rows cannot be stored because the
/// disk is full, the thread tries again until it can: what is committed must be applied, and the log
/// refuses new writes by itself. Any other failure to apply stops the shard loudly, since its rows
/// would no longer follow from its log.
final class Shard implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Shard.class.getName());
    private static final int MAX_UNDER_WAY = 4;

    /// Whoever comes waits for all that are under way, however few have their turn before.
    private static final int MAX_WRITES_UNDER_WAY = 512;

    private static final long FULL_DISK_PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private final int number;
    private final String name;
    private final CommitLog log;
    private final Tables tables;
    private final StateMachine machine;
    private final StoringStage stage;
    private final ShardListener listener;
    private final InstantSource clock;
    private final ShardMetrics metrics;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Thread thread;

    private final WaitingWrites waiting;
    private final Set<UnderWay> underWay = new LinkedHashSet<>();
    private Instant lastTime;
    private boolean closing;
    private @Nullable Hold hold;
    private volatile Instant latest;
    private final AtomicInteger writesUnderWay = new AtomicInteger();
    private volatile long applied;
    private volatile long checkpoint;
    private volatile String failure = "";
    private volatile boolean ended;
    private volatile boolean closeAsked;
    private volatile @Nullable MnemeException blockedBy;
    private volatile long blockedSince;
    private final CountedLog waitingForRoom = new CountedLog(LOG, Level.WARNING);

    private sealed interface Event {}

    /// A write waits.
    private record Submitted() implements Event {}

    private record Committed(UnderWay entry, long index) implements Event {}

    private record Failed(UnderWay entry, MnemeException why) implements Event {}

    private record Task(Runnable work) implements Event {}

    private record Hold(CompletableFuture<Long> held) implements Event {}

    private record Resume() implements Event {}

    private record Close() implements Event {}

    /// An entry that the log has yet to answer for. Compared by identity: a refusal may overtake what
    /// was proposed before it, so each answer names its entry.
    private static final class UnderWay {
        final ShardBatch batch;
        final List<CompletableFuture<WriteResult>> answers;

        UnderWay(ShardBatch batch, List<CompletableFuture<WriteResult>> answers) {
            this.batch = batch;
            this.answers = answers;
        }
    }

    /// @param limit how many writes may wait before `OVERLOADED`
    Shard(
            int number,
            String name,
            CommitLog log,
            Tables tables,
            StateMachine machine,
            StoringStage stage,
            ShardListener listener,
            InstantSource clock,
            QueueLimit limit,
            ShardMetrics metrics) {
        this.number = number;
        this.name = name;
        this.log = log;
        this.tables = tables;
        this.machine = machine;
        this.stage = stage;
        this.listener = listener;
        this.clock = clock;
        this.metrics = metrics;
        this.waiting = new WaitingWrites(log.maxBatchBytes(), limit);
        this.thread = Thread.ofPlatform().name("shard-" + name).daemon().unstarted(this::run);
        this.applied = tables.appliedIndex();
        this.checkpoint = applied;
        this.lastTime = Rows.Shard.decode(tables.get(Keys.shard())).time();
        this.latest = lastTime;
    }

    /// Applies what the log holds and the tables do not. Before [#start], on the caller's thread.
    void recover() {
        log.replay(number, applied, (index, term, bytes) -> {
            ShardBatch batch = BatchCodec.decode(bytes);
            keepAndTell(index, machine.apply(index, batch));
            lastTime = batch.at();
        });
        latest = lastTime;
        log.checkpointed(number, checkpoint);
    }

    void start() {
        thread.start();
    }

    /// Asks for a write.
    ///
    /// @return the result, or a `MnemeException` as the cause
    CompletableFuture<WriteResult> submit(Write write) {
        if (!failure.isEmpty()) {
            return CompletableFuture.failedFuture(stopped());
        }
        MnemeException blocked = blockedBy;
        if (blocked != null) {
            return CompletableFuture.failedFuture(new MnemeException(
                    blocked.code(), "Nothing was written of this: " + blocked.getMessage(), blocked));
        }
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        MnemeException refused = waiting.offer(write, answer);
        if (refused != null) {
            return CompletableFuture.failedFuture(refused);
        }
        events.add(new Submitted());
        return answer;
    }

    /// Runs something short on the shard's thread, among its entries.
    void run(Runnable work) {
        events.add(new Task(work));
    }

    /// Proposes nothing more until [#resume]: submitted writes wait in the queue.
    ///
    /// @return the log index at which the rows then stand still, once all that was proposed is applied
    CompletableFuture<Long> hold() {
        Hold asked = new Hold(new CompletableFuture<>());
        events.add(asked);
        if ((!failure.isEmpty() || ended) && events.remove(asked)) {
            asked.held().completeExceptionally(failure.isEmpty() ? closed() : stopped());
        }
        return asked.held();
    }

    /// Proposes again.
    void resume() {
        events.add(new Resume());
    }

    /// Whether it still applies what is committed.
    boolean running() {
        return failure.isEmpty();
    }

    private void run() {
        try {
            while (!closing || !waiting.isEmpty() || !underWay.isEmpty()) {
                handle(events.take());
                for (Event next = events.poll(); next != null; next = events.poll()) {
                    handle(next);
                }
                if (hold == null) {
                    proposeWaiting();
                } else if (underWay.isEmpty()) {
                    hold.held().complete(applied);
                }
            }
            ended = true; // before the queue is looked through: who submits later sees it
            waiting.close(closed()).forEach(answer -> answer.completeExceptionally(closed()));
            refuseQueued(closed());
        } catch (InterruptedException e) {
            stop(new IllegalStateException("the shard's thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    private void handle(Event event) {
        switch (event) {
            case Submitted submitted -> {} // it is among those who wait
            case Committed committed -> apply(committed.entry(), committed.index());
            case Failed failed -> fail(failed.entry(), failed.why());
            case Task task -> task.work().run();
            case Hold asked -> hold = asked;
            case Resume resume -> hold = null;
            case Close close -> closing = true;
        }
    }

    private void proposeWaiting() {
        while (!waiting.isEmpty() && underWay.size() < MAX_UNDER_WAY && writesUnderWay.get() < MAX_WRITES_UNDER_WAY) {
            WaitingWrites.Gathered next = waiting.gather();
            next.tooLarge().forEach(refused -> refused.answer().completeExceptionally(refused.why()));
            if (!next.writes().isEmpty()) {
                propose(next);
            }
        }
    }

    private void propose(WaitingWrites.Gathered next) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        lastTime = now.isAfter(lastTime) ? now : lastTime;
        latest = lastTime;
        UnderWay entry = new UnderWay(new ShardBatch(lastTime, next.writes()), next.answers());
        underWay.add(entry);
        writesUnderWay.addAndGet(entry.answers.size());
        log.propose(number, BatchCodec.encode(lastTime, next.encoded()), new CommitLog.Callback() {
            @Override
            public void committed(long index, long term) {
                events.add(new Committed(entry, index));
            }

            @Override
            public void failed(MnemeException failure) {
                events.add(new Failed(entry, failure));
            }
        });
    }

    /// The entry stays under way until its rows are stored: when that fails, its callers must hear of it.
    private void apply(UnderWay entry, long index) {
        long begin = System.nanoTime();
        Applied result = machine.apply(index, entry.batch);
        keepAndTell(index, result);
        underWay.remove(entry);
        writesUnderWay.addAndGet(-entry.answers.size());
        for (int i = 0; i < entry.answers.size(); i++) {
            entry.answers.get(i).complete(result.results().get(i));
        }
        metrics.applied(number, entry.answers.size(), Duration.ofNanos(System.nanoTime() - begin));
    }

    /// Keeps the rows, has the index find them, and tells whoever waits for changes.
    private void keepAndTell(long index, Applied result) {
        Tables.Batch rows = stage.stored(index, result.rows());
        whenThereIsRoom(index, () -> tables.write(rows));
        whenThereIsRoom(index, () -> listener.indexed(index, result.index()));
        listener.applied(result.changes());
        applied = index;
    }

    /// Meanwhile writes are refused at once. What is being applied is durable in the log: whoever stops the server
    /// before there is room finds it applied after the next start.
    ///
    /// @param step may be done again after it failed half-way
    private void whenThereIsRoom(long index, Runnable step) {
        while (true) {
            try {
                step.run();
                blockedBy = null;
                return;
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.STORAGE_FULL && e.code() != ErrorCode.OVERLOADED) {
                    throw e;
                }
                if (closeAsked) {
                    throw e;
                }
                if (blockedBy == null) {
                    blockedSince = System.nanoTime();
                }
                blockedBy = e;
                waitingForRoom.log("Shard " + name + " waits to apply entry " + index + ": " + e.getMessage());
                LockSupport.parkNanos(FULL_DISK_PAUSE_NANOS);
            }
        }
    }

    /// Since when the tables have taken nothing, as `System.nanoTime`; 0 when they do.
    long blockedSince() {
        return blockedBy == null ? 0 : blockedSince;
    }

    private void fail(UnderWay entry, MnemeException why) {
        underWay.remove(entry);
        writesUnderWay.addAndGet(-entry.answers.size());
        entry.answers.forEach(answer -> answer.completeExceptionally(why));
    }

    /// A broken invariant: nothing is applied any more, reads go on.
    private void stop(Throwable cause) {
        String message = cause.getMessage();
        failure = message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
        LOG.log(Level.ERROR, "shard " + name + " stopped at log index " + applied + ": restart the server", cause);
        MnemeException unknown = new MnemeException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The shard stopped while this was under way: send the same request with the same idempotency key"
                        + " after a restart.",
                cause);
        underWay.forEach(each -> each.answers.forEach(answer -> answer.completeExceptionally(unknown)));
        waiting.close(stopped()).forEach(answer -> answer.completeExceptionally(stopped()));
        if (hold != null) {
            hold.held().completeExceptionally(stopped());
        }
        refuseQueued(stopped());
    }

    private void refuseQueued(MnemeException why) {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            switch (event) {
                case Submitted submitted -> {}
                case Hold asked -> asked.held().completeExceptionally(why);
                case Committed committed -> {}
                case Failed failed -> {}
                case Task task -> {}
                case Resume resume -> {}
                case Close close -> {}
            }
        }
    }

    private static MnemeException closed() {
        return new MnemeException(ErrorCode.OVERLOADED, "The server is stopping: try again when it is back.");
    }

    private MnemeException stopped() {
        return new MnemeException(
                ErrorCode.INTERNAL, "Shard " + name + " has stopped; the server's log says why. Restart the server.");
    }

    /// Makes what was applied durable in the tables. From any thread.
    void checkpoint() {
        checkpoint = tables.checkpoint();
        log.checkpointed(number, checkpoint);
    }

    boolean checkpointDue() {
        return checkpoint < applied;
    }

    /// The log index that the rows and everything told of them contain.
    long appliedIndex() {
        return applied;
    }

    /// The time that the latest write was stamped with.
    Instant latest() {
        return latest;
    }

    ShardStatus status() {
        int queue = waiting.size() + writesUnderWay.get();
        return new ShardStatus(name, log.lastIndex(number), applied, checkpoint, queue, failure);
    }

    /// Answers what was submitted, then ends.
    @Override
    public void close() {
        closeAsked = true;
        events.add(new Close());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
