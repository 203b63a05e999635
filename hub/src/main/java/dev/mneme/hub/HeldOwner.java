package dev.mneme.hub;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.RandomId;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One owner in use on this node: loaded when it is first asked for, brought up to date when another node has
/// committed, and the one place on this node where its writes are committed.
///
/// ```text
/// submit -> waiting -> decide on the copy -> commit in the head -> take into the copy -> answer
///                          ^                      \ another node was first
///                          '---- follow ----------'                     spread, aside: OwnerSpread
/// ```
///
/// Turns on one execution do all of this, so there is never more than one commit of this node under way, and the copy
/// stands still while something is decided.
///
/// **Threads**: any may call; the turns own everything but the queues.
final class HeldOwner {
    private final Owner owner;
    private final HubSettings settings;
    private final OwnerCopy copy;
    private final HubDatabase database;
    private final HubEvents events;
    private final Reachability reachability;
    private final Away outbox;
    private final OwnerSpread spread;
    private final NodeRuntime runtime;
    private final Execution execution;

    private final Object queues = new Object();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<CompletableFuture<@Nullable Void>> refreshes = new ArrayList<>();
    private boolean turnDue;
    private boolean back; // the database is, and what waits in the outbox was not tried since
    private boolean closed;
    private int pins;

    private volatile long heard; // a revision that somebody told of
    private volatile long touched;
    private volatile boolean loaded;

    private volatile long revision; // written by turns alone
    private Instant at = Instant.EPOCH;
    private List<String> recent = List.of();
    private List<OwnerBatch> pending = List.of(); // of the head at this revision, whoever committed them

    private record Waiting(Write write, CompletableFuture<WriteResult> answer) {}

    HeldOwner(
            Owner owner,
            HubSettings settings,
            OwnerCopy copy,
            HubDatabase database,
            HubEvents events,
            Reachability reachability,
            Away outbox,
            OwnerSpread.Spread told,
            NodeRuntime runtime) {
        this.owner = owner;
        this.settings = settings;
        this.copy = copy;
        this.database = database;
        this.events = events;
        this.reachability = reachability;
        this.outbox = outbox;
        this.runtime = runtime;
        this.execution = runtime.light("owner");
        this.spread = new OwnerSpread(owner, database, reachability, copy, told, runtime.light("owner-spread"));
        touch();
    }

    Owner owner() {
        return owner;
    }

    /// Whether the copy has the owner, in some state that the database had.
    boolean loaded() {
        return loaded;
    }

    void touch() {
        touched = runtime.nanos();
    }

    /// In use until [#unpin], however long it rests.
    void pin() {
        synchronized (queues) {
            pins++;
        }
    }

    void unpin() {
        synchronized (queues) {
            pins--;
        }
        touch();
    }

    /// Whether nobody has asked for it since a time, and nothing of it is under way.
    boolean restedSince(long nanos) {
        synchronized (queues) {
            return pins == 0
                    && waiting.isEmpty()
                    && refreshes.isEmpty()
                    && !turnDue
                    && spread.size() == 0
                    && touched - nanos < 0
                    && outbox.isEmpty(owner);
        }
    }

    long touched() {
        return touched;
    }

    /// Asks for a write.
    CompletableFuture<WriteResult> submit(Write write) {
        touch();
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        synchronized (queues) {
            if (closed) {
                return CompletableFuture.failedFuture(ended());
            }
            if (waiting.size() >= settings.waiting()) {
                return CompletableFuture.failedFuture(new MnemeException(
                        ErrorCode.OVERLOADED, "Too many writes of this owner wait: send it again a little later."));
            }
            waiting.add(new Waiting(write, answer));
        }
        turnSoon();
        return answer;
    }

    /// Completes when the copy has everything that was committed before this call.
    CompletableFuture<@Nullable Void> refresh() {
        touch();
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        synchronized (queues) {
            if (closed) {
                return CompletableFuture.failedFuture(ended());
            }
            refreshes.add(done);
        }
        turnSoon();
        return done;
    }

    /// Loads it, so that what nobody finished is; nobody waits for it.
    void lookAfter() {
        CompletableFuture<@Nullable Void> done = refresh();
        assert done != null;
    }

    /// Somebody says that the head is at this revision.
    void heard(long atLeast) {
        if (loaded && atLeast > revision) {
            synchronized (queues) {
                heard = Math.max(heard, atLeast);
            }
            turnSoon();
        }
    }

    /// The database is back: what waits in the outbox goes on.
    void goOn() {
        synchronized (queues) {
            back = true; // a turn that is under way may have given up already
        }
        turnSoon();
    }

    /// Nothing is done any more. What was committed and not yet spread is finished by whoever finds it.
    void close() {
        List<Waiting> left;
        List<CompletableFuture<@Nullable Void>> readers;
        synchronized (queues) {
            closed = true;
            left = new ArrayList<>(waiting);
            waiting.clear();
            readers = refreshes;
            refreshes = new ArrayList<>();
        }
        left.forEach(each -> each.answer().completeExceptionally(ended()));
        readers.forEach(each -> each.completeExceptionally(ended()));
        spread.close();
        execution.close();
    }

    private static MnemeException ended() {
        return new MnemeException(ErrorCode.OVERLOADED, "The owner was just put aside: send it again.");
    }

    private void turnSoon() {
        synchronized (queues) {
            if (turnDue || closed) {
                return;
            }
            turnDue = true;
        }
        execution.execute(this::turn);
    }

    private void turn() {
        List<CompletableFuture<@Nullable Void>> readers;
        List<Waiting> group;
        synchronized (queues) {
            back = false;
            readers = refreshes;
            refreshes = new ArrayList<>();
            group = new ArrayList<>();
            while (group.size() < settings.group() && !waiting.isEmpty()) {
                group.add(waiting.removeFirst());
            }
        }
        try {
            answerReaders(readers);
            answerWriters(group);
        } catch (RuntimeException | Error e) {
            readers.forEach(each -> each.completeExceptionally(e));
            group.forEach(each -> each.answer().completeExceptionally(e));
            if (e instanceof Error error) {
                throw error;
            }
        } finally {
            boolean more;
            synchronized (queues) {
                turnDue = false;
                more = !waiting.isEmpty() || !refreshes.isEmpty() || back || (loaded && heard > revision);
            }
            if (more) {
                turnSoon();
            }
        }
    }

    /// Those who read must see what was committed before they asked; without any, the same if somebody told of more.
    private void answerReaders(List<CompletableFuture<@Nullable Void>> readers) {
        if (readers.isEmpty() && loaded && heard <= revision) {
            return;
        }
        if (readers.isEmpty() && !loaded) {
            return; // nobody asked for it; whoever writes loads it
        }
        long told = heard;
        try {
            follow();
        } catch (MnemeException e) {
            readers.forEach(each -> each.completeExceptionally(e));
            if (e.code() != ErrorCode.HUB_UNAVAILABLE) {
                throw e;
            }
            return;
        } finally {
            heardOf(told);
        }
        readers.forEach(each -> each.complete(null));
    }

    /// What was told was looked into. When it was no use (the database is away, or nobody committed that), the next who
    /// tells, or looks at the heads, brings it up again.
    private void heardOf(long told) {
        synchronized (queues) {
            if (heard == told) {
                heard = 0;
            }
        }
    }

    private void answerWriters(List<Waiting> group) {
        if (group.isEmpty() && outbox.isEmpty(owner)) {
            return;
        }
        if (reachability.away()) {
            keep(group, null);
            return;
        }
        try {
            if (!outbox.isEmpty(owner)) {
                flush();
            }
            if (group.isEmpty()) {
                return;
            }
            if (!loaded) {
                follow();
            }
            commit(group);
        } catch (CommitInDoubt e) {
            keep(group, e.batch());
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.HUB_UNAVAILABLE) {
                throw e;
            }
            keep(group, null);
        }
    }

    /// Brings the copy to where the head is, loading the owner if it is not here.
    private void follow() {
        OwnerHead head = reachability.asked(() -> database.head(owner));
        followTo(head);
    }

    private void followTo(OwnerHead head) {
        spread.add(overdue(head));
        while (loaded && head.revision() > revision && covers(head)) {
            for (OwnerBatch batch : head.pending()) {
                if (batch.revision() == revision + 1) {
                    copy.take(owner, batch);
                    advanceTo(batch.revision(), batch.at());
                }
            }
        }
        if (loaded && head.revision() <= revision) {
            recent = head.recent();
            pending = head.pending();
            return;
        }
        load(head);
    }

    /// Batches that somebody committed so long ago that it may have died before it spread them.
    private List<OwnerBatch> overdue(OwnerHead head) {
        Instant limit = runtime.clock().instant().minus(settings.finishAfter());
        boolean late =
                !head.pending().isEmpty() && head.pending().getFirst().at().isBefore(limit);
        return late ? head.pending() : List.of();
    }

    private boolean covers(OwnerHead head) {
        return !head.pending().isEmpty() && head.pending().getFirst().revision() <= revision + 1;
    }

    /// Reads records until the head stands still meanwhile: what is read is then one moment of the owner. Pending
    /// batches are spread first, by whoever loads, since records do not show them.
    private void load(OwnerHead first) {
        long after = loaded ? revision : 0;
        OwnerHead head = first;
        LoadedRecords records = new LoadedRecords();
        while (true) {
            OwnerHead now = head;
            spread.add(now.pending());
            awaitSpread();
            long from = after;
            reachability.asked(() -> database.load(owner, from, records::add));
            OwnerHead next = reachability.asked(() -> database.head(owner));
            if (next.revision() == now.revision()) {
                break;
            }
            // The records of before may be of either moment; those of later batches come again.
            head = next;
            after = Math.min(after == 0 ? now.revision() : after, now.revision());
        }
        if (loaded) {
            copy.takeLoaded(owner, head, records.all());
        } else {
            copy.load(owner, head, records.all());
        }
        loaded = true;
        recent = head.recent();
        pending = head.pending();
        advanceTo(head.revision(), head.at());
    }

    private void advanceTo(long newRevision, Instant newAt) {
        revision = newRevision;
        at = newAt;
    }

    /// Commits a group of writes, in their order. Another node that is first only means to decide again.
    private void commit(List<Waiting> group) {
        while (true) {
            if (spread.size() >= settings.unspread()) {
                awaitSpread();
            }
            Instant time = later(runtime.clock().instant().truncatedTo(ChronoUnit.MILLIS), at);
            OwnerCopy.Decided decided =
                    copy.decide(owner, time, group.stream().map(Waiting::write).toList(), settings.rules());
            if (decided.isNothing()) {
                if (upToDate()) {
                    answer(group, decided.results());
                    return;
                }
                continue;
            }
            OwnerBatch batch = new OwnerBatch(
                    revision + 1,
                    RandomId.of(runtime.random()).toString(),
                    settings.node(),
                    time,
                    decided.sequence(),
                    decided.rows());
            copy.keepOwn(owner, batch, decided.ownRows());
            boolean stored;
            try {
                stored = stored(batch);
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.TOO_LARGE) {
                    throw e;
                }
                copy.forgetOwn(owner, batch);
                if (spread.size() > 0) {
                    awaitSpread(); // the head is smaller then
                    continue;
                }
                commitHalves(group, e);
                return;
            }
            if (stored) {
                try {
                    takeCommitted(batch);
                } finally {
                    spread.add(List.of(batch));
                }
                answer(group, decided.results());
                events.advanced(owner, batch.revision());
                return;
            }
            copy.forgetOwn(owner, batch);
        }
    }

    /// A group that is too large for one head may fit in two.
    private void commitHalves(List<Waiting> group, MnemeException tooLarge) {
        if (group.size() == 1) {
            throw tooLarge;
        }
        int half = group.size() / 2;
        commit(group.subList(0, half));
        commit(group.subList(half, group.size()));
    }

    /// What is committed and cannot be put here comes again with the next look at the head.
    private void takeCommitted(OwnerBatch batch) {
        try {
            copy.take(owner, batch);
        } catch (MnemeException e) {
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "This was committed, and this server cannot show it yet: send it again with the same idempotency"
                            + " key. " + e.getMessage(),
                    e);
        }
        advanceTo(batch.revision(), batch.at());
    }

    /// No longer than callers have patience: the database may be away.
    private void awaitSpread() {
        try {
            runtime.await(spread.idle(), settings.patience());
        } catch (TimeoutException | ExecutionException e) {
            throw new MnemeException(
                    ErrorCode.HUB_UNAVAILABLE,
                    "What was committed before could not be brought into the hub's database in time: try again.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The wait for the hub's database was interrupted.", e);
        }
    }

    /// What was decided without a change holds only if nothing was committed elsewhere meanwhile.
    private boolean upToDate() {
        long before = revision;
        follow();
        return revision == before;
    }

    /// Commits one batch.
    ///
    /// @return whether it is in; when not, the copy is where the head is now
    private boolean stored(OwnerBatch batch) {
        List<OwnerBatch> unspread = leftToSpread();
        OwnerHead next = new OwnerHead(owner, revision, 0, at, List.of(), recent).with(unspread, batch);
        long tookOut = unspread.isEmpty() ? revision : unspread.getFirst().revision() - 1;
        boolean stored;
        try {
            stored = reachability.asked(() -> database.commit(next));
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.HUB_UNAVAILABLE) {
                throw e;
            }
            return storedAfterAll(batch, next, e);
        }
        if (stored) {
            isLatest(next);
            spread.tookOut(tookOut);
            return true;
        }
        return isIn(batch, next);
    }

    /// Batches that the next head must still carry. Those that other nodes committed are spread by this node, too:
    /// whoever committed them may be dead, and what this node spreads later must not come first.
    private List<OwnerBatch> leftToSpread() {
        spread.add(pending);
        long done = spread.spread();
        return pending.stream().filter(each -> each.revision() > done).toList();
    }

    private void isLatest(OwnerHead committed) {
        recent = committed.recent();
        pending = committed.pending();
    }

    /// The same batch again, for as long as the callers have patience: it is stored once at most, since its revision
    /// is.
    private boolean storedAfterAll(OwnerBatch batch, OwnerHead next, MnemeException first) {
        long deadline = runtime.nanos() + settings.patience().toNanos();
        MnemeException last = first;
        while (runtime.nanos() - deadline < 0) {
            try {
                if (reachability.asked(() -> database.commit(next))) {
                    isLatest(next);
                    return true;
                }
                return isIn(batch, next);
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.HUB_UNAVAILABLE) {
                    throw e;
                }
                last = e;
            }
            runtime.pause(OwnersInUse.BETWEEN_TRIES);
        }
        throw new CommitInDoubt(batch, last);
    }

    /// After a commit that was not, or not surely, the first of its revision.
    ///
    /// @return whether the batch is in the owner's past; if not, the copy is where the head is now
    private boolean isIn(OwnerBatch batch, OwnerHead next) {
        OwnerHead head = reachability.asked(() -> database.head(owner));
        if (head.recent().contains(batch.id())) {
            isLatest(next);
            return true;
        }
        if (head.revision() - batch.revision() >= OwnerHead.RECENT) {
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "The database did not answer in time, and too much was written since to know what became of this:"
                            + " send it again with the same idempotency key.");
        }
        followTo(head);
        return false;
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static void answer(List<Waiting> group, List<WriteResult> results) {
        for (int i = 0; i < group.size(); i++) {
            group.get(i).answer().complete(results.get(i));
        }
    }

    /// Writes what waited in the outbox, in its order.
    private void flush() {
        follow();
        outbox.flush(owner, recent, revision, write -> {
            CompletableFuture<WriteResult> answer = new CompletableFuture<>();
            commit(List.of(new Waiting(write, answer)));
            return answer.join();
        });
    }

    /// The database is away: what can wait is kept on this node's disk.
    ///
    /// @param inDoubt the batch in which the group may have been committed, or null
    private void keep(List<Waiting> group, @Nullable OwnerBatch inDoubt) {
        for (Waiting each : group) {
            try {
                each.answer().complete(outbox.keep(each.write(), loaded, inDoubt));
            } catch (MnemeException e) {
                each.answer().completeExceptionally(e);
            }
        }
    }

    /// Nobody knows whether the batch was committed, and the database does not answer.
    private static final class CommitInDoubt extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient OwnerBatch batch;

        CommitInDoubt(OwnerBatch batch, MnemeException cause) {
            super(cause);
            this.batch = batch;
        }

        OwnerBatch batch() {
            return batch;
        }
    }
}
