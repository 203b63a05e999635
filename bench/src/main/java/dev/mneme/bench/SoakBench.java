package dev.mneme.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A server with a heap of 512 MiB under hostile clients, beside an honest one with a key of its own. The promises: the
/// server lives, every honest request is answered in time, `/health/ready` is 200 for anybody who asks, no smuggled
/// request runs, and memory, descriptors and log stay bounded. Exits with 1 when one breaks.
final class SoakBench {
    private static final int CLIENTS = 12;
    private static final double MOST_MEGABYTES = 1_400;
    private static final long MOST_LOG_BYTES_PER_MINUTE = 20_000;
    private static final Duration HANGS = Duration.ofSeconds(60);
    private static final Duration IN_TIME = Duration.ofSeconds(30); // a write's deadline

    private SoakBench() {}

    static void run(int minutes, long seed) throws IOException {
        List<String> broken;
        try (ServerProcess server = ServerProcess.prepare("--embedder.kind", "none")) {
            server.start(List.of("-Xmx512m"));
            broken = soak(server, minutes, seed);
        }
        if (!broken.isEmpty()) {
            broken.forEach(promise -> System.out.println("BROKEN: " + promise));
            System.exit(1);
        }
        System.out.println("every promise held");
    }

    private static List<String> soak(ServerProcess server, int minutes, long seed) throws IOException {
        String greedy;
        String honest;
        try (HttpConnection admin = server.connect()) {
            greedy = newKey(admin);
            honest = newKey(admin);
            String text = "answer ".repeat(1_300);
            for (int part = 0; part < 2; part++) {
                String items = String.join(
                        ",",
                        IntStream.range(0, 500)
                                .mapToObj(i -> "{\"text\":\"" + text + i + "\"}")
                                .toList());
                admin.post("/api/v1/memories", "{\"userId\":\"large\",\"items\":[" + items + "]}")
                        .json(); // or it fails
            }
        }
        List<String> broken = new ArrayList<>();
        Honest client = new Honest(server, honest);
        long logBefore = server.logBytes();
        long until = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        double megabytes = 0;
        long descriptors = 0;
        MachineLoad.Shares shares;
        long attacks;
        long connections;
        MachineLoad load = MachineLoad.watch(server.pid());
        try (HostileClients hostile = new HostileClients(server.port(), greedy, CLIENTS, seed)) {
            while (System.nanoTime() < until && server.isAlive()) {
                client.step();
                megabytes = Math.max(megabytes, server.residentMegabytes());
                descriptors = Math.max(descriptors, descriptors(server));
                ServerProcess.pause(Duration.ofMillis(20));
            }
            shares = load.soFar();
            attacks = hostile.attacks();
            connections = hostile.connections();
        }
        long logBytes = server.logBytes() - logBefore;
        check(broken, server.isAlive(), "the server lives");
        if (server.isAlive()) {
            ServerProcess.pause(Duration.ofSeconds(2));
            client.step();
            try (HttpConnection admin = server.connect()) {
                int smuggled = admin.get("/api/v1/memories?userId=smuggled")
                        .json()
                        .path("items")
                        .size();
                check(broken, smuggled == 0, "no smuggled request runs; there are " + smuggled);
            }
        }
        check(broken, client.failures.isEmpty(), "every honest request is answered: " + client.shownFailures());
        check(
                broken,
                client.slowest() < IN_TIME.toMillis(),
                "an honest request takes at most " + IN_TIME.toSeconds() + " s; one took " + client.slowest() + " ms");
        check(broken, megabytes < MOST_MEGABYTES, "resident memory stays below " + MOST_MEGABYTES + " MB");
        check(
                broken,
                logBytes < (minutes + 1) * MOST_LOG_BYTES_PER_MINUTE,
                "the log stays small; it grew by " + logBytes + " bytes");
        System.out.printf(
                Locale.ROOT,
                "soak of %d min, seed %d, %s%n"
                        + "  hostile: %,d attacks, %,d connections%n"
                        + "  honest:  %,d requests, %d failed, p50 %.1f ms, p99 %.1f ms, slowest %.0f ms%n"
                        + "  server:  at most %.0f MB resident, %,d descriptors; log grew by %,d bytes%n",
                minutes,
                seed,
                shares,
                attacks,
                connections,
                client.millis.size(),
                client.failures.size(),
                client.quantile(0.5),
                client.quantile(0.99),
                client.slowest(),
                megabytes,
                descriptors,
                logBytes);
        return broken;
    }

    private static void check(List<String> broken, boolean holds, String promise) {
        if (!holds) {
            broken.add(promise);
        }
    }

    static String newKey(HttpConnection admin) throws IOException {
        String key = admin.post("/api/v1/keys", "{\"name\":\"soak\",\"role\":\"write\"}")
                .json()
                .path("key")
                .asText();
        if (key.isEmpty()) {
            throw new IllegalStateException("the answer has no key");
        }
        return key;
    }

    private static long descriptors(ServerProcess server) throws IOException {
        Path open = Path.of("/proc/" + server.pid() + "/fd");
        if (!Files.isReadable(open)) {
            return -1;
        }
        try (Stream<Path> each = Files.list(open)) {
            return each.count();
        }
    }

    /// Adds, searches, reads, and asks for readiness without a key, each on a fresh connection every fourth time.
    private static final class Honest {
        private static final ObjectMapper JSON = new ObjectMapper();

        private final ServerProcess server;
        private final String key;
        private final List<Double> millis = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();
        private int steps;

        Honest(ServerProcess server, String key) {
            this.server = server;
            this.key = key;
        }

        void step() {
            steps++;
            String user = "honest" + steps % 50;
            timed(
                    "add",
                    connection -> connection.post(
                            "/api/v1/memories",
                            JSON.createObjectNode()
                                    .put("userId", user)
                                    .put("text", "the honest client was here at step " + steps)
                                    .toString()));
            timed(
                    "search",
                    connection -> connection.post(
                            "/api/v1/memories/search",
                            JSON.createObjectNode()
                                    .put("userId", user)
                                    .put("query", "honest step " + steps)
                                    .toString()));
            timed("list", connection -> connection.get("/api/v1/memories?limit=5&userId=" + user));
            timed("ready", connection -> connection.get("/health/ready"));
        }

        @FunctionalInterface
        private interface Exchange {
            HttpConnection.Response on(HttpConnection connection) throws IOException;
        }

        private void timed(String what, Exchange exchange) {
            long begin = System.nanoTime();
            try (HttpConnection connection =
                    new HttpConnection(server.port(), what.equals("ready") ? "" : key).patientFor(HANGS)) {
                int status = exchange.on(connection).status();
                if (status >= 300) {
                    failures.add(what + " was answered " + status);
                }
            } catch (IOException e) {
                failures.add(what + ": " + e.getMessage());
            }
            millis.add((System.nanoTime() - begin) / 1e6);
        }

        double quantile(double part) {
            double[] sorted = millis.stream().mapToDouble(each -> each).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, part * sorted.length)];
        }

        double slowest() {
            return quantile(1);
        }

        String shownFailures() {
            return failures.size() + " failed, such as "
                    + Arrays.toString(failures.stream().distinct().limit(3).toArray());
        }
    }
}
