package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The write-ahead log of a node, shared by all its shards: what they have queued becomes one disk batch with
/// one fsync. The files are drawn in `SegmentHeader`, `BatchHeader` and `LogRecord`; what opening does after a
/// crash is told in `Recovery`, the states in `LogWriter`.
///
/// **Durable** means that an fsync returned after the write. Callbacks come after it, on the log's thread; a
/// refusal that needs no disk (`OVERLOADED`, `TOO_LARGE`, `LOG_FAILED`, a closed log) may come at once, on the
/// caller's.
///
/// **Damage** of bytes that had been durable does not keep the log from opening: the shards that need them are
/// stopped ([#read] throws and appends fail as `INTEGRITY_VIOLATION`), the others go on. A shard whose tables, or
/// whose followers, hold what is lost goes on once it was released or reset. Where the newest segment is damaged,
/// no shard knows its end, and all are stopped.
///
/// **Not promised**: that a second process on the same folder is noticed.
///
/// **Threads**: any may call. The log has two of its own, unless it is stepped ([LogRuntime#stepped]): then
/// whoever opened it calls [#step], and all its callers are one thread.
public final class WriteAheadLog implements Journal {
    private static final System.Logger LOG = System.getLogger(WriteAheadLog.class.getName());
    private static final int LONGEST_NAME = 255;

    private final Disk disk;
    private final LogConfig config;
    private final ProposalQueue queue;
    private final SegmentCatalog catalog;
    private final SegmentFolder folder;
    private final LogWriter writer;
    private final RecoveryReport report;
    private final @Nullable Thread thread;
    private boolean closed;

    private WriteAheadLog(
            Disk disk,
            LogConfig config,
            LogMetrics metrics,
            LogSeal seal,
            LogRuntime runtime,
            LogMarker marker,
            RecoveredLog recovered) {
        this.disk = disk;
        this.config = config;
        this.report = recovered.report();
        this.queue = new ProposalQueue(config.maxQueuedEntries(), config.maxQueuedBytes());
        this.catalog = new SegmentCatalog(recovered.segments(), recovered.contents(), config.maxSegments());
        this.folder = new SegmentFolder(
                disk,
                config.segmentBytes(),
                catalog,
                runtime.stepped() ? new CallersThread() : ownThread(),
                recovered.newest() + 1);
        Numbering numbering = new Numbering(catalog, headerRoom(config));
        this.writer =
                new LogWriter(config, metrics, seal, runtime, queue, catalog, numbering, folder, marker, recovered);
        this.thread = runtime.stepped()
                ? null
                : Thread.ofPlatform().daemon().name("mneme-log").unstarted(writer);
    }

    private static ExecutorService ownThread() {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("mneme-log-segments").factory());
    }

    /// Opens the log in a folder, making it when the folder is empty, and recovers what it holds.
    ///
    /// @param founding the shards of a log that is made now; one that is there has its own
    /// @param seal gives batches and headers their MAC, and refuses those with another
    /// @param runtime threads, clocks and randomness
    /// @throws MnemeException `LOG_FAILED` when the folder cannot be read or written, `STORAGE_FULL` when there
    ///     is no room to recover, `INTEGRITY_VIOLATION` when somebody without the key wrote to it,
    ///     `INVALID_REQUEST` when the files are of a newer format, or the segments too small for the shards
    public static WriteAheadLog open(
            Disk disk, Set<ShardId> founding, LogConfig config, LogMetrics metrics, LogSeal seal, LogRuntime runtime) {
        checkRoom(
                founding.stream().map(shard -> ShardState.empty(shard.value())).toList(), config);
        try {
            RecoveredLog recovered = new Recovery(disk, founding, runtime.salts(), seal, runtime.boot(), true).run();
            report(recovered.report());
            refuseShort(recovered.report());
            checkRoom(recovered.contents().states(), config);
            LogMarker marker = LogMarker.open(disk, seal, recovered.report().tail(), runtime.boot(), runtime.clock());
            WriteAheadLog log = new WriteAheadLog(disk, config, metrics, seal, runtime, marker, recovered);
            if (log.thread != null) {
                log.thread.start();
            }
            return log;
        } catch (IOException failed) {
            throw new MnemeException(
                    ErrorCode.LOG_FAILED,
                    "The log's folder cannot be read or written (" + failed.getMessage()
                            + "): check the disk and the folder's permissions, then start again.",
                    failed);
        }
    }

    /// Opens the log of a node that has these shards, and no others.
    ///
    /// @throws MnemeException as [#open], and `INVALID_REQUEST` when it has others
    public static WriteAheadLog openOf(
            Disk disk, Set<ShardId> shards, LogConfig config, LogMetrics metrics, LogSeal seal) {
        WriteAheadLog log = open(disk, shards, config, metrics, seal, LogRuntime.system());
        if (!log.shards().equals(shards)) {
            int found = log.shards().size();
            log.close();
            throw MnemeException.invalid(
                    "shards",
                    "The log is of a node with " + found + " shards, not " + shards.size()
                            + ": start with the number of shards that the data folder was made with.");
        }
        return log;
    }

    private static void checkRoom(List<ShardState> shards, LogConfig config) {
        long header = SegmentHeader.length(shards);
        long room = SegmentHeader.length(0) + headerRoom(config);
        if (header > room) {
            throw MnemeException.invalid(
                    "log.segmentBytes",
                    "log.segmentBytes must be at least " + (config.segmentBytes() + header - room)
                            + " to hold the largest batch, was " + config.segmentBytes() + ".");
        }
    }

    /// What shards may take in a segment's header, so that the largest batch finds room after it, and the empty
    /// one that closing writes.
    private static long headerRoom(LogConfig config) {
        long largest = Math.max(config.maxBatchBytes(), config.maxEntryBytes() + (long) LogRecord.LENGTH);
        long rest = largest + 2 * BatchHeader.LENGTH + 2 * BatchHeader.ALIGNMENT;
        return config.segmentBytes() - rest - SegmentHeader.length(0);
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
    public static LogTail acceptTail(Path folder, LogSeal seal, InstantSource clock) {
        try {
            Disk disk = new FolderDisk(folder);
            LogTail was = new Recovery(new OverlayDisk(folder), Set.of(), () -> 0, seal, null, true)
                    .run()
                    .report()
                    .tail();
            RecoveryReport now = new Recovery(new OverlayDisk(folder), Set.of(), () -> 0, seal, null, false)
                    .run()
                    .report();
            LogMark mark = LogMark.read(disk, seal);
            long number = mark == null ? 1 : mark.number() + 2;
            LogMark.put(
                    disk,
                    seal,
                    new LogMark(number, now.tail().last(), clock.instant(), false, was.uncertainStops(), null, true));
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
    public void open(ShardId shard, Callback callback) {
        offer(new Request.Open(shard.value(), callback));
    }

    @Override
    public void drop(ShardId shard, Callback callback) {
        offer(new Request.Drop(shard.value(), callback));
    }

    @Override
    public SortedSet<ShardId> shards() {
        return catalog.shards();
    }

    @Override
    public void append(ShardId shard, long index, long term, byte[] entry, Callback callback) {
        if (entry.length > config.maxEntryBytes()) {
            Callbacks.failed(callback, Refusals.tooLarge(entry.length, config.maxEntryBytes()));
        } else {
            offer(new Request.Entry(shard.value(), index, term, entry, callback));
        }
    }

    @Override
    public void truncateFrom(ShardId shard, long index, Callback callback) {
        offer(new Request.Truncate(shard.value(), index, callback));
    }

    @Override
    public void vote(ShardId shard, long term, String votedFor, Callback callback) {
        int bytes = votedFor.getBytes(StandardCharsets.UTF_8).length;
        if (term < 0 || bytes > LONGEST_NAME) {
            Callbacks.failed(callback, Refusals.badVote(term, bytes, LONGEST_NAME));
        } else {
            offer(new Request.Vote(shard.value(), new Vote(term, votedFor), callback));
        }
    }

    @Override
    public void members(ShardId shard, byte[] members, Callback callback) {
        if (members.length > config.maxEntryBytes()) {
            Callbacks.failed(callback, Refusals.tooLarge(members.length, config.maxEntryBytes()));
        } else {
            offer(new Request.Members(shard.value(), members, callback));
        }
    }

    @Override
    public void reset(ShardId shard, long index, long term, Callback callback) {
        offer(new Request.Reset(shard.value(), index, term, callback));
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

    /// Goes on in a new segment now, so that older ones can be deleted once every shard has released what is in
    /// them.
    ///
    /// @return the new segment's sequence number once it is in use: what was asked for before is below it, and
    ///     gone when [#oldestSegment] is at least that. It fails with a `MnemeException` as an append does
    public CompletableFuture<Long> roll() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        offer(new Request.Roll(done));
        return done;
    }

    /// The sequence number of the oldest segment that is still there; 0 when there is none.
    public long oldestSegment() {
        return catalog.oldest();
    }

    /// Requests that wait for the next disk batch.
    public int queued() {
        return queue.size();
    }

    /// How many segments are in use.
    public int segments() {
        return catalog.count();
    }

    @Override
    public int maxEntryBytes() {
        return config.maxEntryBytes();
    }

    @Override
    public long read(ShardId shard, long from, long maxBytes, Visitor visitor) {
        SegmentCatalog.Reading reading = catalog.beginReading(shard, from);
        if (reading.isEmpty()) {
            return from;
        }
        try {
            return EntryReader.read(disk, reading, maxBytes, visitor);
        } finally {
            if (catalog.endReading(reading)) {
                folder.deleteUnneeded();
            }
        }
    }

    @Override
    public long firstIndex(ShardId shard) {
        return catalog.firstIndex(shard);
    }

    @Override
    public long lastIndex(ShardId shard) {
        return catalog.lastIndex(shard);
    }

    @Override
    public long lastTerm(ShardId shard) {
        return catalog.lastTerm(shard);
    }

    @Override
    public Vote vote(ShardId shard) {
        return catalog.vote(shard);
    }

    @Override
    public byte[] members(ShardId shard) {
        return catalog.members(shard);
    }

    @Override
    public void releaseBefore(ShardId shard, long index) {
        catalog.releaseBefore(shard, index);
        folder.deleteUnneeded();
    }

    @Override
    public Hold hold(ShardId shard, long from) {
        return new LogHold(catalog, folder, shard, catalog.hold(shard, from));
    }

    @Override
    public Map<ShardId, Long> pinning() {
        return catalog.pinning();
    }

    @Override
    public State state() {
        return writer.state();
    }

    /// Of a log that is stepped: serves what waits, at most one disk batch of it, callbacks included.
    ///
    /// @return whether anything waited
    public boolean step() {
        if (thread != null) {
            throw new IllegalStateException("This log has a thread of its own.");
        }
        try {
            return writer.step();
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nothing that a step does waits.", e);
        }
    }

    @Override
    public void close() {
        queue.close();
        if (thread != null) {
            join(thread);
        } else if (!closed) {
            closed = true;
            writer.run();
        }
    }

    private static void join(Thread thread) {
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
