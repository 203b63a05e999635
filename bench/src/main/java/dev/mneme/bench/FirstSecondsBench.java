package dev.mneme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Adds with a vector, second by second, from the moment on that a new server is ready, compared with the speed that
/// the same server reaches later: without the AOT cache, and with the one that the launcher makes.
final class FirstSecondsBench {
    private static final int FIRST = 10;
    private static final Duration MEANWHILE = Duration.ofSeconds(20);
    private static final Duration STEADY = Duration.ofSeconds(10);

    private FirstSecondsBench() {}

    /// @param rates adds in each of the first seconds
    /// @param cpu of the first seconds: the server's by what its threads are for, and the shares of the cores
    private record Run(
            double millisToReady,
            List<Double> rates,
            String cpu,
            MachineLoad.Shares load,
            double steady,
            String steadyCpu,
            double resident) {
        double first() {
            return rates.stream().mapToDouble(rate -> rate).average().orElseThrow();
        }

        void report(String name) {
            StringBuilder seconds = new StringBuilder();
            rates.forEach(rate -> seconds.append(' ').append(Report.number(rate)));
            Report.row(name + ": first " + FIRST + " s", Report.number(first()) + " adds/s:" + seconds, "");
            Report.line("the server's CPU in them, in s: " + cpu);
            Report.load(load);
            Report.row(name + ": steady, after 30 s", Report.number(steady) + " adds/s", "");
            Report.line("the server's CPU in 10 s of it, in s: " + steadyCpu);
            Report.row(name + ": first / steady", Report.percent(first() / steady), "");
            Report.row(
                    name + ": ready after",
                    Report.number(millisToReady) + " ms, resident at the end " + Report.number(resident) + " MB",
                    "");
        }
    }

    static void run(int times) throws IOException {
        long start = System.nanoTime();
        Path cache = StartBench.trained();
        double made = (System.nanoTime() - start) / 1e9;
        try {
            once(List.of()); // the client's own first seconds
            MachineLoad watch = MachineLoad.watch();
            List<Run> plain = new ArrayList<>();
            List<Run> cached = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                plain.add(once(List.of()));
                cached.add(once(List.of("-XX:AOTCache=" + cache)));
            }
            Report.title("first-seconds: adds with a vector, " + AddsBench.CONNECTIONS + " connections, after a start");
            for (int i = 0; i < times; i++) {
                plain.get(i).report("without AOT cache");
                cached.get(i).report("with AOT cache");
            }
            Report.row(
                    "AOT cache",
                    Report.number(Files.size(cache) / 1e6) + " MB, made in " + Report.number(made) + " s",
                    "");
            Report.load(watch.soFar());
        } finally {
            Files.delete(cache);
        }
    }

    private static Run once(List<String> jvmFlags) throws IOException {
        try (ServerProcess server = ServerProcess.prepare()) {
            AddsBench.Adds adds;
            server.start(jvmFlags);
            adds = new AddsBench.Adds(new AddRequests(server.key(), AddsBench.TEXT_BYTES, true), AddsBench.OWNERS);
            try (LoadGenerator load = new LoadGenerator(server.port(), AddsBench.CONNECTIONS, adds)) {
                List<Double> rates = new ArrayList<>();
                MachineLoad watch = MachineLoad.watch(server.pid());
                ThreadCpu threads = ThreadCpu.watch(server.pid());
                for (int second = 0; second < FIRST; second++) {
                    rates.add(rate(load, adds, Duration.ofSeconds(1)));
                }
                String cpu = threads.seconds();
                MachineLoad.Shares shares = watch.soFar();
                load.run(MEANWHILE, 0);
                adds.take();
                ThreadCpu later = ThreadCpu.watch(server.pid());
                double steady = rate(load, adds, STEADY);
                return new Run(
                        server.millisToReady(),
                        rates,
                        cpu,
                        shares,
                        steady,
                        later.seconds(),
                        server.residentMegabytes());
            }
        }
    }

    private static double rate(LoadGenerator load, AddsBench.Adds adds, Duration time) throws IOException {
        long start = System.nanoTime();
        load.run(time, 0);
        return adds.take().getTotalCount() * 1e9 / (System.nanoTime() - start);
    }
}
