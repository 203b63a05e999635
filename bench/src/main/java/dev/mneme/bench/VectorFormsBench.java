package dev.mneme.bench;

import java.io.IOException;
import java.time.Duration;

/// The cost of a vector as JSON numbers and as base64: the same adds to one server, with the two forms in turns, so
/// that other load of the machine affects both.
final class VectorFormsBench {
    private static final int ROUNDS = 6;
    private static final Duration SLICE = Duration.ofSeconds(5);

    private VectorFormsBench() {}

    private static final class Form {
        private final String name;
        private final AddsBench.Adds adds;
        private final int bodyBytes;
        private double serverSeconds;
        private double seconds;
        private long count;

        /// @param first the number of its first memory, so that no two forms send the same
        Form(String name, AddRequests requests, int first) {
            this.name = name;
            this.adds = new AddsBench.Adds(requests, AddsBench.OWNERS, first);
            this.bodyBytes = requests.bodyBytes();
        }

        void slice(ServerProcess server, boolean counts) throws IOException {
            try (LoadGenerator load = new LoadGenerator(server.port(), AddsBench.CONNECTIONS, adds)) {
                MachineLoad watch = MachineLoad.watch(server.pid());
                long start = System.nanoTime();
                load.run(SLICE, 0);
                double taken = (System.nanoTime() - start) / 1e9;
                long answered = adds.take().getTotalCount();
                if (counts) {
                    serverSeconds += watch.soFar().server() * taken;
                    seconds += taken;
                    count += answered;
                }
            }
        }

        double cpuMicros() {
            return 1e6 * serverSeconds / count;
        }

        void report() {
            Report.row(
                    name,
                    bodyBytes + " bytes a request, " + Report.number(cpuMicros()) + " µs of server CPU an add, "
                            + Report.number(count / seconds) + " adds/s",
                    "");
        }
    }

    static void run() throws IOException {
        try (ServerProcess server = ServerProcess.start()) {
            Form numbers = new Form("as numbers", new AddRequests(server.key(), AddsBench.TEXT_BYTES, true), 0);
            Form base64 =
                    new Form("as base64", new AddRequests(server.key(), AddsBench.TEXT_BYTES, true, true), 500_000_000);
            MachineLoad watch = MachineLoad.watch(server.pid());
            for (int round = -2; round < ROUNDS; round++) {
                numbers.slice(server, round >= 0);
                base64.slice(server, round >= 0);
            }
            Report.title(
                    "vector-forms: adds with a vector of 384 numbers, " + ROUNDS + " slices of each form in turns");
            numbers.report();
            base64.report();
            Report.row(
                    "base64 / numbers",
                    Report.percent((double) base64.bodyBytes / numbers.bodyBytes) + " of the bytes, "
                            + Report.percent(base64.cpuMicros() / numbers.cpuMicros()) + " of the CPU",
                    "");
            Report.load(watch.soFar());
        }
    }
}
