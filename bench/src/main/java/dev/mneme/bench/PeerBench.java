package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Adds and searches beside mem0's open-source library for Node (its default store on disk, `infer: false`), which gets
/// its vectors from a stub; Mneme gets the same vectors in the request. Needs `node` and `npm`.
final class PeerBench {
    private static final int CLIENTS = 64;

    /// On other data, as the peer has it too.
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private static final int WARM_UP_TEXT_BYTES = 48;
    private static final int WARM_UP_SEARCHES = 1_000;
    private static final int SEARCHES = 2_000;
    private static final List<String> LIKES = List.of("tea", "jazz", "hiking", "sushi", "chess");
    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerBench() {}

    /// What one of them took.
    ///
    /// @param adding in seconds, for all memories
    private record Took(double adding, Histogram searches, MachineLoad.Shares load) {
        double addsPerSecond(int memories) {
            return memories / adding;
        }
    }

    /// @param folder where the library is installed; made when it is missing
    static void run(Path folder) throws IOException {
        install(folder);
        Path cache = StartBench.trained(); // as the launcher starts a server
        try {
            for (int memories : List.of(1_000, 10_000)) {
                compare(folder, cache, memories);
            }
        } finally {
            Files.delete(cache);
        }
    }

    private static void compare(Path folder, Path cache, int memories) throws IOException {
        Took peer;
        double ceiling;
        try (StubEmbedder embedder = StubEmbedder.start()) {
            ceiling = embedder.ceiling(CLIENTS);
            peer = mem0(folder, embedder, memories);
        }
        Took mneme = mneme(cache, memories);
        Report.title("peer: " + memories + " memories of one user, " + CLIENTS + " clients add, one searches, k = 10");
        Report.row("mem0: adds a second", Report.number(peer.addsPerSecond(memories)), "");
        Report.row("its embedder's ceiling, texts a second", Report.number(ceiling), "");
        Report.row("mem0: a search", Latency.of(peer.searches()), "");
        Report.row("Mneme: adds a second", Report.number(mneme.addsPerSecond(memories)), "");
        Report.row("Mneme: a search", Latency.of(mneme.searches()), "");
        Report.row("adds, ratio", Report.number(peer.adding() / mneme.adding()), "at least 20");
        Report.row("searches, ratio of p50", ratio(peer, mneme, 50), "at least 100");
        Report.row("searches, ratio of p99", ratio(peer, mneme, 99), "at least 100");
        Report.line("while mem0 ran (it is the server):");
        Report.load(peer.load());
        Report.line("while Mneme ran:");
        Report.load(mneme.load());
    }

    private static String ratio(Took peer, Took mneme, double percentile) {
        return Report.number(peer.searches().getValueAtPercentile(percentile)
                / (double) mneme.searches().getValueAtPercentile(percentile));
    }

    private static void install(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("package.json", "mem0.mjs")) {
            try (InputStream in = Objects.requireNonNull(PeerBench.class.getResourceAsStream("peer/" + name))) {
                Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (!Files.exists(folder.resolve("node_modules/mem0ai"))) {
            Process npm = start(List.of("npm", "install", "--no-audit", "--no-fund"), folder);
            await(npm, folder, Duration.ofMinutes(15));
        }
    }

    private static Took mem0(Path folder, StubEmbedder embedder, int memories) throws IOException {
        Path data = Files.createTempDirectory("mneme-peer");
        int searches = memories > 1_000 ? 50 : 200;
        List<String> command = List.of(
                "node",
                "mem0.mjs",
                embedder.url(),
                String.valueOf(StubEmbedder.DIMENSION),
                String.valueOf(memories),
                String.valueOf(searches),
                String.valueOf(CLIENTS),
                data.toString());
        Process process = start(command, folder);
        MachineLoad load = MachineLoad.watch(process.pid());
        String out = await(process, folder, Duration.ofMinutes(30));
        MachineLoad.Shares shares = load.soFar();
        JsonNode took = JSON.readTree(out.substring(out.lastIndexOf("{\"adding\"")));
        Histogram nanos = new Histogram(3);
        took.path("times").forEach(time -> nanos.recordValue(time.asLong()));
        return new Took(took.path("adding").asDouble() / 1e9, nanos, shares);
    }

    private static Process start(List<String> command, Path folder) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(new File(folder.toFile(), "errors.log"));
        builder.environment()
                .putAll(Map.of(
                        "MEM0_TELEMETRY",
                        "false",
                        "HOME",
                        folder.toAbsolutePath().toString()));
        if (Files.isDirectory(Path.of("/usr/include/node"))) { // what better-sqlite3 is built against, else downloaded
            builder.environment().put("npm_config_nodedir", "/usr");
        }
        return builder.start();
    }

    private static String await(Process process, Path folder, Duration atMost) throws IOException {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("a command failed: see " + folder.resolve("errors.log"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return out;
    }

    private static String text(int n) {
        return "memory " + n + ": the user likes " + LIKES.get(n % LIKES.size()) + " number " + n;
    }

    private static Took mneme(Path cache, int memories) throws IOException {
        try (ServerProcess server = ServerProcess.prepare()) {
            server.start(List.of("-XX:AOTCache=" + cache));
            try (HttpConnection client = server.connect()) {
                warmUp(server, client);
                List<byte[]> adds = adds(server, "alice", memories);
                MachineLoad load = MachineLoad.watch(server.pid());
                double adding = addAll(server, adds);
                Histogram nanos = search(server, client, "alice", memories, SEARCHES);
                return new Took(adding, nanos, load.soFar());
            }
        }
    }

    private static void warmUp(ServerProcess server, HttpConnection client) throws IOException {
        AddsBench.Adds adds = new AddsBench.Adds(new AddRequests(server.key(), WARM_UP_TEXT_BYTES, true), 1);
        try (LoadGenerator load = new LoadGenerator(server.port(), CLIENTS, adds)) {
            load.run(WARM_UP, 0);
        }
        search(server, client, AddRequests.user(0), WARM_UP_SEARCHES, WARM_UP_SEARCHES);
    }

    private static List<byte[]> adds(ServerProcess server, String user, int memories) throws IOException {
        List<byte[]> adds = new ArrayList<>();
        for (int n = 0; n < memories; n++) {
            adds.add(HttpConnection.post(
                    "/api/v1/memories",
                    server.key(),
                    "{\"userId\":\"" + user + "\",\"text\":\"" + text(n) + "\",\"vector\":" + vector(n) + "}"));
        }
        return adds;
    }

    private static Histogram search(
            ServerProcess server, HttpConnection client, String user, int memories, int searches) throws IOException {
        Histogram nanos = new Histogram(3);
        for (int n = 0; n < searches; n++) {
            int about = (int) (n * 7_919L % memories);
            byte[] request = HttpConnection.post(
                    "/api/v1/memories/search",
                    server.key(),
                    "{\"userId\":\"" + user + "\",\"query\":\"" + text(about) + "\",\"topK\":10,\"vector\":"
                            + vector(about) + "}");
            long begin = System.nanoTime();
            HttpConnection.Response response = client.exchange(request);
            nanos.recordValue(System.nanoTime() - begin);
            if (response.status() != 200) {
                throw new IOException("a search was answered with " + response.status());
            }
        }
        return nanos;
    }

    private static String vector(int n) {
        return Vectors.json(StubEmbedder.vector(text(n)));
    }

    /// As fast as they are answered.
    private static double addAll(ServerProcess server, List<byte[]> requests) throws IOException {
        try (LoadGenerator load = new LoadGenerator(server.port(), CLIENTS, new EachOnce(requests.iterator()))) {
            long begin = System.nanoTime();
            load.runToEnd();
            return (System.nanoTime() - begin) / 1e9;
        }
    }

    /// Requests that are encoded already.
    private record EachOnce(Iterator<byte[]> requests) implements LoadGenerator.Workload {
        @Override
        public boolean hasNext() {
            return requests.hasNext();
        }

        @Override
        public int next(byte[] target, LoadGenerator.Connection connection) {
            byte[] request = requests.next();
            System.arraycopy(request, 0, target, 0, request.length);
            return request.length;
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long nanos) {
            if (status != 201) {
                throw new IllegalStateException("an add was answered with " + connection.text());
            }
        }
    }
}
