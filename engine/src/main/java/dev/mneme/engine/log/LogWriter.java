package dev.mneme.engine.log;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The log's one thread: takes what waits, makes it one disk batch, writes it, fsyncs once, and then calls
/// back. While an fsync runs, the next batch gathers in the queue.
///
/// ```text
///              no room for the next segment           there is room
///        OK --------------------------------> STORAGE_FULL ------------> OK
///        |                                         |
///        | a write or an fsync failed              |
///        +--------------> LOG_FAILED <-------------+      until the process ends
/// ```
///
/// **A write that fails** is treated as a failed fsync: part of the batch may be on the disk, and only a
/// restart, which reads what is there and writes it again, can tell. So its callers hear `OUTCOME_UNKNOWN`.
/// What was still queued was never written: it hears `LOG_FAILED`.
///
/// All fields belong to this thread, except `state`, which others read.
final class LogWriter implements Runnable {
    private static final System.Logger LOG = System.getLogger(LogWriter.class.getName());

    private final LogConfig config;
    private final LogMetrics metrics;
    private final LogRuntime runtime;
    private final LogSeal seal;
    private final RecoveryReport.@Nullable Damage fatal;
    private final ProposalQueue queue;
    private final SegmentCatalog catalog;
    private final SegmentFolder folder;
    private final BatchBuffer buffer;
    private final LogMarker marker;
    private final Numbering numbering;
    private long segment;
    private long end;
    private long nextBatch;
    private long salt;
    private Disk.@Nullable File file;
    private boolean used;
    private long fullSince;
    private volatile State state = State.OK;

    LogWriter(
            LogConfig config,
            LogMetrics metrics,
            LogSeal seal,
            LogRuntime runtime,
            ProposalQueue queue,
            SegmentCatalog catalog,
            Numbering numbering,
            SegmentFolder folder,
            LogMarker marker,
            RecoveredLog recovered) {
        this.config = config;
        this.metrics = metrics;
        this.buffer = new BatchBuffer(seal);
        this.seal = seal;
        this.marker = marker;
        this.runtime = runtime;
        this.fatal = recovered.fatal();
        this.queue = queue;
        this.catalog = catalog;
        this.folder = folder;
        this.numbering = numbering;
        this.segment = recovered.newest();
        this.end = recovered.end();
        this.nextBatch = recovered.nextBatch();
    }

    State state() {
        return state;
    }

    @Override
    public void run() {
        try {
            for (var taken = take(); taken != null; taken = take()) {
                serve(taken);
            }
            seal();
            folder.close();
        } catch (InterruptedException stopped) {
            fail(stopped);
            Thread.currentThread().interrupt();
        } finally {
            closeFile();
            closeMarker();
        }
    }

    /// Serves what waits, at most one disk batch of it, without waiting for more.
    ///
    /// @return whether anything waited
    boolean step() throws InterruptedException {
        List<Request> taken = queue.take(config.maxBatchBytes(), 0);
        if (taken == null || (taken.isEmpty() && state == State.OK)) {
            return false;
        }
        serve(taken);
        return !taken.isEmpty();
    }

    private @Nullable List<Request> take() throws InterruptedException {
        long wait = state == State.STORAGE_FULL ? Math.max(1, retryNanos()) : Long.MAX_VALUE;
        return queue.take(config.maxBatchBytes(), wait);
    }

    /// Whatever goes wrong, the log's thread goes on, so that everybody is answered.
    private void serve(List<Request> requests) throws InterruptedException {
        try {
            answer(requests);
        } catch (RuntimeException | Error broken) {
            fail(broken);
            requests.forEach(each -> each.refuse(Refusals.outcomeUnknown()));
        }
    }

    private void answer(List<Request> requests) throws InterruptedException {
        MnemeException refusal = refusal(requests);
        if (refusal != null) {
            requests.forEach(each -> each.refuse(refusal));
        } else if (requests.size() == 1 && requests.getFirst() instanceof Request.Roll roll) {
            roll.done().complete(segment);
        } else {
            commit(requests);
        }
    }

    /// Why nothing can be written now; null when there is a segment with room for the requests.
    private @Nullable MnemeException refusal(List<Request> requests) throws InterruptedException {
        if (fatal != null) {
            return Refusals.violation(fatal);
        }
        if (state == State.LOG_FAILED) {
            return Refusals.logFailed();
        }
        try {
            if (!isReserved()) {
                return Refusals.storageFull();
            }
        } catch (IOException full) {
            return storageFull(full);
        }
        try {
            return requests.isEmpty() || hasRoom(requests) || roll() ? null : Refusals.storageFull();
        } catch (IOException | RuntimeException | Error broken) {
            fail(broken);
            return Refusals.logFailed();
        }
    }

    /// False while a full disk is left alone; leaves STORAGE_FULL as soon as a segment could be reserved.
    private boolean isReserved() throws IOException, InterruptedException {
        if (state == State.OK) {
            return true;
        }
        if (retryNanos() > 0) {
            return false;
        }
        folder.next();
        state = State.OK;
        LOG.log(System.Logger.Level.INFO, "The log has room again and takes proposals");
        return true;
    }

    private long retryNanos() {
        return fullSince + config.allocationRetry().toNanos() - runtime.nanos().getAsLong();
    }

    private MnemeException storageFull(IOException full) {
        if (state == State.OK) {
            LOG.log(System.Logger.Level.ERROR, "No room for the log's next segment: proposals are refused", full);
        }
        state = State.STORAGE_FULL;
        fullSince = runtime.nanos().getAsLong();
        return Refusals.storageFull();
    }

    private boolean hasRoom(List<Request> requests) {
        if (requests.getFirst() instanceof Request.Roll) {
            return file != null && !used;
        }
        int records = requests.stream().mapToInt(Request::bytes).sum();
        // the last bytes are kept for the empty batch that proves the others when the log is closed
        return file != null && end + BatchHeader.batchLength(records) + BatchHeader.LENGTH <= config.segmentBytes();
    }

    /// Goes on in the next segment; its header is durable before anything else is in it. False: the disk is
    /// full.
    private boolean roll() throws IOException, InterruptedException {
        Disk.File next;
        try {
            next = folder.next();
        } catch (IOException full) {
            storageFull(full);
            return false;
        }
        LogPosition durable = new LogPosition(segment, end);
        SegmentHeader header =
                SegmentHeader.of(segment + 1, runtime.salts().getAsLong(), nextBatch, end, durable, catalog.states());
        next.write(header.encode(seal), 0);
        next.sync();
        closeFile();
        file = next;
        salt = header.salt();
        segment++;
        end = header.length();
        used = false;
        catalog.started(segment);
        folder.taken();
        folder.deleteUnneeded();
        return true;
    }

    private void commit(List<Request> requests) {
        List<NumberedRecord> records = numbering.number(requests);
        if (records.isEmpty()) {
            return;
        }
        if (!requests.getFirst().reshapes()) {
            addReleases(records);
        }
        LogPosition at = new LogPosition(segment, end + BatchHeader.LENGTH);
        try {
            write(records);
            catalog.committed(records, at);
            numbering.committed(records);
        } catch (IOException | RuntimeException | Error broken) {
            fail(broken);
            for (NumberedRecord record : records) {
                if (record.callback() != null) {
                    Callbacks.failed(record.callback(), Refusals.outcomeUnknown());
                }
            }
            return;
        }
        for (NumberedRecord record : records) {
            if (record.callback() != null) {
                Callbacks.durable(record.callback(), record.heard());
            }
        }
    }

    /// Releases are written down when something else is, and the segment has room left for them.
    private void addReleases(List<NumberedRecord> records) {
        int bytes = records.stream().mapToInt(each -> each.head().length()).sum();
        long room = config.segmentBytes() - end - BatchHeader.batchLength(bytes) - 2L * BatchHeader.LENGTH;
        records.addAll(catalog.takeReleases(Math.max(0, room) / LogRecord.LENGTH));
    }

    /// Returns when the batch is durable.
    private void write(List<NumberedRecord> records) throws IOException {
        Disk.File to = openFile();
        ByteBuffer batch = buffer.encode(records, segment, salt, nextBatch, new LogPosition(segment, end));
        int length = batch.remaining();
        to.write(batch, end);
        long before = runtime.nanos().getAsLong();
        to.sync();
        long fsyncNanos = runtime.nanos().getAsLong() - before;
        if (!records.isEmpty()) {
            marker.acknowledges(nextBatch);
        }
        end += length;
        nextBatch++;
        used = true;
        metrics.batchCommitted(records.size(), length, fsyncNanos);
    }

    /// An empty batch, so that the next start finds proof that everything before it is durable; and in the mark,
    /// that nothing came after.
    private void seal() {
        if (state == State.LOG_FAILED) {
            return;
        }
        try {
            if (file != null && used) {
                write(List.of());
            }
            marker.closesWhole();
        } catch (IOException | RuntimeException failed) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The log was closed without a seal; the next start does without",
                    failed);
        }
    }

    private void closeMarker() {
        try {
            marker.close();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "The log's mark could not be closed", failed);
        }
    }

    private Disk.File openFile() {
        if (file == null) {
            throw new IllegalStateException("no segment is open");
        }
        return file;
    }

    private void fail(Throwable cause) {
        if (state != State.LOG_FAILED) {
            state = State.LOG_FAILED;
            LOG.log(System.Logger.Level.ERROR, "The log failed: proposals are refused until a restart", cause);
        }
    }

    private void closeFile() {
        Disk.File closing = file;
        file = null;
        if (closing == null) {
            return;
        }
        try {
            closing.close();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "A log segment could not be closed", failed);
        }
    }
}
