package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A journal on the heap: everything is done in the call itself, on the caller's thread, so that a test needs no
/// waiting. What it keeps is in its [Home], which the test holds, and which the next journal opens again.
///
/// **Threads**: any; one at a time gets in.
public final class HeapJournal implements Journal {
    private static final int LARGEST = 16 << 20;
    private static final int LONGEST_NAME = 255;
    private static final long MOST_HELD_BYTES = 256 << 10;

    private final Home home;
    private final Map<ShardId, Holds> holds = new HashMap<>();
    private @Nullable ErrorCode refusal;
    private boolean failing;
    private boolean closed;

    public HeapJournal(Home home) {
        this.home = home;
    }

    /// What survives a restart.
    public static final class Home {
        private final Map<ShardId, Shard> shards = new TreeMap<>();

        /// @param founding the shards that are there from the beginning
        public Home(Iterable<ShardId> founding) {
            founding.forEach(shard -> shards.put(shard, new Shard()));
        }

        /// Another one that holds the same.
        public Home copy() {
            Home copy = new Home(List.of());
            shards.forEach((id, shard) -> copy.shards.put(id, new Shard(shard)));
            return copy;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared; nobody writes into the array
    private record Entry(long term, byte[] bytes) {}

    private static final class Shard {
        private final TreeMap<Long, Entry> entries = new TreeMap<>();
        private long base;
        private long baseTerm;
        private long first = 1;
        private Vote vote = Vote.NONE;
        private byte[] members = {};

        Shard() {}

        Shard(Shard from) {
            entries.putAll(from.entries);
            base = from.base;
            baseTerm = from.baseTerm;
            first = from.first;
            vote = from.vote;
            members = from.members;
        }

        long last() {
            return entries.isEmpty() ? base : entries.lastKey();
        }

        long term() {
            return entries.isEmpty() ? baseTerm : entries.lastEntry().getValue().term();
        }

        void release(long index) {
            first = Math.max(first, Math.min(index, last() + 1));
            Map.Entry<Long, Entry> gone = entries.lowerEntry(first);
            if (gone != null) {
                base = gone.getKey();
                baseTerm = gone.getValue().term();
                entries.headMap(first).clear();
            }
        }

        void reset(long index, long term) {
            entries.clear();
            base = index;
            baseTerm = term;
            first = index + 1;
        }
    }

    /// Who holds what of a shard, and up to where it is released but for that.
    private static final class Holds {
        private final List<HeapHold> held = new ArrayList<>();
        private long asked;

        long releasable() {
            return held.stream().mapToLong(hold -> hold.from).reduce(asked, Math::min);
        }

        void loseBelow(long index) {
            held.removeIf(hold -> hold.from < index && (hold.lost = true));
        }
    }

    private final class HeapHold implements Hold {
        private final ShardId shard;
        private long from;
        private boolean lost;

        HeapHold(ShardId shard, long from) {
            this.shard = shard;
            this.from = from;
        }

        @Override
        public void advance(long index) {
            synchronized (HeapJournal.this) {
                from = Math.max(from, index);
                releaseWhatNobodyHolds(shard);
            }
        }

        @Override
        public boolean isLost() {
            synchronized (HeapJournal.this) {
                return lost;
            }
        }

        @Override
        public void close() {
            synchronized (HeapJournal.this) {
                holdsOf(shard).held.remove(this);
                releaseWhatNobodyHolds(shard);
            }
        }
    }

    private Holds holdsOf(ShardId shard) {
        return holds.computeIfAbsent(shard, none -> new Holds());
    }

    private void releaseWhatNobodyHolds(ShardId id) {
        Shard shard = home.shards.get(id);
        if (shard != null) {
            shard.release(holdsOf(id).releasable());
        }
    }

    private void loseHolds(ShardId shard) {
        holdsOf(shard).loseBelow(Long.MAX_VALUE);
        holdsOf(shard).asked = 0;
    }

    /// Requests fail with this code from now on; null: they are done again.
    public synchronized void refuseWith(@Nullable ErrorCode code) {
        refusal = code;
    }

    /// The next request has an unknown outcome, and was not done; then the journal has failed.
    public synchronized void failNext() {
        failing = true;
    }

    /// Does it, unless it is refused.
    private void change(Callback callback, ToLongFunction<Home> change) {
        long heard;
        try {
            refuseWhatCannotBe();
            heard = change.applyAsLong(home);
        } catch (MnemeException refused) {
            callback.failed(refused);
            return;
        }
        try {
            callback.durable(heard);
        } catch (RuntimeException broken) {
            System.getLogger(HeapJournal.class.getName())
                    .log(System.Logger.Level.ERROR, "A callback threw on hearing of " + heard, broken);
        }
    }

    private void refuseWhatCannotBe() {
        if (closed) {
            throw new MnemeException(ErrorCode.OVERLOADED, "The journal is closed.");
        }
        if (failing) {
            failing = false;
            refusal = ErrorCode.LOG_FAILED;
            throw new MnemeException(ErrorCode.OUTCOME_UNKNOWN, "The test asked for this failure.");
        }
        if (refusal != null) {
            throw new MnemeException(refusal, "The test asked for this refusal.");
        }
    }

    private void changeShard(ShardId id, Callback callback, Consumer<Shard> change) {
        change(callback, kept -> {
            Shard shard = shard(id);
            change.accept(shard);
            return shard.last();
        });
    }

    private Shard shard(ShardId id) {
        Shard shard = home.shards.get(id);
        if (shard == null) {
            throw MnemeException.invalid("shard", "There is no shard " + id + ".");
        }
        return shard;
    }

    private static void check(boolean holds, String field) {
        if (!holds) {
            throw MnemeException.invalid(field, "This does not fit what the shard holds: " + field + ".");
        }
    }

    @Override
    public synchronized void open(ShardId shard, Callback callback) {
        change(
                callback,
                kept -> kept.shards
                        .computeIfAbsent(shard, opened -> new Shard())
                        .last());
    }

    @Override
    public synchronized void drop(ShardId shard, Callback callback) {
        change(callback, kept -> {
            Shard dropped = kept.shards.remove(shard);
            loseHolds(shard);
            return dropped == null ? 0 : dropped.last();
        });
    }

    @Override
    public synchronized SortedSet<ShardId> shards() {
        return new TreeSet<>(home.shards.keySet());
    }

    @Override
    public synchronized void append(ShardId id, long index, long term, byte[] entry, Callback callback) {
        changeShard(id, callback, shard -> {
            if (entry.length > LARGEST) {
                throw new MnemeException(ErrorCode.TOO_LARGE, "The entry is larger than " + LARGEST + " bytes.");
            }
            long at = index == NEXT ? shard.last() + 1 : index;
            check(at > shard.last(), "index");
            check(term >= shard.term(), "term");
            shard.entries.put(at, new Entry(term, entry));
        });
    }

    @Override
    public synchronized void truncateFrom(ShardId id, long index, Callback callback) {
        changeShard(id, callback, shard -> {
            check(index >= shard.first && index <= shard.last() + 1, "index");
            shard.entries.tailMap(index).clear();
            shard.first = Math.min(shard.first, shard.last() + 1);
            holdsOf(id).asked = Math.min(holdsOf(id).asked, shard.last() + 1);
        });
    }

    @Override
    public synchronized void vote(ShardId id, long term, String votedFor, Callback callback) {
        changeShard(id, callback, shard -> {
            Vote vote = new Vote(term, votedFor);
            check(term >= 0 && shard.vote.allows(vote), "term");
            check(votedFor.getBytes(UTF_8).length <= LONGEST_NAME, "votedFor");
            shard.vote = vote;
        });
    }

    @Override
    public synchronized void members(ShardId id, byte[] members, Callback callback) {
        changeShard(id, callback, shard -> shard.members = members);
    }

    @Override
    public synchronized void reset(ShardId id, long index, long term, Callback callback) {
        changeShard(id, callback, shard -> {
            check(index >= 0, "index");
            check(term >= 0, "term");
            shard.reset(index, term);
            loseHolds(id);
        });
    }

    @Override
    public long read(ShardId id, long from, long maxBytes, Visitor visitor) {
        Map<Long, Entry> found = found(id, from);
        long next = from;
        long left = maxBytes;
        for (Map.Entry<Long, Entry> entry : found.entrySet()) {
            left -= entry.getValue().bytes().length;
            if (next > from && left < 0) {
                return next;
            }
            visitor.entry(
                    entry.getKey(),
                    entry.getValue().term(),
                    entry.getValue().bytes().clone());
            next = entry.getKey() + 1;
        }
        return next;
    }

    private synchronized Map<Long, Entry> found(ShardId id, long from) {
        Shard shard = shard(id);
        if (from < shard.first) {
            throw new MnemeException(ErrorCode.POSITION_EXPIRED, "The shard begins at entry " + shard.first + ".");
        }
        return new TreeMap<>(shard.entries.tailMap(from));
    }

    @Override
    public synchronized long firstIndex(ShardId shard) {
        return shard(shard).first;
    }

    @Override
    public synchronized long lastIndex(ShardId shard) {
        return shard(shard).last();
    }

    @Override
    public synchronized long lastTerm(ShardId shard) {
        return shard(shard).term();
    }

    @Override
    public synchronized Vote vote(ShardId shard) {
        return shard(shard).vote;
    }

    @Override
    public synchronized byte[] members(ShardId shard) {
        return shard(shard).members.clone();
    }

    @Override
    public synchronized void releaseBefore(ShardId id, long index) {
        Shard shard = shard(id);
        Holds held = holdsOf(id);
        held.asked = Math.max(held.asked, Math.min(index, shard.last() + 1));
        shard.release(held.releasable());
        long left = MOST_HELD_BYTES;
        for (Map.Entry<Long, Entry> each :
                shard.entries.headMap(held.asked, false).descendingMap().entrySet()) {
            left -= each.getValue().bytes().length;
            if (left < 0) {
                held.loseBelow(each.getKey() + 1);
                shard.release(held.releasable());
                return;
            }
        }
    }

    @Override
    public synchronized Hold hold(ShardId id, long from) {
        if (from < shard(id).first) {
            throw new MnemeException(ErrorCode.POSITION_EXPIRED, "The shard begins at entry " + shard(id).first + ".");
        }
        HeapHold hold = new HeapHold(id, from);
        holdsOf(id).held.add(hold);
        return hold;
    }

    @Override
    public Map<ShardId, Long> pinning() {
        return Map.of();
    }

    @Override
    public int maxEntryBytes() {
        return LARGEST;
    }

    @Override
    public synchronized State state() {
        return refusal == ErrorCode.LOG_FAILED
                ? State.LOG_FAILED
                : refusal == ErrorCode.STORAGE_FULL ? State.STORAGE_FULL : State.OK;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
