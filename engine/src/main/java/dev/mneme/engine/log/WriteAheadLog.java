package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.CommitLog;
import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The write-ahead log of a node, shared by all its shards: what they have queued becomes one disk batch with
/// one fsync. The files are drawn in `SegmentHeader`, `BatchHeader` and `LogRecord`; what opening does after a
/// crash is told in `Recovery`, the states in `LogWriter`.
///
/// **Durable** means that an fsync returned after the write. Callbacks come after it, on the log's thread; a
/// refusal that needs no disk (`OVERLOADED`, `TOO_LARGE`, `LOG_FAILED`, `INTEGRITY_VIOLATION`, a shard that
/// does not exist, a closed log) comes at once, on the caller's.
///
/// **Damage** of bytes that had been durable does not keep the log from opening: the shards that need them are
/// stopped ([#replay] throws and proposals fail as `INTEGRITY_VIOLATION`), the others go on. Where the newest
/// segment is damaged, no shard knows its end, and all are stopped.
///
/// **Not promised**: that a batch whose outcome is unknown is there, or not, after a restart; that a second
/// process on the same folder is noticed.
///
/// **Threads**: any may call. [#replay] of a shard is called before its first proposal, and by one thread.
public final class WriteAheadLog implements CommitLog {
    private static final System.Logger LOG = System.getLogger(WriteAheadLog.class.getName());
    private static final int MAX_SHARDS = 65_535;

    private final int shards;
    private final LogConfig config;
    private final ProposalQueue queue;
    private final SegmentCatalog catalog;
    private final SegmentFolder folder;
    private final LogWriter writer;
    private final LogReplay recovered;
    private final RecoveryReport report;
    private final Thread thread;

    private WriteAheadLog(
            Disk disk,
            LogConfig config,
            LogMetrics metrics,
            LogSeal seal,
            LongSupplier salts,
            LogMarker marker,
            RecoveredLog recovered) {
        this.shards = recovered.tails().size();
        this.config = config;
        this.report = recovered.report();
        this.recovered = new LogReplay(disk, recovered.tails());
        long[] lastIndexes =
                recovered.tails().stream().mapToLong(ShardTail::last).toArray();
        this.queue = new ProposalQueue(config.maxQueuedEntries(), config.maxQueuedBytes());
        this.catalog = new SegmentCatalog(recovered.segments(), lastIndexes, config.maxSegments());
        this.folder = new SegmentFolder(disk, config.segmentBytes(), catalog, recovered.newest() + 1);
        this.writer = new LogWriter(config, metrics, seal, salts, queue, catalog, folder, marker, recovered);
        this.thread = Thread.ofPlatform().daemon().name("mneme-log").unstarted(writer);
    }

    /// Opens the log in a folder, making it when the folder is empty, and recovers what it holds.
    ///
    /// @param shards 1 to 65,535; fixed for the life of the folder
    /// @param seal gives batches their MAC, and refuses those with another
    /// @throws MnemeException `LOG_FAILED` when the folder cannot be read or written, `STORAGE_FULL` when there
    ///     is no room to recover, `INTEGRITY_VIOLATION` when somebody without the key wrote to it,
    ///     `INVALID_REQUEST` when the files are of a newer format or of another number of shards
    public static WriteAheadLog open(Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal) {
        return open(disk, shards, config, metrics, seal, new SecureRandom()::nextLong);
    }

    /// As above; `salts` gives each segment the random number that its batches carry.
    static WriteAheadLog open(
            Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal, LongSupplier salts) {
        return open(disk, shards, config, metrics, seal, salts, LogMarker.boot());
    }

    /// As above.
    ///
    /// @param boot the machine's present one; null: not known
    static WriteAheadLog open(
            Disk disk,
            int shards,
            LogConfig config,
            LogMetrics metrics,
            LogSeal seal,
            LongSupplier salts,
            @Nullable UUID boot) {
        checkRoom(shards, config);
        try {
            RecoveredLog recovered = new Recovery(disk, shards, salts, seal, boot, true).run();
            report(recovered.report());
            refuseShort(recovered.report());
            LogMarker marker = LogMarker.open(disk, seal, recovered.report().tail(), boot, InstantSource.system());
            WriteAheadLog log = new WriteAheadLog(disk, config, metrics, seal, salts, marker, recovered);
            log.thread.start();
            return log;
        } catch (IOException failed) {
            throw new MnemeException(
                    ErrorCode.LOG_FAILED,
                    "The log's folder cannot be read or written (" + failed.getMessage()
                            + "): check the disk and the folder's permissions, then start again.",
                    failed);
        }
    }

    private static void checkRoom(int shards, LogConfig config) {
        if (shards < 1 || shards > MAX_SHARDS) {
            throw MnemeException.invalid("shards", "shards must be 1 to " + MAX_SHARDS + ", was " + shards + ".");
        }
        long largest = Math.max(config.maxBatchBytes(), config.maxEntryBytes() + (long) LogRecord.LENGTH);
        long needed = SegmentHeader.length(shards) + largest + 2 * BatchHeader.LENGTH + BatchHeader.ALIGNMENT;
        if (needed > config.segmentBytes()) {
            throw MnemeException.invalid(
                    "log.segmentBytes",
                    "log.segmentBytes must be at least " + needed + " to hold the largest batch, was "
                            + config.segmentBytes() + ".");
        }
    }

    /// What callers were told of is not there: nobody is served, and nothing in the folder is changed.
    private static void refuseShort(RecoveryReport report) {
        if (report.tail().ending() == LogTail.Ending.SHORT) {
            throw Refusals.violation(report.damages().getLast());
        }
    }

    /// Takes the log as it is: whatever its mark said, what is there now is all that was answered for. Of a
    /// log that nobody has open.
    ///
    /// @return what its end had been
    public static LogTail acceptTail(Path folder, int shards, LogSeal seal) {
        try {
            Disk disk = new FolderDisk(folder);
            LogTail was = new Recovery(new OverlayDisk(folder), shards, () -> 0, seal, null, true)
                    .run()
                    .report()
                    .tail();
            RecoveryReport now = new Recovery(new OverlayDisk(folder), shards, () -> 0, seal, null, false)
                    .run()
                    .report();
            LogMark mark = LogMark.read(disk, seal);
            long number = mark == null ? 1 : mark.number() + 2;
            LogMark.put(
                    disk,
                    seal,
                    new LogMark(number, now.tail().last(), Instant.now(), false, was.uncertainStops(), null, true));
            return was;
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.LOG_FAILED, "The log's folder " + folder + " cannot be written (" + e + ").", e);
        }
    }

    /// Whether the folder of a log has a mark.
    public static boolean isMarked(Path folder) {
        return Files.exists(folder.resolve(LogMark.FILE));
    }

    /// Whether the folder holds a segment.
    public static boolean holdsSegments(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(
                    file -> SegmentName.sequence(file.getFileName().toString()).isPresent());
        }
    }

    private static void report(RecoveryReport report) {
        boolean known = report.unknown().isEmpty();
        report.cuts()
                .forEach(cut -> LOG.log(
                        System.Logger.Level.WARNING,
                        "Cut a torn tail of {0} bytes off {1} at offset {2}{3}",
                        cut.bytes(),
                        cut.file(),
                        cut.offset(),
                        known ? ": it was never acknowledged" : ""));
        report.unknown().forEach(unknown -> LOG.log(System.Logger.Level.WARNING, "Not known: {0}", unknown));
        report.damages().forEach(damage -> LOG.log(System.Logger.Level.ERROR, damage.message()));
        LOG.log(
                System.Logger.Level.INFO,
                "Log open: {0} segments, {1} batches, {2} records, {3} of them written again",
                report.segments(),
                report.batches(),
                report.records(),
                report.copiedRecords());
    }

    /// What opening found: torn tails that were cut, damage that stops shards.
    public RecoveryReport recoveryReport() {
        return report;
    }

    @Override
    public void propose(int shard, byte[] batch, Callback callback) {
        if (batch.length > config.maxEntryBytes()) {
            Callbacks.failed(callback, Refusals.tooLarge(batch.length, config.maxEntryBytes()));
        } else {
            accept(shard, new Request.Entry(shard, batch, callback));
        }
    }

    /// Makes the entries of a shard at or above `index` void, and goes on there at `term`. Committed as a
    /// record is: the callback hears the shard's new last index, `index - 1`.
    ///
    /// Fails as `INVALID_REQUEST` when `index` is not from 1 to the last index + 1, or `term` is below the
    /// shard's.
    public void cutBack(int shard, long index, long term, Callback callback) {
        accept(shard, new Request.CutBack(shard, index, term, callback));
    }

    private void accept(int shard, Request.Recorded request) {
        if (shard < 0 || shard >= shards) {
            request.refuse(Refusals.unknownShard(shard, shards));
            return;
        }
        MnemeException stopped = recovered.beginWriting(shard);
        if (stopped != null) {
            request.refuse(stopped);
            return;
        }
        offer(request);
    }

    private void offer(Request request) {
        if (writer.state() == State.LOG_FAILED) {
            request.refuse(Refusals.logFailed());
            return;
        }
        switch (queue.offer(request)) {
            case ACCEPTED -> {}
            case FULL -> request.refuse(Refusals.overloaded());
            case CLOSED -> request.refuse(Refusals.closed());
        }
    }

    /// Goes on in a new segment now, so that older ones can be deleted once every shard's checkpoint has passed
    /// them.
    ///
    /// @return the new segment's sequence number once it is in use: what was proposed before is below it, and
    ///     gone when [#oldestSegment] is at least that. It fails with a `MnemeException` as a proposal does
    public CompletableFuture<Long> roll() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        offer(new Request.Roll(done));
        return done;
    }

    /// The sequence number of the oldest segment that is still there; 0 when there is none.
    public long oldestSegment() {
        return catalog.oldest();
    }

    /// Proposals that wait for the next disk batch.
    public int queued() {
        return queue.size();
    }

    /// How many segments are in use.
    public int segments() {
        return catalog.count();
    }

    @Override
    public int maxBatchBytes() {
        return config.maxEntryBytes();
    }

    @Override
    public void replay(int shard, long afterIndex, Replay replay) {
        if (shard < 0 || shard >= shards) {
            throw Refusals.unknownShard(shard, shards);
        }
        recovered.replay(shard, afterIndex, replay);
    }

    @Override
    public long lastIndex(int shard) {
        return catalog.lastIndex(shard);
    }

    @Override
    public void checkpointed(int shard, long index) {
        catalog.checkpointed(shard, index);
        folder.deleteUnneeded();
    }

    @Override
    public Map<Integer, Long> pinning() {
        return catalog.pinning();
    }

    @Override
    public State state() {
        return writer.state();
    }

    @Override
    public void close() {
        queue.close();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
