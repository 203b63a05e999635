package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/// A node's log for those who call a shard by its place in a list, the system's last, and agree with nobody.
public final class PositionedLog implements CommitLog {
    private static final long FIRST_TERM = 1;
    private static final long READ_BYTES = 1 << 20;

    private final WriteAheadLog journal;
    private final List<ShardId> ids;

    private PositionedLog(WriteAheadLog journal, List<ShardId> ids) {
        this.journal = journal;
        this.ids = ids;
    }

    /// @param shards how many; a log that is there must have as many
    public static PositionedLog open(Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal) {
        return open(disk, shards, config, metrics, seal, LogRuntime.system());
    }

    /// As above.
    ///
    /// @param runtime threads, clocks and randomness
    public static PositionedLog open(
            Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal, LogRuntime runtime) {
        List<ShardId> ids = LogFormat.ids(shards);
        WriteAheadLog journal = WriteAheadLog.open(disk, new TreeSet<>(ids), config, metrics, seal, runtime);
        if (!journal.shards().equals(new TreeSet<>(ids))) {
            int found = journal.shards().size();
            journal.close();
            throw MnemeException.invalid(
                    "shards",
                    "The log is of a node with " + found + " shards, not " + shards
                            + ": start with the number of shards that the data folder was made with.");
        }
        return new PositionedLog(journal, ids);
    }

    /// The log itself.
    public WriteAheadLog journal() {
        return journal;
    }

    /// See [WriteAheadLog#roll].
    public CompletableFuture<Long> roll() {
        return journal.roll();
    }

    public RecoveryReport recoveryReport() {
        return journal.recoveryReport();
    }

    private ShardId id(int shard) {
        if (shard < 0 || shard >= ids.size()) {
            throw MnemeException.invalid(
                    "shard", "There is no shard " + shard + ": shards are 0 to " + (ids.size() - 1) + ".");
        }
        return ids.get(shard);
    }

    @Override
    public void propose(int shard, byte[] batch, Callback callback) {
        ShardId id;
        try {
            id = id(shard);
        } catch (MnemeException unknown) {
            callback.failed(unknown);
            return;
        }
        long term = Math.max(FIRST_TERM, journal.lastTerm(id));
        journal.append(id, Journal.NEXT, term, batch, new Journal.Callback() {
            @Override
            public void durable(long index) {
                callback.committed(index, term);
            }

            @Override
            public void failed(MnemeException failure) {
                callback.failed(failure);
            }
        });
    }

    @Override
    public int maxBatchBytes() {
        return journal.maxEntryBytes();
    }

    @Override
    public void replay(int shard, long afterIndex, Replay replay) {
        ShardId id = id(shard);
        try {
            long next = afterIndex + 1;
            for (long from = 0; from < next; ) {
                from = next;
                next = journal.read(id, from, READ_BYTES, replay::entry);
            }
        } catch (MnemeException failed) {
            throw failed.code() == ErrorCode.POSITION_EXPIRED ? tablesAreOlder(shard, afterIndex, failed) : failed;
        }
        if (afterIndex > journal.lastIndex(id)) {
            throw logIsOlder(shard, afterIndex, journal.lastIndex(id));
        }
        journal.releaseBefore(id, journal.firstIndex(id)); // what is damaged before that is not missed
    }

    private static MnemeException tablesAreOlder(int shard, long after, MnemeException cause) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "Shard " + shard + " needs its log from entry " + (after + 1) + ", and " + cause.getMessage()
                        + " The tables are older than the log, or log files are missing: put back what is missing, or"
                        + " restore the data folder.",
                cause);
    }

    private static MnemeException logIsOlder(int shard, long after, long last) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "Shard " + shard + " has a checkpoint of entry " + after + ", but its log ends at entry " + last
                        + ": the log's folder is older than the tables. Put back the log that belongs to them, or"
                        + " restore the data folder.");
    }

    @Override
    public long lastIndex(int shard) {
        return journal.lastIndex(id(shard));
    }

    @Override
    public void checkpointed(int shard, long index) {
        journal.releaseBefore(id(shard), index + 1);
    }

    @Override
    public Map<Integer, Long> pinning() {
        Map<Integer, Long> pinning = new HashMap<>();
        journal.pinning().forEach((id, before) -> pinning.put(ids.indexOf(id), before - 1));
        return pinning;
    }

    @Override
    public State state() {
        return State.valueOf(journal.state().name());
    }

    @Override
    public void close() {
        journal.close();
    }
}
