package dev.mneme.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/// Durable adds over HTTP: 64 connections, 1,000 owners, texts of 1 KB, with or without the caller's vector of 384
/// floats. Beside them is the floor: the same bytes written and fsynced 64 at a time, which is the most that 64 callers
/// can share who each wait for their own fsync; or, without vectors, the bare embedder.
final class AddsBench {
    static final int CONNECTIONS = 64;
    static final int OWNERS = 1_000;
    static final int TEXT_BYTES = 1_024;

    private AddsBench() {}

    /// Counts and times what the server acknowledges. An answer other than 201 ends the run.
    static final class Adds implements LoadGenerator.Workload {
        private final AddRequests requests;
        private final int owners;
        private int number;
        private Histogram nanos = new Histogram(3);

        Adds(AddRequests requests, int owners) {
            this(requests, owners, 0);
        }

        /// @param first the number of the first memory
        Adds(AddRequests requests, int owners, int first) {
            this.requests = requests;
            this.owners = owners;
            this.number = first;
        }

        @Override
        public int next(byte[] target, LoadGenerator.Connection connection) {
            int length = requests.write(target, number % owners, number);
            number++;
            return length;
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long elapsed) {
            if (status != 201) {
                throw new IllegalStateException("an add was answered with " + connection.text());
            }
            nanos.recordValue(elapsed);
        }

        /// What was timed since the last call.
        Histogram take() {
            Histogram taken = nanos;
            nanos = new Histogram(3);
            return taken;
        }
    }

    static void run(Duration warmUp, Duration time) throws IOException {
        try (ServerProcess server = ServerProcess.start()) {
            AddRequests requests = new AddRequests(server.key(), TEXT_BYTES, true);
            Adds adds = new Adds(requests, OWNERS);
            try (LoadGenerator load = new LoadGenerator(server.port(), CONNECTIONS, adds)) {
                load.run(warmUp, 0);
                adds.take();
                MachineLoad watch = MachineLoad.watch(server.pid());
                ThreadCpu threads = ThreadCpu.watch(server.pid());
                long start = System.nanoTime();
                load.run(time, 0);
                double seconds = (System.nanoTime() - start) / 1e9;
                MachineLoad.Shares shares = watch.soFar();
                Histogram nanos = adds.take();
                String byThread = threads.microsEach(nanos.getTotalCount());
                double rate = nanos.getTotalCount() / seconds;
                double floor = syncedPerSecond(requests.bodyBytes(), Duration.ofSeconds(4));
                Report.title("adds: durable, over HTTP, " + CONNECTIONS + " connections, vector given");
                Report.row("adds/s", Report.number(rate), "at least 5,000");
                Report.row("latency", Latency.of(nanos), "p99 under 50 ms");
                Report.row("server CPU an add", Report.number(1e6 * shares.server() / rate) + " µs", "");
                Report.row("client CPU an add", Report.number(1e6 * shares.client() / rate) + " µs", "");
                Report.row(
                        "floor: write and fsync " + CONNECTIONS + " x " + requests.bodyBytes() + " bytes",
                        Report.number(floor) + "/s",
                        "");
                Report.row("adds / floor", Report.percent(rate / floor), "");
                Report.line("server CPU an add, in µs: " + byThread);
                Report.load(shares);
            }
        }
    }

    /// How many records of `bytes` can be made durable in a second when each fsync covers 64 of them.
    static double syncedPerSecond(int bytes, Duration time) throws IOException {
        Path file = Files.createTempFile("mneme-bench", ".floor");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer batch = ByteBuffer.allocateDirect(CONNECTIONS * bytes);
            long records = 0;
            long start = System.nanoTime();
            while (System.nanoTime() - start < time.toNanos()) {
                batch.clear();
                while (batch.hasRemaining()) {
                    channel.write(batch);
                }
                channel.force(false);
                records += CONNECTIONS;
            }
            return records * 1e9 / (System.nanoTime() - start);
        } finally {
            Files.delete(file);
        }
    }

    /// Adds that the built-in embedder must embed, beside the same texts given to it in this process.
    static void embedded(Duration warmUp, Duration time) throws IOException {
        EmbedBench.Speed before = EmbedBench.speed(CONNECTIONS, TEXT_BYTES, time.dividedBy(2));
        double rate;
        Histogram nanos;
        MachineLoad.Shares shares;
        try (ServerProcess server = ServerProcess.start()) {
            Adds adds = new Adds(new AddRequests(server.key(), TEXT_BYTES, false), OWNERS);
            try (LoadGenerator load = new LoadGenerator(server.port(), CONNECTIONS, adds)) {
                load.run(warmUp, 0);
                adds.take();
                MachineLoad watch = MachineLoad.watch(server.pid());
                long start = System.nanoTime();
                load.run(time, 0);
                rate = adds.nanos.getTotalCount() * 1e9 / (System.nanoTime() - start);
                shares = watch.soFar();
                nanos = adds.take();
            }
        }
        EmbedBench.Speed after = EmbedBench.speed(CONNECTIONS, TEXT_BYTES, time.dividedBy(2));
        double bare = (before.textsPerSecond() + after.textsPerSecond()) / 2;
        double bareCpu = (before.cpuMillis() + after.cpuMillis()) / 2;
        double addCpu = 1e3 * shares.server() / rate;
        Report.title("embedded-adds: durable, over HTTP, " + CONNECTIONS + " connections, built-in embedder");
        Report.row("adds/s", Report.number(rate), "");
        Report.row("latency", Latency.of(nanos), "");
        Report.row(
                "floor: bare embedder, before and after",
                Report.number(before.textsPerSecond()) + "/s, " + Report.number(after.textsPerSecond()) + "/s",
                "");
        Report.row("adds / floor", Report.percent(rate / bare), "at least 70 %");
        Report.row(
                "CPU: a bare text, an add",
                Report.number(bareCpu) + " ms, " + Report.number(addCpu) + " ms: " + Report.percent(bareCpu / addCpu),
                "(on a busy machine this says more)");
        Report.load(shares);
    }
}
