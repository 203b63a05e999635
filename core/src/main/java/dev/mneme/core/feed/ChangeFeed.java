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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The changes that a caller may see, read from a position on and then live. REST, event streams and the WebSocket all
/// read from here.
///
/// A reader pulls: it holds a position and no queue, so a slow reader delays nobody but itself.
public final class ChangeFeed {
    private static final System.Logger LOG = System.getLogger(ChangeFeed.class.getName());
    private static final int READ = 256;

    private final Store store;
    private final NodeRuntime runtime;
    private final Consumer<Duration> lags;

    public ChangeFeed(Store store) {
        this(store, new SystemRuntime(), lag -> {});
    }

    /// @param lags receives, for each page that a live reader reads, how old its last change is
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

    /// @param position where the reader is now; beyond the last item when changes after it were filtered out
    /// @param reset the position asked for can no longer be served: read the state at `position` and go on from
    ///     there
    public record Page(List<Item> items, String position, boolean reset) {}

    /// Reads one owner's kept changes after a position, or from the oldest on without one. The caller asks for them, so
    /// changes that are local only are included.
    public Page read(Caller caller, Owner owner, @Nullable Position after, int limit) {
        Shown shown = new Shown(caller, false, every -> true);
        try (Reader reader = open(shown, owner, after == null ? Start.OLDEST : Start.AFTER, after)) {
            return reader.page(limit);
        }
    }

    /// Reads every owner's changes, for an operator. Changes that are local only are left out: only their own user may
    /// ask for them.
    public Page readAll(Caller caller, String cursor, int limit) {
        try (Reader reader = openAll(new Shown(caller, true, every -> true), cursor)) {
            return reader.page(limit);
        }
    }

    /// How many owners [#readAll] and [#followAll] leave out, because their data was changed from outside.
    public int leftOut(Caller caller) {
        Authorizer.requireOperator(caller);
        return store.leftOut(Filter.And.ALL);
    }

    /// Follows one owner. What is local only is never pushed, not even to a caller that resumes later.
    ///
    /// @param resumeFrom the last position that the caller holds, or null to begin now
    public Reader follow(Caller caller, Owner owner, @Nullable Position resumeFrom) {
        return follow(caller, owner, resumeFrom, every -> true);
    }

    /// @param wanted the changes that the caller wants; the reader passes over the others
    public Reader follow(Caller caller, Owner owner, @Nullable Position resumeFrom, Predicate<Change> wanted) {
        return open(new Shown(caller, true, wanted), owner, resumeFrom == null ? Start.NOW : Start.AFTER, resumeFrom);
    }

    /// Follows every owner, for an operator.
    ///
    /// @param cursor an earlier position of such a reader, or null to begin now
    /// @param wanted the changes that the caller wants; the reader passes over the others
    public Reader followAll(Caller caller, @Nullable String cursor, Predicate<Change> wanted) {
        return openAll(new Shown(caller, true, wanted), cursor == null ? store.operatorCursor() : cursor);
    }

    /// Whether nothing of this owner is hidden from the caller, so that it may be shown what concerns the owner as a
    /// whole, such as who is connected.
    public boolean seesWhole(Caller caller, Owner owner) {
        return Authorizer.seesWhole(caller, owner);
    }

    private enum Start {
        OLDEST,
        NOW,
        AFTER
    }

    /// Which changes a reader shows, and how much of each.
    ///
    /// @param pushed whether changes go out unasked: then what is local only stays here
    /// @param wanted what the caller asked for
    record Shown(Caller caller, boolean pushed, Predicate<Change> wanted) {
        /// What is shown of a change; empty if nothing is.
        Optional<Change> of(Change change) {
            if (!wanted.test(change) || !Authorizer.maySee(caller, change) || change.echoOf(caller.by())) {
                return Optional.empty();
            }
            return pushed ? change.announced() : Optional.of(change);
        }
    }

    private Reader open(Shown shown, Owner owner, Start start, @Nullable Position after) {
        Authorizer.require(shown.caller(), Role.READ);
        Authorizer.requireOwner(shown.caller(), owner);
        Position head = store.head(owner);
        if (after == null) {
            long from = start == Start.NOW
                    ? head.sequence()
                    : store.changes(owner, Store.OLDEST, 1).after();
            return new OwnerReader(shown, owner, head.withSequence(from), false);
        }
        if (after.slot() != owner.slot()) {
            throw MnemeException.invalid(
                    "after", "This position belongs to another owner: use one that this owner's changes gave.");
        }
        boolean served = after.epoch().equals(head.epoch())
                && after.sequence() <= head.sequence()
                && !store.changes(owner, after.sequence(), 1).reset();
        return new OwnerReader(shown, owner, served ? after : head, !served);
    }

    private Reader openAll(Shown shown, String cursor) {
        Authorizer.requireOperator(shown.caller());
        return new OperatorReader(shown, cursor);
    }

    /// A place in a feed. Used by one thread at a time; `close` may come from any.
    public abstract static sealed class Reader implements AutoCloseable permits OwnerReader, OperatorReader {
        private final Shown shown;
        private String held;
        private final NodeRuntime runtime;
        private final AtomicBoolean advanced = new AtomicBoolean(true);
        private volatile CompletableFuture<@Nullable Void> woken = new CompletableFuture<>();
        private volatile boolean closed;
        private volatile Store.@Nullable Subscription subscription;

        /// @param position where it begins
        Reader(Shown shown, NodeRuntime runtime, String position) {
            this.shown = shown;
            this.runtime = runtime;
            this.held = position;
        }

        /// Where the reader is.
        public abstract String position();

        /// The last position that the client was told, once it has what this reader gave: that of the last item,
        /// announcement or reset. The next item has it as its `previous`.
        public final String held() {
            return held;
        }

        /// Where the reader is, to be told to the client, which then holds it.
        public final String announce() {
            hold(position());
            return held;
        }

        final void hold(String position) {
            held = position;
        }

        /// The changes that this reader shows, as items.
        final void show(Change change, String position, List<Item> items) {
            shown.of(change).ifPresent(each -> {
                items.add(new Item(each, position, held));
                hold(position);
            });
        }

        /// Whether the position asked for could not be served, so that the caller must read the state anew. True until
        /// the first page is read.
        public abstract boolean reset();

        /// The changes that are there now, at most `limit`, possibly none.
        public abstract Page page(int limit);

        /// As [#page], but nothing beyond this position of the owner.
        ///
        /// @throws UnsupportedOperationException on a reader of all owners
        public abstract Page pageTo(Position end, int limit);

        abstract Store.Subscription subscribe(Runnable onAdvance);

        /// As [#page], but waits up to `atMost` when there is nothing yet.
        ///
        /// @return an empty page when the time was over or the reader was closed
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

        /// Calls `onAdvance` whenever something was written that this reader may have to show, until it is
        /// closed. For callers that do their own waiting and then call [#page]. At most once per reader, and
        /// not together with [#await].
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
    }

    private final class OwnerReader extends Reader {
        private final Owner owner;
        private Position position;
        private boolean reset;

        OwnerReader(Shown shown, Owner owner, Position position, boolean reset) {
            super(shown, runtime, position.toString());
            this.owner = owner;
            this.position = position;
            this.reset = reset;
        }

        @Override
        public String position() {
            return position.toString();
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
                    show(change, position(), items);
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

        /// Changes ahead are no longer kept. What was already read goes out first, and the reset with the next page.
        private Page lost(List<Item> items, ChangeBatch batch) {
            if (!items.isEmpty()) {
                return new Page(items, position(), false);
            }
            position = batch.position();
            hold(position());
            return new Page(List.of(), position(), true);
        }

        @Override
        Store.Subscription subscribe(Runnable onAdvance) {
            return store.subscribe(owner, onAdvance);
        }
    }

    private final class OperatorReader extends Reader {
        private String cursor;

        OperatorReader(Shown shown, String cursor) {
            super(shown, runtime, cursor);
            this.cursor = cursor;
        }

        @Override
        public String position() {
            return cursor;
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
                    hold(batch.cursor());
                }
                for (Store.OperatorChange each : batch.changes()) {
                    show(each.change(), each.cursor(), items);
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
