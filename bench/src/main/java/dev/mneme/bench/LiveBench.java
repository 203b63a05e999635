package dev.mneme.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;

/// 1,000 adds a second, with vectors, to 10,000 open WebSockets: 2,000 users with five each. Times run from the add's
/// request to the frame in the client; every frame is waited for.
final class LiveBench {
    private static final int USERS = 2_000;
    private static final int SOCKETS_EACH = 5;
    private static final int PER_SECOND = 1_000;
    private static final int TEXT_BYTES = 200;
    private static final int WARM_UP_SECONDS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final byte[] MARK = AddRequests.MARK.getBytes(StandardCharsets.US_ASCII);

    private LiveBench() {}

    /// Knows when each memory was sent and which frames came. The sender's and the receiver's thread.
    private static final class Deliveries implements LoadGenerator.Workload, LiveSockets.Listener {
        private final AddRequests requests;
        private final AtomicLongArray sentNanos;
        private final AtomicIntegerArray frames;
        private final Histogram nanos = new Histogram(3);
        private final Histogram acknowledged = new Histogram(3);
        private volatile int timedFrom = Integer.MAX_VALUE;
        private final AtomicInteger number = new AtomicInteger();

        Deliveries(AddRequests requests, int most) {
            this.requests = requests;
            sentNanos = new AtomicLongArray(most);
            frames = new AtomicIntegerArray(most);
        }

        @Override
        public int next(byte[] target, LoadGenerator.Connection connection) {
            int which = number.getAndIncrement();
            int length = requests.write(target, (int) (which * 7_919L % USERS), which);
            sentNanos.set(which, System.nanoTime());
            return length;
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long elapsed) {
            if (status != 201) {
                throw new IllegalStateException("an add was answered with " + connection.text());
            }
            acknowledged.recordValue(elapsed);
        }

        @Override
        public void received(LiveSockets.Socket socket, byte[] frame, int from, int to) {
            int mark = LiveSockets.indexOf(frame, from, to, MARK);
            if (mark < 0) {
                return; // a heartbeat, a ping, the confirmation
            }
            int which = AddRequests.number(frame, mark + MARK.length);
            frames.incrementAndGet(which);
            if (which >= timedFrom) {
                nanos.recordValue(System.nanoTime() - sentNanos.get(which));
            }
        }

        /// Frames that did not come, and those that came twice.
        long[] lostAndRepeated() {
            long lost = 0;
            long repeated = 0;
            for (int i = 0; i < number.get(); i++) {
                lost += Math.max(0, SOCKETS_EACH - frames.get(i));
                repeated += Math.max(0, frames.get(i) - SOCKETS_EACH);
            }
            return new long[] {lost, repeated};
        }
    }

    private static List<String> keys(ServerProcess server) throws IOException {
        try (HttpConnection admin = server.connect()) {
            return List.of(SoakBench.newKey(admin), SoakBench.newKey(admin));
        }
    }

    static void run(int seconds) throws IOException {
        try (ServerProcess server = ServerProcess.start(
                "--ws.maxSocketsPerKey", "20000", "--ws.staleTimeout", "10m", "--ws.pingInterval", "2m")) {
            AddRequests requests = new AddRequests(server.key(), TEXT_BYTES, true);
            Deliveries deliveries = new Deliveries(requests, PER_SECOND * (seconds + WARM_UP_SECONDS) + 1);
            try (LiveSockets sockets = new LiveSockets(server.port(), keys(server), deliveries);
                    LoadGenerator load = new LoadGenerator(server.port(), 64, deliveries)) {
                connect(sockets);
                load.run(Duration.ofSeconds(WARM_UP_SECONDS), PER_SECOND);
                deliveries.acknowledged.reset();
                deliveries.timedFrom = deliveries.number.get();
                MachineLoad watch = MachineLoad.watch(server.pid());
                long start = System.nanoTime();
                load.run(Duration.ofSeconds(seconds), PER_SECOND);
                double rate = (deliveries.number.get() - deliveries.timedFrom) * 1e9 / (System.nanoTime() - start);
                MachineLoad.Shares shares = watch.soFar();
                awaitAll(deliveries);
                report(deliveries, sockets, rate, server.residentMegabytes(), shares);
            }
        }
    }

    private static void connect(LiveSockets sockets) throws IOException {
        for (int i = 0; i < USERS * SOCKETS_EACH; i++) {
            sockets.subscribe(AddRequests.user(i % USERS), i, null);
            while (i - sockets.subscribed() > 200) {
                ServerProcess.pause(Duration.ofMillis(1));
            }
        }
        while (sockets.subscribed() < USERS * SOCKETS_EACH) {
            ServerProcess.pause(Duration.ofMillis(10));
        }
    }

    private static void awaitAll(Deliveries deliveries) {
        long start = System.nanoTime();
        while (deliveries.lostAndRepeated()[0] > 0 && System.nanoTime() - start < PATIENCE.toNanos()) {
            ServerProcess.pause(Duration.ofMillis(100));
        }
    }

    private static void report(
            Deliveries deliveries, LiveSockets sockets, double rate, double megabytes, MachineLoad.Shares shares) {
        long[] lostAndRepeated = deliveries.lostAndRepeated();
        Report.title("live: adds to " + USERS * SOCKETS_EACH + " sockets of " + USERS + " users");
        Report.row("adds/s, each to " + SOCKETS_EACH + " sockets", Report.number(rate), "1,000");
        Report.row("request sent to frame received", Latency.of(deliveries.nanos), "p99 under 50 ms");
        Report.row(
                "frames lost, repeated",
                lostAndRepeated[0] + ", " + lostAndRepeated[1] + " of " + deliveries.number.get() * SOCKETS_EACH,
                "0, 0");
        Report.row("floor: the add's own answer", Latency.of(deliveries.acknowledged), "");
        Report.row("sockets still open", String.valueOf(sockets.open()), "");
        Report.row("server's resident memory", Report.number(megabytes) + " MB", "");
        Report.load(shares);
    }
}
