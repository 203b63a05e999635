package dev.mneme.testkit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A log on the heap: commits in [#propose] itself, on the caller's thread, so that a test needs no waiting.
/// What it keeps is in its [Home], which the test holds, and which the next log opens again.
///
/// **Threads**: any; one at a time gets in.
public final class HeapCommitLog implements CommitLog {
    private static final long TERM = 1;

    private final Home home;
    private @Nullable ErrorCode refusal;
    private boolean failing;
    private boolean closed;

    public HeapCommitLog(Home home) {
        this.home = home;
    }

    /// What survives a restart.
    public static final class Home {
        private final List<Shard> shards = new ArrayList<>();

        public Home(int shards) {
            for (int shard = 0; shard < shards; shard++) {
                this.shards.add(new Shard());
            }
        }
    }

    private static final class Shard {
        private final List<byte[]> entries = new ArrayList<>();
        private long before;

        long last() {
            return before + entries.size();
        }
    }

    /// Proposals fail with this code from now on; null: they are committed again.
    public synchronized void refuseWith(@Nullable ErrorCode code) {
        refusal = code;
    }

    /// The next proposal has an unknown outcome, and is not there; then the log has failed.
    public synchronized void failNext() {
        failing = true;
    }

    @Override
    public synchronized void propose(int shard, byte[] batch, Callback callback) {
        if (shard < 0 || shard >= home.shards.size()) {
            callback.failed(MnemeException.invalid("shard", "There is no shard " + shard + "."));
        } else if (closed) {
            callback.failed(new MnemeException(ErrorCode.OVERLOADED, "The log is closed."));
        } else if (failing) {
            failing = false;
            refusal = ErrorCode.LOG_FAILED;
            callback.failed(new MnemeException(ErrorCode.OUTCOME_UNKNOWN, "The test asked for this failure."));
        } else if (refusal != null) {
            callback.failed(new MnemeException(refusal, "The test asked for this refusal."));
        } else {
            Shard of = home.shards.get(shard);
            of.entries.add(batch);
            heard(callback, of.last());
        }
    }

    private static void heard(Callback callback, long index) {
        try {
            callback.committed(index, TERM);
        } catch (RuntimeException broken) {
            System.getLogger(HeapCommitLog.class.getName())
                    .log(System.Logger.Level.ERROR, "A callback threw on hearing of " + index, broken);
        }
    }

    @Override
    public int maxBatchBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public synchronized void replay(int shard, long afterIndex, Replay replay) {
        Shard of = home.shards.get(shard);
        if (afterIndex > of.last() || afterIndex < of.before) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The log holds entries " + (of.before + 1) + " to " + of.last() + ", not those after " + afterIndex
                            + ".");
        }
        for (long index = afterIndex + 1; index <= of.last(); index++) {
            replay.entry(
                    index, TERM, of.entries.get((int) (index - of.before - 1)).clone());
        }
    }

    @Override
    public synchronized long lastIndex(int shard) {
        return home.shards.get(shard).last();
    }

    @Override
    public synchronized void checkpointed(int shard, long index) {
        Shard of = home.shards.get(shard);
        long gone = Math.clamp(index - of.before, 0, of.entries.size());
        of.entries.subList(0, (int) gone).clear();
        of.before += gone;
    }

    @Override
    public Map<Integer, Long> pinning() {
        return Map.of();
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
