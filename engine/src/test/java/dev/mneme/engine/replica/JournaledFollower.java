package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A replica that follows another's journal, and keeps what it was sent in a journal of its own. One thread,
/// over a journal that does what it is asked at once.
///
/// A snapshot's order is that of any engine: the rows are durable first, then the log forgets what was
/// before. Killed in between, it starts with rows beyond its log, and begins the log after them.
final class JournaledFollower implements Agreement {
    private final Journal own;
    private final ShardId shard;
    private final LongUnaryOperator termOf;
    private final KillSteps steps;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private @Nullable Member member;
    private long delivered;
    private int ahead;
    private long installing;

    /// @param termOf what the leader says of an index, when it is asked
    JournaledFollower(Journal own, ShardId shard, LongUnaryOperator termOf, KillSteps steps) {
        this.own = own;
        this.shard = shard;
        this.termOf = termOf;
        this.steps = steps;
    }

    @Override
    public void start(Member follows, long after) {
        member = follows;
        delivered = after;
        if (after > own.lastIndex(shard)) {
            own.reset(shard, after, termOf.applyAsLong(after), DONE);
        }
        for (long from = -1, next = after + 1; from < next; ) {
            from = next;
            next = own.read(shard, from, 1 << 20, (index, term, entry) -> deliver(index, entry));
        }
        waiting.add(() -> {
            ahead--;
            follows.role(Role.SECONDARY, Math.max(1, own.lastTerm(shard)));
        });
        next();
    }

    /// An entry that the leader says is agreed.
    void feed(long index, long term, byte[] entry) {
        own.append(shard, index, term, entry.clone(), DONE);
        deliver(index, entry);
    }

    private void deliver(long index, byte[] entry) {
        delivered = index;
        waiting.add(() -> Objects.requireNonNull(member).apply(index, entry, NONE));
        next();
    }

    void install(Snapshot snapshot) {
        delivered = snapshot.index();
        installing = snapshot.index();
        waiting.add(() -> Objects.requireNonNull(member).install(snapshot));
        next();
    }

    private void next() {
        while (ahead < AHEAD && !waiting.isEmpty()) {
            ahead++;
            waiting.remove().run();
        }
    }

    /// The index that the next entry must be beyond.
    long after() {
        return delivered;
    }

    @Override
    public void applied(long index) {
        ahead--;
        if (installing != 0 && index >= installing) {
            steps.here("the rows are replaced, and the log is as it was");
            own.reset(shard, installing, termOf.applyAsLong(installing), DONE);
            steps.here("the log begins after the snapshot");
            installing = 0;
        }
        next();
    }

    @Override
    public void checkpointed(long index) {
        own.releaseBefore(shard, index + 1);
    }

    @Override
    public void propose(long id, byte[] entry) {
        Objects.requireNonNull(member).refused(id, new MnemeException(ErrorCode.NOT_PRIMARY, "It only follows."));
    }

    @Override
    public int maxEntryBytes() {
        return own.maxEntryBytes();
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        return CompletableFuture.failedFuture(new MnemeException(ErrorCode.NO_QUORUM, "It only follows."));
    }

    @Override
    public long lastIndex() {
        return own.lastIndex(shard);
    }

    @Override
    public void close() {
        waiting.clear();
    }

    private static final Journal.Callback DONE = new Journal.Callback() {
        @Override
        public void durable(long index) {}

        @Override
        public void failed(MnemeException failure) {
            throw failure;
        }
    };
}
