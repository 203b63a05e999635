package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decides which record a request becomes: gives entries their index, and refuses what does not fit the shard.
/// Knows where each shard will stand once all that was numbered is durable. Owned by the log's thread.
///
/// What reshapes a shard is decided by the catalog, which is up to date then: nothing else of that shard is in the
/// same batch, and one batch at a time is written.
final class Numbering {
    private final SegmentCatalog catalog;
    private final long headerRoom;
    private final Map<Integer, End> ends = new HashMap<>();
    private long headerBytes;

    /// Where a shard will stand.
    private static final class End {
        private long last;
        private long term;
        private Journal.Vote vote;
        private int members;
        private int bytes;
        private boolean sound;

        End(ShardState state, boolean sound) {
            this.last = state.last();
            this.term = state.term();
            this.vote = state.vote();
            this.members = state.members().length;
            this.bytes = state.length();
            this.sound = sound;
        }
    }

    /// @param headerRoom what the shards may take in a segment's header, in bytes
    Numbering(SegmentCatalog catalog, long headerRoom) {
        this.catalog = catalog;
        this.headerRoom = headerRoom;
        catalog.states().forEach(state -> refresh(state.id()));
    }

    private void refresh(int shard) {
        End was = ends.remove(shard);
        headerBytes -= was == null ? 0 : was.bytes;
        ShardState state = catalog.state(shard);
        if (state != null) {
            End end = new End(state, catalog.damage(shard) == null);
            ends.put(shard, end);
            headerBytes += end.bytes;
        }
    }

    /// The records to be written, in order; requests that do not become one are answered.
    List<NumberedRecord> number(List<Request> requests) {
        List<NumberedRecord> records = new ArrayList<>(requests.size());
        for (Request request : requests) {
            switch (request) {
                case Request.Addition addition -> {
                    End end = ends.get(addition.shard());
                    NumberedRecord record = end == null ? absent(addition) : add(addition, end);
                    if (record != null) {
                        records.add(record);
                    }
                }
                case Request.Reshaping reshaping -> {
                    NumberedRecord record = reshape(reshaping);
                    if (record != null) {
                        records.add(record);
                    }
                }
                case Request.Roll roll -> throw new IllegalStateException("a roll is taken alone: " + roll);
            }
        }
        return records;
    }

    /// The records are durable, and the catalog knows of them.
    void committed(List<NumberedRecord> records) {
        if (!records.isEmpty() && isReshaping(records.getFirst().head().kind())) {
            records.forEach(record -> refresh(record.head().shard()));
        }
    }

    private static boolean isReshaping(byte kind) {
        return kind == LogRecord.OPEN
                || kind == LogRecord.DROP
                || kind == LogRecord.TRUNCATE
                || kind == LogRecord.RESET;
    }

    private static @Nullable NumberedRecord absent(Request.Recorded request) {
        return refused(request, Refusals.unknownShard(request.shard()));
    }

    private static @Nullable NumberedRecord refused(Request.Recorded request, MnemeException refusal) {
        request.refuse(refusal);
        return null;
    }

    private @Nullable NumberedRecord add(Request.Addition addition, End end) {
        MnemeException stopped = stopped(addition.shard(), end);
        if (stopped != null) {
            return refused(addition, stopped);
        }
        return switch (addition) {
            case Request.Entry entry -> entry(entry, end);
            case Request.Vote vote -> vote(vote, end);
            case Request.Members members -> members(members, end);
        };
    }

    /// Why the shard must not be added to.
    private @Nullable MnemeException stopped(int shard, End end) {
        if (!end.sound) {
            RecoveryReport.Damage damage = catalog.damage(shard);
            if (damage != null) {
                return Refusals.violation(damage);
            }
            end.sound = true; // who holds elsewhere what was lost has said so
        }
        return null;
    }

    private static @Nullable NumberedRecord entry(Request.Entry entry, End end) {
        long index = entry.index() == Journal.NEXT ? end.last + 1 : entry.index();
        if (index <= end.last || entry.term() < end.term) {
            return refused(entry, Refusals.notAfter(index, entry.term(), end.last, end.term));
        }
        end.last = index;
        end.term = entry.term();
        return NumberedRecord.entry(entry, index);
    }

    private @Nullable NumberedRecord vote(Request.Vote vote, End end) {
        if (!end.vote.allows(vote.vote())) {
            return refused(vote, Refusals.voteGoesBack(end.vote));
        }
        NumberedRecord record = NumberedRecord.vote(vote, end.last);
        int bytes = ShardState.length(record.payload().length, end.members);
        if (!fits(bytes - end.bytes)) {
            return refused(vote, Refusals.headerFull(headerRoom));
        }
        end.vote = vote.vote();
        grow(end, bytes);
        return record;
    }

    private @Nullable NumberedRecord members(Request.Members members, End end) {
        int bytes = ShardState.length(ShardState.votedFor(end.vote).length, members.members().length);
        if (!fits(bytes - end.bytes)) {
            return refused(members, Refusals.headerFull(headerRoom));
        }
        end.members = members.members().length;
        grow(end, bytes);
        return NumberedRecord.members(members, end.last);
    }

    private boolean fits(int more) {
        return headerBytes + more <= headerRoom;
    }

    private void grow(End end, int bytes) {
        headerBytes += bytes - end.bytes;
        end.bytes = bytes;
    }

    private @Nullable NumberedRecord reshape(Request.Reshaping request) {
        End end = ends.get(request.shard());
        return switch (request) {
            case Request.Open open -> open(open, end);
            case Request.Drop drop when end == null -> answered(drop, 0);
            case Request.Drop drop -> NumberedRecord.plain(LogRecord.DROP, drop, 0, 0, end.last);
            case Request.Truncate truncate when end == null -> absent(truncate);
            case Request.Truncate truncate -> truncate(truncate, end);
            case Request.Reset reset when end == null -> absent(reset);
            case Request.Reset reset
            when reset.index() < 0 || reset.term() < 0 ->
                refused(reset, Refusals.badReset(reset.index(), reset.term()));
            case Request.Reset reset ->
                NumberedRecord.plain(LogRecord.RESET, reset, reset.index(), reset.term(), reset.index());
        };
    }

    private @Nullable NumberedRecord open(Request.Open open, @Nullable End end) {
        if (end != null) {
            return answered(open, end.last);
        }
        int bytes = ShardState.length(0, 0);
        if (!fits(bytes)) {
            return refused(open, Refusals.headerFull(headerRoom));
        }
        headerBytes += bytes; // until it is refreshed, so that others of the same batch count it
        ends.put(open.shard(), placeholder(open.shard()));
        return NumberedRecord.plain(LogRecord.OPEN, open, 0, 0, 0);
    }

    private static End placeholder(int shard) {
        return new End(ShardState.empty(shard), true);
    }

    private @Nullable NumberedRecord truncate(Request.Truncate truncate, End end) {
        MnemeException stopped = stopped(truncate.shard(), end);
        if (stopped != null) {
            return refused(truncate, stopped);
        }
        ShardState stays = catalog.stateBelow(truncate.shard(), truncate.index());
        long first = stays.released();
        if (truncate.index() < first || truncate.index() > end.last + 1) {
            return refused(truncate, Refusals.badTruncation(first, end.last));
        }
        return NumberedRecord.truncate(truncate, stays.last(), stays.term());
    }

    /// It is so already, and durable.
    private static @Nullable NumberedRecord answered(Request.Recorded request, long last) {
        Callbacks.durable(request.callback(), last);
        return null;
    }
}
