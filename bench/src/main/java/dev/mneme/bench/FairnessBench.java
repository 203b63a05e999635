package dev.mneme.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// The effect of one user's load on another: a quiet owner who searches and adds at a modest, steady rate, alone and
/// beside each of several noisy neighbours with another key; and what the neighbour gets without and with the quiet
/// one. The floor is the same server in the same run, without the neighbour. The neighbour is measured without and with
/// the
/// quiet one in turns, and the figure is the median of the rounds, because the machine's speed drifts between two
/// windows
/// of time by more than the quiet one takes.
final class FairnessBench {
    private static final String MEMORIES = "/api/v1/memories";
    private static final String EMBEDDER = "all-minilm-l6-v2-q";

    /// 150 words.
    private static final int TEXT_BYTES = 1_024;

    private static final int SEEDED = 200;
    private static final int NOISY_OWNER = 1;
    private static final int QUIET_OWNER = 2;
    private static final int ADDERS = 64;
    private static final int SEARCHERS = 200;
    private static final int MANY_SEARCHERS = 1_200;

    /// Few, so that a run has several; above 100 they are bulk work.
    private static final int IMPORT_ROWS = 128;

    /// Of ten requests a quiet owner sends five searches, four adds with a vector, one without.
    private static final double QUIET_PER_SECOND = 40;

    private static final int QUIET_CONNECTIONS = 16;

    private final ServerProcess server;
    private final String noisyKey;
    private final String readKey;
    private final String quietKey;
    private final Duration time;
    private final int rounds;

    private FairnessBench(ServerProcess server, Duration time, int rounds) throws IOException {
        this.server = server;
        this.time = time;
        this.rounds = rounds;
        try (HttpConnection admin = server.connect()) {
            noisyKey = key(admin, "admin");
            readKey = key(admin, "read");
            quietKey = key(admin, "write");
        }
    }

    private static String key(HttpConnection admin, String role) throws IOException {
        return admin.post("/api/v1/keys", "{\"name\":\"" + role + "\",\"role\":\"" + role + "\"}")
                .json()
                .path("key")
                .asText();
    }

    /// @param time of each window
    /// @param rounds how often each neighbour is measured without and with the quiet one
    static void run(Duration warmUp, Duration time, int rounds) throws IOException {
        try (ServerProcess server = ServerProcess.start()) {
            FairnessBench bench = new FairnessBench(server, time, rounds);
            bench.seed();
            bench.measured(bench.adders(), bench.quiet(), warmUp);
            bench.report();
        }
    }

    private void seed() throws IOException {
        EnglishTexts texts = new EnglishTexts(3);
        try (HttpConnection quiet = new HttpConnection(server.port(), quietKey)) {
            for (int i = 0; i < SEEDED; i++) {
                quiet.post(MEMORIES, add(texts.text(200), "")).json();
            }
        }
    }

    private static String add(String text, String more) {
        return "{\"userId\":\"" + AddRequests.user(QUIET_OWNER) + "\",\"text\":\"" + text + "\"" + more + "}";
    }

    private Quiet quiet() {
        return new Quiet(quietKey);
    }

    private void report() throws IOException {
        Report.title("fairness: a quiet owner beside noisy ones, " + rounds + " rounds of " + time.toSeconds() + " s");
        Quiet alone = quiet();
        Measured nobody = measured(none(), alone, time);
        rows("alone", alone, "");
        Report.load(nobody.shares());
        neighbour(
                ADDERS + " clients add 150 words for one owner",
                this::adders,
                "search p50 < 40 ms, p99 < 150 ms; add with a vector p99 < 50 ms",
                "at least 85 %");
        neighbour(SEARCHERS + " connections search with one read key", () -> searchers(SEARCHERS), "", "");
        neighbour(MANY_SEARCHERS + " connections search with one read key", () -> searchers(MANY_SEARCHERS), "", "");
        neighbour("an import, two batches at a time", this::importer, "", "");
        neighbour("two exports at a time", this::exporter, "", "");
    }

    private void neighbour(String name, Supplier<Noise> noise, String quietGoal, String noisyGoal) throws IOException {
        Quiet quiet = quiet();
        List<Measured> without = new ArrayList<>();
        List<Measured> beside = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            without.add(measured(noise.get(), null, time));
            beside.add(measured(noise.get(), quiet, time));
        }
        rows(name, quiet, quietGoal);
        for (int i = 0; i < rounds; i++) {
            Report.row(
                    "  the noisy rate alone, and beside",
                    Report.number(without.get(i).rate()) + "/s, "
                            + Report.number(beside.get(i).rate()) + "/s: " + kept(without.get(i), beside.get(i)),
                    "");
        }
        Report.row("  the noisy one keeps, median of the rounds", keptOf(without, beside), noisyGoal);
        long refused = beside.stream().mapToLong(Measured::refused).sum();
        Report.row("  refused: the noisy, the quiet", refused + ", " + quiet.refused, "quiet: 0");
        Report.row(
                "  server CPU a noisy one, alone and beside",
                cpu(without.getLast()) + ", " + cpu(beside.getLast()),
                "");
        Report.load(beside.getLast().shares());
    }

    private static void rows(String neighbour, Quiet quiet, String goal) {
        Report.row(neighbour + ": search", Latency.of(quiet.searches), goal);
        Report.row("  add with a vector", Latency.of(quiet.vectors), "");
        Report.row("  add, embedded", Latency.of(quiet.embedded), "");
    }

    private static String keptOf(List<Measured> without, List<Measured> beside) {
        List<Integer> byWhatIsKept = IntStream.range(0, without.size())
                .boxed()
                .sorted(Comparator.comparingDouble(
                        i -> beside.get(i).rate() / without.get(i).rate()))
                .toList();
        int middle = byWhatIsKept.get(byWhatIsKept.size() / 2);
        return kept(without.get(middle), beside.get(middle));
    }

    private static String kept(Measured without, Measured beside) {
        return without.rate() == 0 ? "nothing was done" : Report.percent(beside.rate() / without.rate());
    }

    private static String cpu(Measured measured) {
        return measured.rate() == 0
                ? "none was done"
                : Report.number(1e3 * measured.shares().server() / measured.rate()) + " ms";
    }

    /// @param rate of what the noisy one had done in a second
    private record Measured(double rate, long refused, MachineLoad.Shares shares) {}

    /// A window of time, with or without the quiet owner.
    private Measured measured(Noise noise, @Nullable Quiet quiet, Duration howLong) throws IOException {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            AtomicBoolean over = new AtomicBoolean();
            Future<?> making = threads.submit(() -> {
                noise.make(over);
                return null;
            });
            try {
                ServerProcess.pause(Duration.ofSeconds(2));
                long doneBefore = noise.done.get();
                long refusedBefore = noise.refused.get();
                MachineLoad watch = MachineLoad.watch(server.pid());
                long start = System.nanoTime();
                if (quiet == null) {
                    ServerProcess.pause(howLong);
                } else {
                    ask(quiet, howLong);
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                double rate = (noise.done.get() - doneBefore) / seconds;
                return new Measured(rate, noise.refused.get() - refusedBefore, watch.soFar());
            } finally {
                over.set(true);
                awaitEnd(making);
            }
        }
    }

    private void ask(Quiet quiet, Duration howLong) throws IOException {
        try (LoadGenerator load = new LoadGenerator(server.port(), QUIET_CONNECTIONS, quiet)) {
            load.run(howLong, QUIET_PER_SECOND);
        }
    }

    private static void awaitEnd(Future<?> making) throws IOException {
        try {
            making.get();
        } catch (ExecutionException e) {
            throw new IOException("the noisy load failed", e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// What the quiet owner asks: many requests take turns over the connections.
    private static final class Quiet implements LoadGenerator.Workload {
        private static final int SEARCH = 0;
        private static final int VECTOR = 1;
        private static final int EMBEDDED = 2;
        private static final int[] TURNS = {
            SEARCH, VECTOR, SEARCH, VECTOR, SEARCH, EMBEDDED, SEARCH, VECTOR, SEARCH, VECTOR
        };

        final Histogram searches = new Histogram(3);
        final Histogram vectors = new Histogram(3);
        final Histogram embedded = new Histogram(3);
        long refused;
        private final String key;
        private final EnglishTexts texts = new EnglishTexts(System.nanoTime());
        private final SyntheticMemories synthetic = new SyntheticMemories(5);
        private int number;

        Quiet(String key) {
            this.key = key;
        }

        @Override
        public int next(byte[] target, LoadGenerator.Connection connection) {
            int kind = TURNS[number++ % TURNS.length];
            connection.about = kind;
            byte[] request = switch (kind) {
                case SEARCH ->
                    HttpConnection.post(
                            MEMORIES + "/search",
                            key,
                            "{\"userId\":\"" + AddRequests.user(QUIET_OWNER) + "\",\"query\":\"" + texts.text(60)
                                    + "\"}");
                case VECTOR ->
                    HttpConnection.post(
                            MEMORIES,
                            key,
                            add(
                                    texts.text(200),
                                    ",\"embedder\":\"" + EMBEDDER + "\",\"vector\":"
                                            + Vectors.json(synthetic.vector())));
                default -> HttpConnection.post(MEMORIES, key, add(texts.text(200), ""));
            };
            System.arraycopy(request, 0, target, 0, request.length);
            return request.length;
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long nanos) {
            if (status == 503) {
                refused++;
                return;
            }
            if (status != 200 && status != 201) {
                throw new IllegalStateException("the quiet owner was answered with " + connection.text());
            }
            (connection.about == SEARCH ? searches : connection.about == VECTOR ? vectors : embedded)
                    .recordValue(nanos);
        }
    }

    /// A neighbour; `make` returns soon after `over`.
    private abstract static class Noise {
        final AtomicLong done = new AtomicLong();
        final AtomicLong refused = new AtomicLong();

        abstract void make(AtomicBoolean over) throws Exception;

        /// Counts answers; one that was refused is sent again at once.
        void answered(int status, LoadGenerator.Connection connection) {
            switch (status) {
                case 200, 201 -> done.incrementAndGet();
                case 503 -> refused.incrementAndGet();
                default -> throw new IllegalStateException("the noisy one was answered with " + connection.text());
            }
        }
    }

    private static Noise none() {
        return new Noise() {
            @Override
            void make(AtomicBoolean over) {}
        };
    }

    private abstract class Connections extends Noise implements LoadGenerator.Workload {
        private final int count;

        Connections(int count) {
            this.count = count;
        }

        @Override
        void make(AtomicBoolean over) throws IOException {
            try (LoadGenerator load = new LoadGenerator(server.port(), count, this)) {
                load.runUntil(over::get);
            }
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long nanos) {
            answered(status, connection);
        }
    }

    private Noise adders() {
        AddRequests requests = new AddRequests(noisyKey, TEXT_BYTES, false);
        int begin = (int) (System.nanoTime() / 1_000_000 % 900_000_000); // so that no two runs add the same
        return new Connections(ADDERS) {
            private int number = begin;

            @Override
            public int next(byte[] target, LoadGenerator.Connection connection) {
                return requests.write(target, NOISY_OWNER, number++);
            }
        };
    }

    private Noise searchers(int connections) {
        EnglishTexts texts = new EnglishTexts(11);
        List<byte[]> requests = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            requests.add(HttpConnection.post(
                    MEMORIES + "/search",
                    readKey,
                    "{\"userId\":\"" + AddRequests.user(NOISY_OWNER) + "\",\"query\":\"" + texts.text(60) + "\"}"));
        }
        return new Connections(connections) {
            private int number;

            @Override
            public int next(byte[] target, LoadGenerator.Connection connection) {
                byte[] request = requests.get(number++ % requests.size());
                System.arraycopy(request, 0, target, 0, request.length);
                return request.length;
            }
        };
    }

    /// What every of two connections does again and again.
    private Noise pair(Callable<Callable<Integer>> open) {
        return new Noise() {
            @Override
            void make(AtomicBoolean over) throws Exception {
                try (ExecutorService threads = Executors.newCachedThreadPool()) {
                    List<Future<?>> both = new ArrayList<>();
                    for (int i = 0; i < 2; i++) {
                        both.add(threads.submit(() -> {
                            Callable<Integer> once = open.call();
                            while (!over.get()) {
                                done.addAndGet(once.call());
                            }
                            return null;
                        }));
                    }
                    for (Future<?> each : both) {
                        each.get();
                    }
                }
            }
        };
    }

    /// As an import sends them; counted in memories, a batch at a time.
    private Noise importer() {
        return pair(() -> {
            EnglishTexts texts = new EnglishTexts(System.nanoTime());
            return () -> {
                StringBuilder body = new StringBuilder("{\"items\":[");
                for (int i = 0; i < IMPORT_ROWS; i++) {
                    body.append(i == 0 ? "" : ",")
                            .append("{\"userId\":\"")
                            .append(AddRequests.user(NOISY_OWNER))
                            .append("\",\"text\":\"")
                            .append(texts.text(TEXT_BYTES))
                            .append("\"}");
                }
                try (HttpConnection connection = new HttpConnection(server.port(), noisyKey)) {
                    connection.post(MEMORIES, body.append("]}").toString()).json();
                }
                return IMPORT_ROWS;
            };
        });
    }

    /// Counted in whole exports; read and thrown away.
    private Noise exporter() {
        return pair(() -> () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                OutputStream out = socket.getOutputStream();
                out.write(("GET /api/v1/export HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + noisyKey
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                InputStream in = socket.getInputStream();
                byte[] buffer = new byte[64 << 10];
                int read = in.read(buffer);
                String begin = new String(buffer, 0, Math.max(0, read), StandardCharsets.US_ASCII);
                if (!begin.startsWith("HTTP/1.1 200")) {
                    throw new IOException("an export was answered with " + begin);
                }
                while (read >= 0) {
                    read = in.read(buffer);
                }
                return 1;
            }
        });
    }
}
