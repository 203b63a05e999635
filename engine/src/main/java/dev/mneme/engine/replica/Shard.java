package dev.mneme.engine.replica;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.state.Applied;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// One replica of a shard: brings together the agreement, which says what happens and when it is primary, the
/// [Sequencer], which there is while it is primary, and the [Applier].
///
/// ```text
/// submit -> Sequencer -> agreement.propose           (primary only)
///               ^            :
///            answers     apply(index, entry, id)     (every replica)
///               \            v
///                Shard -> Applier -> rows, search index, feed
/// ```
///
/// What is told comes in as events; turns on the [Execution], one at a time, handle them and own everything
/// mutable but the queue of events and the writes that wait. No turn waits for anything: when there is no room
/// for rows, what comes after them keeps its place, and a later turn tries again. Any other failure to apply
/// stops the shard loudly, since its rows would no longer follow from its log.
final class Shard implements Agreement.Member, AutoCloseable {
    private static final Logger LOG = System.getLogger(Shard.class.getName());

    /// So that what goes on for long, one event after another, lets writes be proposed in between.
    private static final int MAX_EVENTS_A_TURN = 64;

    private static final Duration FULL_DISK_PAUSE = Duration.ofMillis(200);

    private final ShardId id;
    private final Agreement agreement;
    private final Tables tables;
    private final Applier applier;
    private final ShardListener listener;
    private final Execution execution;
    private final InstantSource clock;
    private final QueueLimit limit;
    private final ShardMetrics metrics;

    private final Queue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnDue = new AtomicBoolean();
    private final AtomicLong ids = new AtomicLong(Agreement.NONE);
    private final CompletableFuture<@Nullable Void> recovered = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

    private volatile @Nullable Sequencer sequencer;
    private volatile Agreement.Role role = Agreement.Role.NO_PRIMARY;
    private final WaitingReads readers = new WaitingReads();
    /// Those who want it to stand still: a backup and a move may at once.
    private int holds;
    /// Those of them who have yet to hear that it does.
    private final List<Hold> untold = new ArrayList<>();
    /// What is done once the entry is applied for which there was no room.
    private @Nullable Runnable afterwards;

    private boolean roomAwaited;
    private volatile long checkpoint;
    private volatile String failure = "";
    private volatile boolean closing;
    private volatile boolean leaving;

    private sealed interface Event {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Delivered(long index, byte[] entry, long id) implements Event {}

    private record Refused(long id, MnemeException why) implements Event {}

    private record RoleChanged(Agreement.Role role, long term) implements Event {}

    private record Installed(Agreement.Snapshot snapshot) implements Event {}

    private record Broken(MnemeException why) implements Event {}

    private record Task(Runnable work) implements Event {}

    private record Taken(LongFunction<Applied> what, Runnable told, CompletableFuture<@Nullable Void> done)
            implements Event {}

    private record Hold(CompletableFuture<Long> held) implements Event {}

    private record Resume() implements Event {}

    /// A read waits until this index is applied.
    private record Reader(WaitingReads.Read read) implements Event {}

    /// @param limit how many writes may wait before `OVERLOADED`
    Shard(
            ShardId id,
            Agreement agreement,
            Tables tables,
            Applier applier,
            ShardListener listener,
            Execution execution,
            InstantSource clock,
            QueueLimit limit,
            ShardMetrics metrics) {
        this.id = id;
        this.agreement = agreement;
        this.tables = tables;
        this.applier = applier;
        this.listener = listener;
        this.execution = execution;
        this.clock = clock;
        this.limit = limit;
        this.metrics = metrics;
        this.checkpoint = applier.index();
    }

    /// Begins to follow what is agreed.
    ///
    /// @throws MnemeException as [Agreement#start]
    void start() {
        agreement.start(this, applier.index());
        agreement.checkpointed(checkpoint);
    }

    /// Completes when the replica knows its role for the first time, with everything applied that came before;
    /// fails when it cannot be applied.
    CompletableFuture<@Nullable Void> recovered() {
        return recovered;
    }

    /// Asks for a write.
    ///
    /// @return the result, or a `MnemeException` as the cause
    CompletableFuture<WriteResult> submit(Write write) {
        if (!failure.isEmpty()) {
            return CompletableFuture.failedFuture(stopped());
        }
        MnemeException blocked = applier.blockedBy();
        if (blocked != null) {
            return CompletableFuture.failedFuture(new MnemeException(
                    blocked.code(), "Nothing was written of this: " + blocked.getMessage(), blocked));
        }
        Sequencer primary = sequencer;
        if (primary == null) {
            return CompletableFuture.failedFuture(ShardRefusals.notPrimary(role));
        }
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        MnemeException refused = primary.offer(write, answer);
        if (refused != null) {
            return CompletableFuture.failedFuture(refused);
        }
        turnSoon();
        return answer;
    }

    /// Stores what was decided elsewhere: only where nobody proposes entries.
    ///
    /// @param what is asked for it with the index that it gets, on the shard's thread
    /// @param told runs when rows and search index have it, before the future completes
    CompletableFuture<@Nullable Void> take(LongFunction<Applied> what, Runnable told) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        Taken taken = new Taken(what, told, done);
        tell(taken);
        if ((!failure.isEmpty() || ended.isDone()) && events.remove(taken)) {
            done.completeExceptionally(failure.isEmpty() ? closed() : stopped());
        }
        return done;
    }

    /// Runs something short on the shard's thread, among its entries.
    void run(Runnable work) {
        tell(new Task(work));
    }

    /// Proposes nothing more until [#resume], once for each call: submitted writes wait in the queue.
    ///
    /// @return the log index at which the rows then stand still, once all that was proposed is applied
    CompletableFuture<Long> hold() {
        Hold asked = new Hold(new CompletableFuture<>());
        tell(asked);
        if ((!failure.isEmpty() || ended.isDone()) && events.remove(asked)) {
            asked.held().completeExceptionally(failure.isEmpty() ? closed() : stopped());
        }
        return asked.held();
    }

    /// Proposes again.
    void resume() {
        tell(new Resume());
    }

    @Override
    public void apply(long index, byte[] entry, long id) {
        tell(new Delivered(index, entry, id));
    }

    @Override
    public void refused(long id, MnemeException why) {
        tell(new Refused(id, why));
    }

    @Override
    public void role(Agreement.Role next, long term) {
        tell(new RoleChanged(next, term));
    }

    @Override
    public void install(Agreement.Snapshot snapshot) {
        tell(new Installed(snapshot));
    }

    @Override
    public void broken(MnemeException why) {
        tell(new Broken(why));
    }

    @Override
    public Agreement.Snapshot snapshot() {
        return applier.snapshot();
    }

    /// What this replica is to the shard, as far as it has heard.
    Agreement.Role role() {
        return role;
    }

    /// Whether it still applies what is agreed.
    boolean running() {
        return failure.isEmpty();
    }

    private void tell(Event event) {
        events.add(event);
        turnSoon();
    }

    private void turnSoon() {
        if (!turnDue.get() && turnDue.compareAndSet(false, true)) {
            execution.execute(this::turn);
        }
    }

    private void turn() {
        turnDue.set(false);
        if (ended.isDone() || !failure.isEmpty()) {
            refuseQueued(failure.isEmpty() ? closed() : stopped());
            return;
        }
        try {
            if (hasRoom()) {
                handleSome();
                goOn();
            }
        } catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    /// Whether everything is applied that was taken up.
    ///
    /// @throws MnemeException why it is not, if the shard is to end: what was taken up is durable in the log, and
    ///     whoever stops the server before there is room finds it applied after the next start
    private boolean hasRoom() {
        MnemeException full = applier.blockedBy();
        if (full != null && closing) {
            throw full;
        }
        return full == null;
    }

    private void awaitRoom() {
        if (!roomAwaited) {
            roomAwaited = true;
            execution.after(FULL_DISK_PAUSE, this::tryAgain);
        }
    }

    private void tryAgain() {
        roomAwaited = false;
        if (ended.isDone() || !failure.isEmpty()) {
            return;
        }
        try {
            applier.goOn();
            finishEntry();
        } catch (RuntimeException | Error e) {
            stop(e);
        }
        turnSoon();
    }

    private void handleSome() {
        for (int n = 0; n < MAX_EVENTS_A_TURN && applier.blockedBy() == null; n++) {
            Event next = events.poll();
            if (next == null) {
                return;
            }
            handle(next);
        }
    }

    private void handle(Event event) {
        switch (event) {
            case Delivered(long index, byte[] entry, long id) -> applyEntry(index, entry, id);
            case Installed(Agreement.Snapshot snapshot) -> replaceBy(snapshot);
            case Refused(long id, MnemeException why) -> {
                Sequencer primary = sequencer;
                if (primary != null) {
                    primary.refused(id, why);
                }
            }
            case RoleChanged(Agreement.Role next, long term) -> take(next, term);
            case Broken(MnemeException why) -> throw why;
            case Task(Runnable work) -> work.run();
            case Taken taken -> take(taken);
            case Hold asked -> {
                holds++;
                untold.add(asked);
            }
            case Resume() -> holds = Math.max(0, holds - 1);
            case Reader(WaitingReads.Read read) -> {
                readers.add(read);
                readers.reached(applier.index());
            }
        }
    }

    /// The entry stays under way until its rows are stored: when that fails, its callers must hear of it.
    private void applyEntry(long index, byte[] entry, long id) {
        long begin = execution.nanos();
        Sequencer primary = sequencer;
        ShardBatch own = primary == null ? null : primary.proposed(id);
        ShardBatch batch = own == null ? BatchCodec.decode(entry) : own;
        List<WriteResult> results = applier.apply(index, batch);
        afterwards = () -> {
            applied(index);
            if (primary != null && own != null) {
                primary.applied(id, results);
            }
            metrics.applied(results.size(), Duration.ofNanos(execution.nanos() - begin));
        };
        finishEntry();
    }

    /// What is under way may lie in the rows that are installed, and is then heard of no more.
    private void replaceBy(Agreement.Snapshot snapshot) {
        Sequencer primary = sequencer;
        if (primary != null) {
            primary.giveUp(ShardRefusals.unknown("The shard was replaced while this was under way", "", null));
        }
        long index = snapshot.index(); // it is closed once it is installed
        applier.install(snapshot);
        afterwards = () -> applied(index);
        finishEntry();
    }

    /// What cannot be read of it is its owner's alone, and nothing is stored then.
    private void take(Taken taken) {
        long index = applier.index() + 1;
        Applied what;
        try {
            what = taken.what().apply(index);
        } catch (RuntimeException e) {
            taken.done().completeExceptionally(e);
            return;
        }
        applier.take(index, what, taken.told());
        afterwards = () -> {
            applied(index);
            taken.done().complete(null);
        };
        finishEntry();
    }

    private void applied(long index) {
        agreement.applied(index);
        readers.reached(index);
    }

    private void finishEntry() {
        Runnable then = afterwards;
        if (applier.blockedBy() != null) {
            awaitRoom();
        } else if (then != null) {
            afterwards = null;
            then.run();
        }
    }

    /// A replica that is primary again without having been told otherwise is so in another term: what it proposed
    /// before is no longer under way.
    private void take(Agreement.Role next, long term) {
        Sequencer before = sequencer;
        role = next;
        sequencer = next == Agreement.Role.PRIMARY
                ? new Sequencer(agreement, clock, applier.latest(), ids::incrementAndGet, limit)
                : null;
        if (before != null) {
            before.end(
                    ShardRefusals.unknown("The shard's primary changed while this was under way", "", null),
                    ShardRefusals.notPrimary(next));
        }
        listener.role(next, next == Agreement.Role.PRIMARY ? term : 0);
        recovered.complete(null);
    }

    /// After what was handled: proposes what waits, says that it stands still, or ends.
    private void goOn() {
        Sequencer primary = sequencer;
        if (primary != null && holds == 0 && applier.blockedBy() == null) {
            primary.proposeWaiting();
        }
        if (holds > 0 && (primary == null || primary.nothingUnderWay()) && applier.blockedBy() == null) {
            untold.forEach(each -> each.held().complete(applier.index()));
            untold.clear();
        }
        if (closing && mayEnd(primary)) {
            end();
        } else if (!events.isEmpty()) {
            turnSoon();
        }
    }

    /// Whether nobody waits for an answer any more. What waits while it stands still is refused: to propose it would
    /// break what was promised to whoever holds it.
    private boolean mayEnd(@Nullable Sequencer primary) {
        return leaving || primary == null || primary.idle() || (holds > 0 && primary.nothingUnderWay());
    }

    private void end() {
        agreement.close();
        giveUpRole();
        endSequencer(ShardRefusals.unknown("The shard left this node while this was under way", "", null), closed());
        recovered.completeExceptionally(closed());
        ended.complete(null); // before the queue is looked through: who tells something later sees it
        refuseQueued(closed());
    }

    /// It is nothing to the shard any more.
    private void giveUpRole() {
        role = Agreement.Role.NO_PRIMARY;
        listener.role(role, 0);
    }

    /// Leaves it there, so that whoever comes later hears why.
    private void endSequencer(MnemeException unknown, MnemeException refusal) {
        Sequencer primary = sequencer;
        if (primary != null) {
            primary.end(unknown, refusal);
        }
    }

    /// A broken invariant: nothing is applied any more, reads go on.
    private void stop(Throwable cause) {
        String message = cause.getMessage();
        failure = message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
        LOG.log(
                Level.ERROR,
                "shard " + id + " stopped at log index " + applier.index() + ": restart the server",
                cause);
        recovered.completeExceptionally(cause);
        endSequencer(
                ShardRefusals.unknown("The shard stopped while this was under way", " after a restart", cause),
                stopped());
        applier.abandon();
        agreement.close();
        giveUpRole();
        ended.complete(null);
        refuseQueued(stopped());
    }

    private void refuseQueued(MnemeException why) {
        readers.refuse(why);
        untold.forEach(each -> each.held().completeExceptionally(why));
        untold.clear();
        for (Event event = events.poll(); event != null; event = events.poll()) {
            switch (event) {
                case Hold(CompletableFuture<Long> held) -> held.completeExceptionally(why);
                case Reader(WaitingReads.Read read) -> read.reached().completeExceptionally(why);
                case Installed(Agreement.Snapshot snapshot) -> snapshot.close();
                case Delivered delivered -> {}
                case Refused refused -> {}
                case RoleChanged changed -> {}
                case Broken broken -> {}
                case Task task -> {}
                case Taken taken -> taken.done().completeExceptionally(why);
                case Resume resume -> {}
            }
        }
    }

    private MnemeException closed() {
        return leaving ? ShardRefusals.notHere(id) : ShardRefusals.closed();
    }

    private MnemeException stopped() {
        return ShardRefusals.stopped(id);
    }

    /// For a linearizable read.
    ///
    /// @return completes once what is read from the rows contains everything that anybody was told of before
    CompletableFuture<Long> readBarrier() {
        return agreement.readBarrier().thenCompose(this::reached);
    }

    private CompletableFuture<Long> reached(long index) {
        Reader reader = new Reader(new WaitingReads.Read(index));
        tell(reader);
        if ((!failure.isEmpty() || ended.isDone()) && events.remove(reader)) {
            reader.read().reached().completeExceptionally(failure.isEmpty() ? closed() : stopped());
        }
        return reader.read().reached();
    }

    /// Since when the tables have taken nothing, as the execution's nanoseconds; 0 when they do.
    long blockedSince() {
        return applier.blockedSince();
    }

    /// Makes what was applied durable in the tables. From any thread.
    void checkpoint() {
        checkpoint = tables.checkpoint();
        agreement.checkpointed(checkpoint);
    }

    boolean checkpointDue() {
        return checkpoint < applier.index() && !ended.isDone();
    }

    /// The log index that the rows and everything told of them contain.
    long appliedIndex() {
        return applier.index();
    }

    /// The time that the latest write was stamped with.
    Instant latest() {
        Sequencer primary = sequencer;
        Instant applied = applier.latest();
        return primary != null && primary.latest().isAfter(applied) ? primary.latest() : applied;
    }

    ShardStatus status() {
        Sequencer primary = sequencer;
        int queue = primary == null ? 0 : primary.queue();
        return new ShardStatus(id.toString(), agreement.lastIndex(), applier.index(), checkpoint, queue, failure);
    }

    /// Answers what was submitted, then ends. While it is held, what waits is refused instead.
    ///
    /// @return completes once nothing more is done
    CompletableFuture<@Nullable Void> finish() {
        closing = true;
        turnSoon();
        return ended;
    }

    /// Ends at once: writes that wait are refused with `NOT_PRIMARY`, those under way with `OUTCOME_UNKNOWN`.
    ///
    /// @return completes once nothing more is done
    CompletableFuture<@Nullable Void> leave() {
        leaving = true;
        return finish();
    }

    /// As [#finish], and waits for it.
    @Override
    public void close() {
        finish().join();
        execution.close();
    }
}
