package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.log.LogReplay;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Agreement where there is one copy: what lies durably in this node's journal is agreed. It is primary as
/// soon as what the journal held was delivered, and stays it, in the term of the shard's last entry.
///
/// ```text
/// start -> journal.read, a piece at a time -> deliver ... -> role(PRIMARY)
/// propose -> journal.append ... durable -> [held] -> deliver, at most AHEAD beyond what was applied
/// ```
///
/// Whoever finds something to deliver delivers it, unless somebody is just doing so, who then goes on with it: so
/// the member is called by one thread at a time, without a lock held. This object's lock guards the fields.
public final class SingleCopy implements Agreement {
    private static final long PIECE_BYTES = 4 << 20;
    private static final long FIRST_TERM = 1;

    /// Entries of which the member has yet to hear; beyond it proposals are refused.
    private static final int MAX_UNHEARD = 1_024;

    private final Journal journal;
    private final ShardId shard;

    private @Nullable Member member;
    /// Durable, and yet to be delivered.
    private final ArrayDeque<Held> held = new ArrayDeque<>();
    /// The indexes that were delivered and are yet to be applied.
    private final ArrayDeque<Long> ahead = new ArrayDeque<>();
    private boolean delivering;
    /// What is read from the journal comes after it; null once it was read to its end.
    private @Nullable Long readAfter;
    private boolean primary;
    private long term = FIRST_TERM;
    private long durable;
    private int unheard;
    private boolean closed;

    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    private record Held(long index, byte[] entry, long id) {}

    public SingleCopy(Journal journal, ShardId shard) {
        this.journal = journal;
        this.shard = shard;
    }

    @Override
    public void start(Member follows, long after) {
        synchronized (this) {
            if (member != null) {
                throw new IllegalStateException("Shard " + shard + " was started before.");
            }
            durable = after;
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
        long in;
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
            in = term;
        }
        journal.append(shard, Journal.NEXT, in, entry, new Journal.Callback() {
            @Override
            public void durable(long index) {
                hold(new Held(index, entry, id));
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

    private synchronized void hold(Held entry) {
        durable = entry.index();
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

    /// The next call of the member, or reading of the journal; null when there is none now, or somebody is at
    /// one.
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
            term = Math.max(FIRST_TERM, journal.lastTerm(shard));
            long of = term;
            next = () -> to.role(Role.PRIMARY, of);
        }
        delivering = next != null;
        return next;
    }

    private Runnable delivery(Member to, Held entry) {
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

    /// Reads a piece of what the journal holds after an index.
    private void read(long after) {
        List<Held> piece = new ArrayList<>();
        LogReplay.piece(
                journal, shard, after, PIECE_BYTES, (index, ofTerm, entry) -> piece.add(new Held(index, entry, NONE)));
        synchronized (this) {
            held.addAll(piece);
            durable = piece.isEmpty() ? durable : piece.getLast().index();
            readAfter = piece.isEmpty() ? null : (Long) durable;
        }
    }

    @Override
    public int maxEntryBytes() {
        return journal.maxEntryBytes();
    }

    /// One copy cannot be behind another.
    @Override
    public synchronized CompletableFuture<Long> readBarrier() {
        return closed
                ? CompletableFuture.failedFuture(closedRefusal())
                : CompletableFuture.completedFuture(primary ? durable : journal.lastIndex(shard));
    }

    @Override
    public long lastIndex() {
        return journal.lastIndex(shard);
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
        journal.releaseBefore(shard, index + 1);
    }

    @Override
    public synchronized void close() {
        closed = true;
        held.clear();
    }
}
