package dev.mneme.engine.node;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.replica.Execution;
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
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Opens, closes and drops the shards of a node, and moves one out of it or into it, while others are served.
///
/// ```text
/// moving from A to B:   A.moveOut   writes wait, reads go on
///                       B.moveIn    rows, log, and then the manifest have the shard: from here on B serves it
///                       A's drop    writes that waited are refused as not_primary
/// ```
///
/// Who moves a shard has to see to it that it is dropped on A once B has it, and not before: a crash leaves it on A, or
/// on both, never on none. While it is on both, A takes no write of it as long as the [Departure] is held; after a crash
/// of A it would again, so that whoever moves must come back to it before clients do.
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

    /// Opens all shards that the node has, side by side, and drops what a crash left of others.
    synchronized void openHeld() {
        List<LocalShard> opened = new ArrayList<>();
        try {
            files.unfinished().forEach(this::forget);
            requireLog(files.held());
            files.held().forEach(id -> opened.add(made(id)));
            List<CompletableFuture<@Nullable Void>> recovering = new ArrayList<>();
            opened.forEach(shard -> recovering.add(shard.recover()));
            recovering.forEach(ShardHost::join);
        } catch (RuntimeException | Error e) {
            opened.forEach(LocalShard::abandon);
            throw e;
        }
        serve(opened);
    }

    private static void join(CompletableFuture<@Nullable Void> recovered) {
        try {
            recovered.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void requireLog(SortedSet<ShardId> held) {
        if (!journal.shards().equals(held)) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The log has the shards " + journal.shards() + ", and the manifest beside it " + held
                            + ": they are of two data folders, or one of them is an older copy. Put back what belongs"
                            + " together, or restore a backup.");
        }
    }

    private LocalShard made(ShardId id) {
        return new LocalShard(
                id,
                new SingleCopy(journal, id),
                Execution.THREADS.apply(id.toString()),
                files.rows(id),
                files.words(id),
                common);
    }

    private void serve(List<LocalShard> opened) {
        opened.forEach(LocalShard::start);
        Governing.begin(opened, rules);
        opened.forEach(shards::add);
        opened.forEach(shard -> checks.add(shard.id(), shard.guard()));
    }

    /// The shards that are open.
    public List<ShardId> open() {
        return shards.all().stream().map(LocalShard::id).toList();
    }

    /// Begins a shard without an owner.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when it is there
    public synchronized void create(ShardId id) {
        requireRunning();
        files.begin(id);
        await(callback -> journal.open(id, callback));
        files.keep(id);
        open(id);
    }

    /// Serves a shard of this node that was closed.
    ///
    /// @throws MnemeException `NOT_PRIMARY` when the node does not have it
    public synchronized void open(ShardId id) {
        requireRunning();
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
    }

    /// Serves a shard no more: what was asked for is answered, then it is checkpointed. Its rows stay.
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

    /// Forgets a shard with all it has. Writes that wait for it are refused as `NOT_PRIMARY`.
    public synchronized void drop(ShardId id) {
        requireRunning();
        LocalShard shard = shards.find(id);
        if (shard != null) {
            remove(shard);
            shard.leave();
        }
        if (files.held().contains(id)) {
            files.giveUp(id);
            forget(id);
        }
    }

    /// What is neither held nor served: its log goes first, since a log without rows could not be opened.
    private void forget(ShardId id) {
        if (journal.shards().contains(id)) {
            await(callback -> journal.drop(id, callback));
        }
        files.drop(id);
        LOG.log(Level.INFO, "Shard {0} is no longer here", id);
    }

    /// Has a shard stand still, so that another node can take it over: writes wait, reads go on.
    ///
    /// @throws MnemeException `NOT_PRIMARY` when it is not open here, `OVERLOADED` when a write does not end
    public Departure moveOut(ShardId id) {
        LocalShard shard = shards.find(id);
        if (shard == null) {
            throw ShardRefusals.notHere(id);
        }
        CompletableFuture<Long> still = shard.hold();
        try {
            await(still);
            return new Departure(shard, journal.lastTerm(id));
        } catch (RuntimeException e) {
            shard.resume();
            throw e;
        }
    }

    /// A shard that stands still, on its way to another node.
    public final class Departure implements AutoCloseable {
        private final LocalShard shard;
        private final long term;
        private boolean gone;

        private Departure(LocalShard shard, long term) {
            this.shard = shard;
            this.term = term;
        }

        /// Its rows, for whoever takes it over and closes them.
        public Agreement.Snapshot snapshot() {
            return shard.snapshot();
        }

        /// The term of its last entry.
        public long term() {
            return term;
        }

        /// The other node has it: it is dropped here.
        public void complete() {
            gone = true;
            drop(shard.id());
        }

        /// Unless it is gone, it goes on here.
        @Override
        public void close() {
            if (!gone) {
                shard.resume();
            }
        }
    }

    /// Takes over a shard of another node with the same epoch and map. It is served when this returns. When it fails, or
    /// a crash comes, nothing of it is left.
    ///
    /// @param term of the last entry that the rows contain
    /// @throws MnemeException `INVALID_REQUEST` when the shard is there, `INTEGRITY_VIOLATION` when the rows are not
    ///     whole, or of another epoch
    public synchronized void moveIn(ShardId id, Agreement.Snapshot snapshot, long term) {
        requireRunning();
        files.begin(id);
        try {
            await(callback -> journal.open(id, callback));
            receive(id, snapshot);
            await(callback -> journal.reset(id, snapshot.index(), term, callback));
        } catch (RuntimeException | Error e) {
            forget(id);
            throw e;
        }
        files.keep(id);
        open(id);
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

    private static void await(Consumer<Journal.Callback> request) {
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

    private static void await(CompletableFuture<Long> done) {
        try {
            done.get(AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
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
        for (LocalShard shard : List.copyOf(shards.all())) {
            shard.close();
            shards.remove(shard.id());
        }
    }
}
