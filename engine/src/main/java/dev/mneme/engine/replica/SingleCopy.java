package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.CommitLog;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Agreement where there is one copy: what lies durably in this node's log is agreed. It is primary as soon as
/// what the log held was delivered, and stays it.
///
/// ```text
/// start -> log.replay, a piece at a time -> deliver ... -> role(PRIMARY)
/// propose -> log.propose ... committed -> [held] -> deliver, at most AHEAD beyond what was applied
/// ```
///
/// Whoever finds something to deliver delivers it, unless somebody is just doing so, who then goes on with it: so
/// the member is called by one thread at a time, without a lock held. This object's lock guards the fields.
public final class SingleCopy implements Agreement {
    private static final int PIECE_BYTES = 4 << 20;
    private static final int PIECE_ENTRIES = 1_024;

    /// Entries of which the member has yet to hear; beyond it proposals are refused.
    private static final int MAX_UNHEARD = 1_024;

    private final CommitLog log;
    private final int shard;

    private @Nullable Member member;
    /// Committed, and yet to be delivered.
    private final ArrayDeque<Committed> held = new ArrayDeque<>();
    /// The indexes that were delivered and are yet to be applied.
    private final ArrayDeque<Long> ahead = new ArrayDeque<>();
    private boolean delivering;
    /// What is read from the log comes after it; null once the log was read to its end.
    private @Nullable Long readAfter;
    private boolean primary;
    private long term = 1;
    private long committed;
    private int unheard;
    private boolean closed;

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Committed(long index, byte[] entry, long id) {}

    public SingleCopy(CommitLog log, int shard) {
        this.log = log;
        this.shard = shard;
    }

    @Override
    public void start(Member follows, long after) {
        synchronized (this) {
            if (member != null) {
                throw new IllegalStateException("Shard " + shard + " was started before.");
            }
            committed = after;
            readAfter = after;
        }
        read(after); // throws here what keeps it from beginning
        synchronized (this) {
            member = follows;
        }
        deliver();
    }

    @Override
    public void propose(long id, byte[] entry) {
        Member heard;
        synchronized (this) {
            heard = member;
            if (heard == null) {
                throw new IllegalStateException("Shard " + shard + " was not started.");
            }
            MnemeException refusal = refusal();
            if (refusal != null) {
                heard.refused(id, refusal);
                return;
            }
            unheard++;
        }
        log.propose(shard, entry, new CommitLog.Callback() {
            @Override
            public void committed(long index, long inTerm) {
                hold(new Committed(index, entry, id));
                deliver();
            }

            @Override
            public void failed(MnemeException why) {
                heardOfOne();
                heard.refused(id, why);
            }
        });
    }

    private @Nullable MnemeException refusal() {
        if (closed) {
            return closedRefusal();
        }
        if (!primary) {
            return new MnemeException(
                    ErrorCode.NOT_PRIMARY, "The shard is being recovered and takes no write yet: try again shortly.");
        }
        return unheard < MAX_UNHEARD
                ? null
                : new MnemeException(
                        ErrorCode.OVERLOADED, "The shard is behind with what was written: try again shortly.");
    }

    private static MnemeException closedRefusal() {
        return new MnemeException(ErrorCode.OVERLOADED, "The shard is closed: try again when the server is back.");
    }

    private synchronized void hold(Committed entry) {
        committed = entry.index();
        held.add(entry);
    }

    private synchronized void heardOfOne() {
        unheard--;
    }

    /// Delivers what can be delivered now.
    private void deliver() {
        for (Runnable next = next(); next != null; next = next()) {
            try {
                next.run();
            } finally {
                delivered();
            }
        }
    }

    private synchronized void delivered() {
        delivering = false;
    }

    /// The next call of the member, or reading of the log; null when there is none now, or somebody is at one.
    private synchronized @Nullable Runnable next() {
        Member to = member;
        if (delivering || closed || to == null) {
            return null;
        }
        Runnable next = null;
        Long after = readAfter;
        if (!held.isEmpty()) {
            next = ahead.size() < AHEAD ? delivery(to, held.remove()) : null;
        } else if (after != null) {
            next = () -> readOrBreak(to, after);
        } else if (!primary) {
            primary = true;
            long of = term;
            next = () -> to.role(Role.PRIMARY, of);
        }
        delivering = next != null;
        return next;
    }

    private Runnable delivery(Member to, Committed entry) {
        ahead.add(entry.index());
        if (entry.id() != NONE) {
            unheard--;
        }
        return () -> to.apply(entry.index(), entry.entry(), entry.id());
    }

    private void readOrBreak(Member to, long after) {
        try {
            read(after);
        } catch (MnemeException e) {
            close();
            to.broken(e);
        }
    }

    /// Reads a piece of what the log holds after an index.
    private void read(long after) {
        Piece piece = new Piece();
        try {
            log.replay(shard, after, piece);
        } catch (Full stopped) {
            piece.full = true;
        }
        synchronized (this) {
            held.addAll(piece.entries);
            term = Math.max(piece.term, term);
            committed = piece.entries.isEmpty()
                    ? committed
                    : piece.entries.getLast().index();
            readAfter = piece.full ? (Long) committed : null;
        }
    }

    /// Entries as they come from the log, until it is full.
    private static final class Piece implements CommitLog.Replay {
        final ArrayDeque<Committed> entries = new ArrayDeque<>();
        boolean full;
        long term;
        private long bytes;

        @Override
        public void entry(long index, long ofTerm, byte[] batch) {
            if (bytes >= PIECE_BYTES || entries.size() >= PIECE_ENTRIES) {
                throw new Full();
            }
            entries.add(new Committed(index, batch, NONE));
            bytes += batch.length;
            term = ofTerm;
        }
    }

    /// Ends a replay early.
    private static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1;

        Full() {
            super("The piece is full.", null, false, false);
        }
    }

    @Override
    public int maxEntryBytes() {
        return log.maxBatchBytes();
    }

    /// One copy cannot be behind another.
    @Override
    public synchronized CompletableFuture<Long> readBarrier() {
        return closed
                ? CompletableFuture.failedFuture(closedRefusal())
                : CompletableFuture.completedFuture(primary ? committed : log.lastIndex(shard));
    }

    @Override
    public long lastIndex() {
        return log.lastIndex(shard);
    }

    @Override
    public void applied(long index) {
        synchronized (this) {
            while (!ahead.isEmpty() && ahead.getFirst() <= index) {
                ahead.remove();
            }
        }
        deliver();
    }

    @Override
    public void checkpointed(long index) {
        log.checkpointed(shard, index);
    }

    @Override
    public synchronized void close() {
        closed = true;
        held.clear();
    }
}
