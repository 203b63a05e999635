package dev.mneme.engine.node;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.replica.ShardRefusals;
import dev.mneme.engine.replica.SingleCopy;
import dev.mneme.engine.state.ShardRules;
import dev.mneme.engine.store.LocalShards;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Opens, closes and drops the shards of a node, and moves one out of it or into it, while others are served.
///
/// ```text
/// moving from A to B:   A.moveOut      writes wait, reads go on
///                       B.moveIn       B has all of it, durably, and does not serve it
///                       A's complete   A serves it no more, and forgets it; writes that waited: not_primary
///                       B.open         B serves it
/// ```
///
/// So it is served by one node at a time, and kept by one at least, wherever a crash comes. After a crash, whoever
/// moves it finds it held by A, or no longer there. While A holds it, A has served it since its start, and may have
/// taken writes that B lacks: B drops what it has received, if it has, and the move begins anew. Only what A no longer
/// has, B opens. What B has received it keeps, through restarts too, until it is told to open or to drop it.
///
/// **Threads**: any may call; one at a time opens, closes or drops.
public final class ShardHost {
    private static final Logger LOG = System.getLogger(ShardHost.class.getName());
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    private final Journal journal;
    private final ShardFiles files;
    private final LocalShards shards;
    private final LocalShard.Common common;
    private final Govern rules;
    private final IntegrityChecks checks;
    /// On their way out.
    private final Set<ShardId> departing = ConcurrentHashMap.newKeySet();

    private Runnable step = () -> {};
    private Duration patience = AT_MOST;
    private boolean closed;

    ShardHost(
            Journal journal,
            ShardFiles files,
            LocalShards shards,
            LocalShard.Common common,
            Govern rules,
            IntegrityChecks checks) {
        this.journal = journal;
        this.files = files;
        this.shards = shards;
        this.common = common;
        this.rules = rules;
        this.checks = checks;
    }

    /// @param after runs after each step that changes what is kept: where a crash may come
    synchronized void afterEachStep(Runnable after) {
        step = after;
    }

    /// @param atMost how long a drop waits for who reads the rows
    synchronized void waitForReaders(Duration atMost) {
        patience = atMost;
    }

    /// Opens all shards that the node has, side by side, and drops what a crash left of others.
    synchronized void openHeld() {
        List<LocalShard> opened = new ArrayList<>();
        try {
            files.unfinished().forEach(this::forget);
            requireLog();
            files.held().forEach(id -> opened.add(made(id)));
            List<CompletableFuture<@Nullable Void>> recovering = new ArrayList<>();
            opened.forEach(shard -> recovering.add(shard.recover()));
            recovering.forEach(this::join);
        } catch (RuntimeException | Error e) {
            opened.forEach(LocalShard::abandon);
            throw e;
        }
        serve(opened);
    }

    private void join(CompletableFuture<@Nullable Void> recovered) {
        try {
            common.runtime().join(recovered);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void requireLog() {
        SortedSet<ShardId> kept = new TreeSet<>(files.held());
        kept.addAll(files.received());
        if (!journal.shards().equals(kept)) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The log has the shards " + journal.shards() + ", and the manifest beside it " + kept
                            + ": they are of two data folders, or one of them is an older copy. Put back what belongs"
                            + " together, or restore a backup.");
        }
    }

    private LocalShard made(ShardId id) {
        return new LocalShard(
                id,
                new SingleCopy(journal, id),
                common.runtime().execution("shard-" + id),
                files.rows(id),
                files.words(id),
                common);
    }

    private void serve(List<LocalShard> opened) {
        opened.forEach(LocalShard::start);
        Governing.begin(opened, rules, common.runtime());
        opened.forEach(shards::add);
        opened.forEach(shard -> checks.add(shard.id(), shard.guard()));
    }

    /// The shards that are open.
    public List<ShardId> open() {
        return shards.all().stream().map(LocalShard::id).toList();
    }

    /// The shards that came from another node and are not yet served.
    public List<ShardId> received() {
        return List.copyOf(files.received());
    }

    /// Begins a shard without an owner, and serves it.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is there, `OVERLOADED` when rows of before are still read
    public synchronized void create(ShardId id) {
        begin(id);
        step.run();
        try {
            await(callback -> journal.open(id, callback));
        } catch (RuntimeException e) {
            forgetAfter(id, e);
            throw e;
        }
        files.receive(id);
        open(id);
    }

    private void begin(ShardId id) {
        requireRunning();
        if (files.unfinished().contains(id)) {
            forget(id);
        }
        files.begin(id);
    }

    /// Serves a shard that was closed or received.
    ///
    /// @throws MnemeException `NOT_PRIMARY` when the node does not have it
    public synchronized void open(ShardId id) {
        requireRunning();
        if (files.received().contains(id)) {
            files.keep(id);
            step.run();
        }
        if (!files.held().contains(id)) {
            throw ShardRefusals.notHere(id);
        }
        if (shards.has(id)) {
            return;
        }
        LocalShard shard = made(id);
        try {
            join(shard.recover());
        } catch (RuntimeException | Error e) {
            shard.abandon();
            throw e;
        }
        shard.forgetLoaded();
        serve(List.of(shard));
        if (id.equals(ShardId.SYSTEM)) {
            common.keys().replaced(); // another node may have changed them meanwhile
        }
        common.subscribers().wakeAll(); // another node may have written meanwhile
    }

    /// Serves a shard no more: what was asked for is answered, or refused when it stands still. Then it is
    /// checkpointed; its rows stay.
    public synchronized void close(ShardId id) {
        LocalShard shard = shards.find(id);
        if (shard != null) {
            remove(shard);
            shard.close();
        }
    }

    private void remove(LocalShard shard) {
        shards.remove(shard.id());
        checks.remove(shard.id());
        shard.forgetLoaded();
    }

    /// Forgets a shard with all it has, also what is left of one that has come or gone in part. Writes that
    /// wait for it are refused as `NOT_PRIMARY`. While somebody still reads its rows they stay for now: the
    /// next drop, or the next start, takes them away.
    public synchronized void drop(ShardId id) {
        requireRunning();
        LocalShard shard = shards.find(id);
        if (shard != null) {
            remove(shard);
            shard.leave();
        }
        if (files.held().contains(id) || files.received().contains(id)) {
            files.giveUp(id);
            step.run();
        }
        if (files.unfinished().contains(id)) {
            forgetSoon(id);
        }
    }

    /// It has left in any case: it is neither served nor held.
    private void forgetSoon(ShardId id) {
        try {
            forget(id);
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.OVERLOADED) {
                throw e;
            }
            LOG.log(Level.WARNING, "Shard {0} is no longer served, but not all of it is gone: {1}", id, e.getMessage());
        }
    }

    /// What is neither held nor served: its log goes first, since a log without rows could not be opened.
    private void forget(ShardId id) {
        if (journal.shards().contains(id)) {
            await(callback -> journal.drop(id, callback));
            step.run();
        }
        files.drop(id, patience);
        step.run();
        LOG.log(Level.INFO, "Shard {0} is no longer here", id);
    }

    /// Has a shard stand still, so that another node can take it over: writes wait, reads go on.
    ///
    /// @throws MnemeException `NOT_PRIMARY` when it is not open here, `OVERLOADED` when a write does not end, or it
    ///     is on its way out already
    public Departure moveOut(ShardId id) {
        LocalShard shard = shards.find(id);
        if (shard == null) {
            throw ShardRefusals.notHere(id);
        }
        if (!departing.add(id)) {
            throw new MnemeException(ErrorCode.OVERLOADED, "Shard " + id + " is on its way to another node already.");
        }
        CompletableFuture<Long> still = shard.hold();
        try {
            await(still);
            return new Departure(shard, journal.lastTerm(id));
        } catch (RuntimeException e) {
            departing.remove(id);
            shard.resume();
            throw e;
        }
    }

    /// @param shard as it stood still: one that was opened anew may have taken writes since
    private synchronized void departed(LocalShard shard) {
        if (shards.find(shard.id()) != shard) {
            throw ShardRefusals.notHere(shard.id());
        }
        drop(shard.id());
    }

    /// A shard that stands still, on its way to another node.
    public final class Departure implements AutoCloseable {
        private final LocalShard shard;
        private final Agreement.Snapshot rows;
        private final long term;
        private boolean ended;

        private Departure(LocalShard shard, long term) {
            this.shard = shard;
            this.rows = shard.snapshot();
            this.term = term;
        }

        /// Its rows, until the departure ends.
        public Agreement.Snapshot rows() {
            return rows;
        }

        /// The term of its last entry.
        public long term() {
            return term;
        }

        /// The other node has it: it is no longer served, and dropped here.
        ///
        /// @throws MnemeException `NOT_PRIMARY` when the shard was closed meanwhile, even if it is open again.
        ///     Then it is not dropped, and the other node must drop what it has received
        public void complete() {
            ended = true;
            rows.close();
            departing.remove(shard.id());
            departed(shard);
        }

        /// Unless it is gone, it goes on here.
        @Override
        public void close() {
            if (!ended) {
                ended = true;
                rows.close();
                departing.remove(shard.id());
                shard.resume();
            }
        }
    }

    /// Takes over a shard of another node with the same epoch and map. It is not served until it is opened. When it
    /// fails, or a crash comes, nothing of it is left.
    ///
    /// @param term of the last entry that the rows contain
    /// @throws MnemeException `INVALID_REQUEST` when the shard is there, `INTEGRITY_VIOLATION` when the rows are
    ///     not whole, or of another epoch, `OVERLOADED` when rows of before are still read
    public synchronized void moveIn(ShardId id, Agreement.Snapshot snapshot, long term) {
        begin(id);
        step.run();
        try {
            await(callback -> journal.open(id, callback));
            step.run();
            receive(id, snapshot);
            step.run();
            await(callback -> journal.reset(id, snapshot.index(), term, callback));
            step.run();
        } catch (RuntimeException | Error e) {
            forgetAfter(id, e);
            throw e;
        }
        files.receive(id);
        step.run();
    }

    private void forgetAfter(ShardId id, Throwable failure) {
        try {
            forget(id);
        } catch (MnemeException e) { // the next start does it
            failure.addSuppressed(e);
        }
    }

    /// The words are those of owners that nobody has searched: the first search of each makes them.
    private void receive(ShardId id, Agreement.Snapshot snapshot) {
        Consumer<Tables.Visitor> rows = new StoringStage(common.seal())
                .received(
                        snapshot.index(),
                        snapshot::rows,
                        own -> ShardRules.requireEpoch(own.rules(), id.toString(), common.epoch()));
        files.rows(id).replaceAll(snapshot.index(), rows);
        files.words(id).replaceAll(snapshot.index(), none -> {});
    }

    private void requireRunning() {
        if (closed) {
            throw new MnemeException(ErrorCode.OVERLOADED, "The server is stopping: try again when it is back.");
        }
    }

    private void await(Consumer<Journal.Callback> request) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        request.accept(new Journal.Callback() {
            @Override
            public void durable(long index) {
                done.complete(index);
            }

            @Override
            public void failed(MnemeException failure) {
                done.completeExceptionally(failure);
            }
        });
        await(done);
    }

    private void await(CompletableFuture<Long> done) {
        try {
            common.runtime().await(done, AT_MOST);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException known) {
                throw new MnemeException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new MnemeException(ErrorCode.INTERNAL, "The shard could not be moved.", e);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "A write that is under way does not end: try again shortly.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "The wait was interrupted: try again.", e);
        }
    }

    /// Closes every shard.
    synchronized void close() {
        closed = true;
        shards.all().forEach(LocalShard::close);
    }
}
