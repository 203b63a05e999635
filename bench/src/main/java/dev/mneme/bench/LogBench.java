package dev.mneme.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogRuntime;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/// The log alone: 64 sealed entries of 5 KB in flight, over 17 shards; the callback of each durable one appends the
/// next. Then a start on the result, and reading it back. Beside it is the floor: the same bytes written and fsynced 64
/// at a time.
final class LogBench {
    private static final int IN_FLIGHT = 64;
    private static final int SHARDS = 16;
    private static final int ENTRY_BYTES = 5 << 10;
    private static final int CHECKPOINT = 2_000;
    private static final Duration FLOOR = Duration.ofSeconds(4);
    private static final LogSeal SEAL = LogSeal.under(new byte[32]);
    private static final List<ShardId> IDS = Stream.concat(
                    IntStream.range(0, SHARDS).mapToObj(ShardId::new), Stream.of(ShardId.SYSTEM))
            .toList();

    private final AtomicLong fsyncs = new AtomicLong();
    private final CountDownLatch ended = new CountDownLatch(IN_FLIGHT);
    private Histogram nanos = new Histogram(3);
    private volatile boolean running = true;

    private LogBench() {}

    static void run(Duration warmUp, Duration time) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("mneme-bench-log");
        try {
            new LogBench().append(folder.resolve("log"), warmUp, time);
            readBack(folder.resolve("log"));
        } finally {
            delete(folder);
        }
    }

    private static WriteAheadLog open(Path folder, AtomicLong fsyncs) throws IOException {
        Set<ShardId> founding = new TreeSet<>(IDS);
        return WriteAheadLog.open(
                new FolderDisk(folder),
                founding,
                LogConfig.DEFAULTS,
                (entries, bytes, took) -> fsyncs.incrementAndGet(),
                SEAL,
                LogRuntime.system());
    }

    private void append(Path folder, Duration warmUp, Duration time) throws IOException, InterruptedException {
        try (WriteAheadLog log = open(folder, fsyncs)) {
            for (int n = 0; n < IN_FLIGHT; n++) {
                new Caller(log, IDS.get(n % IDS.size())).next();
            }
            Thread.sleep(warmUp);
            MachineLoad watch = MachineLoad.watch();
            long before = take().getTotalCount();
            long fsyncsBefore = fsyncs.get();
            long cpu = cpuNanos();
            long start = System.nanoTime();
            Thread.sleep(time);
            Histogram taken = take();
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpuEach = (cpuNanos() - cpu) / 1e3 / taken.getTotalCount();
            double each = (double) taken.getTotalCount() / (fsyncs.get() - fsyncsBefore);
            MachineLoad.Shares shares = watch.soFar();
            running = false;
            ended.await();
            double floor = AddsBench.syncedPerSecond(ENTRY_BYTES, FLOOR);
            double rate = taken.getTotalCount() / seconds;
            Report.title("log: " + IN_FLIGHT + " entries of " + ENTRY_BYTES + " bytes in flight, " + IDS.size()
                    + " shards, after " + before + " others");
            Report.row("entries/s", Report.number(rate), "at least 5,000");
            Report.row("latency", Latency.of(taken), "p99 under 50 ms");
            Report.row("CPU an entry", String.format(Locale.ROOT, "%.1f µs", cpuEach), "");
            Report.row("entries an fsync", Report.number(each), "");
            Report.row("floor: write and fsync 64 x " + ENTRY_BYTES + " bytes", Report.number(floor) + "/s", "");
            Report.row("entries / floor", Report.percent(rate / floor), "");
            Report.load(shares);
        }
    }

    /// One entry in flight.
    private final class Caller implements Journal.Callback {
        private final Journal log;
        private final ShardId shard;
        private long asked;

        Caller(Journal log, ShardId shard) {
            this.log = log;
            this.shard = shard;
        }

        void next() {
            asked = System.nanoTime();
            log.append(shard, Journal.NEXT, 1, new byte[ENTRY_BYTES], this);
        }

        @Override
        public void durable(long index) {
            count(System.nanoTime() - asked);
            if (index % CHECKPOINT == 0) {
                log.releaseBefore(shard, index - CHECKPOINT);
            }
            if (running) {
                next();
            } else {
                ended.countDown();
            }
        }

        @Override
        public void failed(MnemeException failure) {
            throw failure;
        }
    }

    private synchronized void count(long elapsed) {
        nanos.recordValue(elapsed);
    }

    private synchronized Histogram take() {
        Histogram taken = nanos;
        nanos = new Histogram(3);
        return taken;
    }

    private static void readBack(Path folder) throws IOException {
        long start = System.nanoTime();
        try (WriteAheadLog log = open(folder, new AtomicLong())) {
            double opened = (System.nanoTime() - start) / 1e6;
            long cpu = cpuNanos();
            AtomicLong read = new AtomicLong();
            for (ShardId shard : IDS) {
                for (long next = log.firstIndex(shard); next <= log.lastIndex(shard); ) {
                    next = log.read(shard, next, 1 << 20, (index, term, entry) -> read.incrementAndGet());
                }
            }
            Report.row("a start on " + log.segments() + " segments", Report.number(opened) + " ms", "");
            Report.row(
                    "CPU of an entry that is read back",
                    String.format(Locale.ROOT, "%.1f µs", (cpuNanos() - cpu) / 1e3 / read.get()),
                    "");
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
