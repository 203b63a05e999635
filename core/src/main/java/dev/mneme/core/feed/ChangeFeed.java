package dev.mneme.core.feed;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The changes that a caller may see, read from a position on and live: what REST, SSE and WebSocket are fed
/// from.
///
/// A reader pulls: it holds a position, not a queue, so a slow one costs nothing but its own delay.
public final class ChangeFeed {
    private static final System.Logger LOG = System.getLogger(ChangeFeed.class.getName());
    private static final int READ = 256;

    private final Store store;
    private final NodeRuntime runtime;
    private final Consumer<Duration> lags;

    public ChangeFeed(Store store) {
        this(store, new SystemRuntime(), lag -> {});
    }

    /// @param lags is told, for each page of changes that a live reader reads, how long ago the last was made
    public ChangeFeed(Store store, NodeRuntime runtime, Consumer<Duration> lags) {
        this.store = store;
        this.runtime = runtime;
        this.lags = lags;
    }

    /// One change for one subscription.
    ///
    /// @param position where to resume after it
    /// @param previous the position that this subscription had before it: filtered changes are no gap
    public record Item(Change change, String position, String previous) {}

    /// @param position where the reader is now; further on than the last item when changes were filtered out
    /// @param reset the position asked for can no longer be served: read the state at `position` and go on
    ///     from there
    public record Page(List<Item> items, String position, boolean reset) {}

    /// What is retained of one owner after a position; without one, from the oldest on. Asked for, and
    /// so with what is local only.
    public Page read(Caller caller, Owner owner, @Nullable Position after, int limit) {
        try (Reader reader = open(caller, owner, after == null ? Start.OLDEST : Start.AFTER, after, false)) {
            return reader.page(limit);
        }
    }

    /// Every owner's, for an operator. What is local only is left out: it is for its own user to ask for.
    public Page readAll(Caller caller, String cursor, int limit) {
        try (Reader reader = openAll(caller, cursor)) {
            return reader.page(limit);
        }
    }

    /// How many owners [#readAll] and [#followAll] leave out, because their data was changed from outside.
    public int leftOut(Caller caller) {
        Authorizer.requireOperator(caller);
        return store.leftOut(Filter.And.ALL);
    }

    /// Follows one owner. What is local only is never pushed, also not to who resumes later.
    ///
    /// @param resumeFrom the last position that the caller holds, or null to begin now
    public Reader follow(Caller caller, Owner owner, @Nullable Position resumeFrom) {
        return open(caller, owner, resumeFrom == null ? Start.NOW : Start.AFTER, resumeFrom, true);
    }

    /// Follows every owner, for an operator.
    ///
    /// @param cursor an earlier position of such a reader, or null to begin now
    public Reader followAll(Caller caller, @Nullable String cursor) {
        return openAll(caller, cursor == null ? store.operatorCursor() : cursor);
    }

    /// Whether nothing of this owner is hidden from the caller, so that what concerns the owner as a whole (who
    /// is connected) may be shown.
    public boolean seesWhole(Caller caller, Owner owner) {
        return Authorizer.seesWhole(caller, owner);
    }

    private enum Start {
        OLDEST,
        NOW,
        AFTER
    }

    private Reader open(Caller caller, Owner owner, Start start, @Nullable Position after, boolean pushed) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireOwner(caller, owner);
        Position head = store.head(owner);
        if (after == null) {
            long from = start == Start.NOW
                    ? head.sequence()
                    : store.changes(owner, Store.OLDEST, 1).after();
            return new OwnerReader(caller, owner, head.withSequence(from), false, pushed);
        }
        if (after.slot() != owner.slot()) {
            throw MnemeException.invalid(
                    "after", "This position belongs to another owner: use one that this owner's changes gave.");
        }
        boolean served = after.epoch().equals(head.epoch())
                && after.sequence() <= head.sequence()
                && !store.changes(owner, after.sequence(), 1).reset();
        return new OwnerReader(caller, owner, served ? after : head, !served, pushed);
    }

    private Reader openAll(Caller caller, String cursor) {
        Authorizer.requireOperator(caller);
        return new OperatorReader(caller, cursor);
    }

    /// A place in a feed. Used by one thread at a time; `close` may come from any.
    public abstract static sealed class Reader implements AutoCloseable permits OwnerReader, OperatorReader {
        final Caller caller;
        private final NodeRuntime runtime;
        private final boolean pushed;
        private final AtomicBoolean advanced = new AtomicBoolean(true);
        private volatile CompletableFuture<@Nullable Void> woken = new CompletableFuture<>();
        private volatile boolean closed;
        private volatile Store.@Nullable Subscription subscription;

        /// @param pushed whether changes go out unasked: then what is local only stays here
        Reader(Caller caller, NodeRuntime runtime, boolean pushed) {
            this.caller = caller;
            this.runtime = runtime;
            this.pushed = pushed;
        }

        /// Where the reader is.
        public abstract String position();

        /// Where the reader is, to be said to the client: the next item's `previous` is this.
        public abstract String announce();

        /// Whether the position asked for could not be served, so that the caller must read the state
        /// anew. Said until the first page was read.
        public abstract boolean reset();

        /// What is there now, at most `limit` changes; maybe nothing.
        public abstract Page page(int limit);

        /// As [#page], but of nothing beyond a position of this owner.
        ///
        /// @throws UnsupportedOperationException for every owner's
        public abstract Page pageTo(Position end, int limit);

        abstract Store.Subscription subscribe(Runnable onAdvance);

        /// What is there, waiting up to `atMost` when there is nothing yet.
        ///
        /// @return an empty page when the time passed or the reader was closed
        public Page await(int limit, Duration atMost) throws InterruptedException {
            if (subscription == null) {
                subscription = subscribe(this::wake);
            }
            long deadline = runtime.nanos() + atMost.toNanos();
            while (true) {
                CompletableFuture<@Nullable Void> next = new CompletableFuture<>();
                woken = next; // before looking: what comes meanwhile ends the wait at once
                boolean fresh = advanced.getAndSet(false);
                Page page = fresh || reset() ? page(limit) : new Page(List.of(), position(), false);
                if (!page.items().isEmpty() || page.reset() || closed) {
                    advanced.set(true); // there may be more
                    return page;
                }
                long left = deadline - runtime.nanos();
                if (left <= 0) {
                    return page;
                }
                rest(next, Duration.ofNanos(left));
            }
        }

        private void rest(CompletableFuture<@Nullable Void> until, Duration atMost) throws InterruptedException {
            try {
                runtime.await(until, atMost);
            } catch (TimeoutException over) {
                LOG.log(System.Logger.Level.TRACE, "Nothing came", over);
            } catch (ExecutionException never) {
                throw new IllegalStateException(never);
            }
        }

        /// Calls `onAdvance` after something was written that this reader may have to show, until closed; for
        /// who waits by itself and then asks for a [#page]. Once per reader, and not beside [#await].
        ///
        /// @param onAdvance runs on the applying thread: it must neither block nor throw
        public void listen(Runnable onAdvance) {
            subscription = subscribe(onAdvance);
            if (closed) {
                subscription.close();
            }
        }

        /// Makes a waiting [#await] look again.
        public void wake() {
            advanced.set(true);
            woken.complete(null);
        }

        @Override
        public void close() {
            closed = true;
            wake();
            Store.Subscription open = subscription;
            if (open != null) {
                open.close();
            }
        }

        /// What this reader shows of a change, if anything.
        final Optional<Change> shown(Change change) {
            if (!Authorizer.maySee(caller, change) || change.echoOf(caller.by())) {
                return Optional.empty();
            }
            return pushed ? change.announced() : Optional.of(change);
        }
    }

    private final class OwnerReader extends Reader {
        private final Owner owner;
        private Position position;
        private String told;
        private boolean reset;

        OwnerReader(Caller caller, Owner owner, Position position, boolean reset, boolean pushed) {
            super(caller, runtime, pushed);
            this.owner = owner;
            this.position = position;
            this.told = position.toString();
            this.reset = reset;
        }

        @Override
        public String position() {
            return position.toString();
        }

        @Override
        public String announce() {
            told = position();
            return told;
        }

        @Override
        public boolean reset() {
            return reset;
        }

        @Override
        public Page page(int limit) {
            return page(Long.MAX_VALUE, limit);
        }

        @Override
        public Page pageTo(Position end, int limit) {
            return page(end.sequence(), limit);
        }

        private Page page(long lastSequence, int limit) {
            if (reset) {
                reset = false;
                return new Page(List.of(), position(), true);
            }
            List<Item> items = new ArrayList<>();
            while (items.size() < limit && position.sequence() < lastSequence) {
                long most = Math.min(READ, Math.min(limit - items.size(), lastSequence - position.sequence()));
                ChangeBatch batch = store.changes(owner, position.sequence(), (int) most);
                if (batch.reset()) {
                    return lost(items, batch);
                }
                for (Change change : batch.changes()) {
                    position = change.position();
                    Optional<Change> shown = shown(change);
                    if (shown.isPresent()) {
                        items.add(new Item(shown.get(), position(), told));
                        told = position.toString();
                    }
                }
                if (batch.changes().isEmpty()) {
                    break;
                }
            }
            if (!items.isEmpty()) {
                lags.accept(Duration.between(
                        items.getLast().change().at(), runtime.clock().instant()));
            }
            return new Page(items, position(), false);
        }

        /// What lay ahead is no longer kept: what was already read goes out first, the reset with the next
        /// page.
        private Page lost(List<Item> items, ChangeBatch batch) {
            if (!items.isEmpty()) {
                return new Page(items, position(), false);
            }
            position = batch.position();
            told = position.toString();
            return new Page(List.of(), position(), true);
        }

        @Override
        Store.Subscription subscribe(Runnable onAdvance) {
            return store.subscribe(owner, onAdvance);
        }
    }

    private final class OperatorReader extends Reader {
        private String cursor;
        private String told;

        OperatorReader(Caller caller, String cursor) {
            super(caller, runtime, true);
            this.cursor = cursor;
            this.told = cursor;
        }

        @Override
        public String position() {
            return cursor;
        }

        @Override
        public String announce() {
            told = cursor;
            return told;
        }

        @Override
        public boolean reset() {
            return false;
        }

        @Override
        public Page page(int limit) {
            List<Item> items = new ArrayList<>();
            OperatorBatch batch;
            do { // what is filtered out must not look like the end of what is there
                batch = store.changes(cursor, limit);
                if (batch.reset()) {
                    told = batch.cursor();
                }
                for (Store.OperatorChange each : batch.changes()) {
                    Optional<Change> shown = shown(each.change());
                    if (shown.isPresent()) {
                        items.add(new Item(shown.get(), each.cursor(), told));
                        told = each.cursor();
                    }
                }
                cursor = batch.cursor();
            } while (items.isEmpty() && !batch.changes().isEmpty() && !batch.reset());
            return new Page(items, cursor, batch.reset());
        }

        @Override
        public Page pageTo(Position end, int limit) {
            throw new UnsupportedOperationException("a position is of one owner");
        }

        @Override
        Store.Subscription subscribe(Runnable onAdvance) {
            return store.subscribe(null, onAdvance);
        }
    }
}
