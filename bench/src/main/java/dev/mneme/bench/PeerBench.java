package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/// Adds and searches beside mem0's open-source library for Node (its default store on disk, `infer:
/// false`), which gets its vectors from a stub; Mneme gets the same vectors in the request. Needs
/// `node` and `npm`.
final class PeerBench {
    private static final int CLIENTS = 64;

    /// About five seconds, as the peer has them too.
    private static final int WARM_UP_MEMORIES = 15_000;

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
        for (int memories : List.of(1_000, 10_000)) {
            Took peer;
            double ceiling;
            try (StubEmbedder embedder = StubEmbedder.start()) {
                ceiling = embedder.ceiling(CLIENTS);
                peer = mem0(folder, embedder, memories);
            }
            Took mneme = mneme(memories);
            Report.title(
                    "peer: " + memories + " memories of one user, " + CLIENTS + " clients add, one searches, k = 10");
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

    private static Took mneme(int memories) throws IOException {
        try (ServerProcess server = ServerProcess.start();
                HttpConnection client = server.connect()) {
            addAll(server, adds(server, "warm", WARM_UP_MEMORIES));
            search(server, client, "warm", WARM_UP_MEMORIES, WARM_UP_SEARCHES);
            List<byte[]> adds = adds(server, "alice", memories);
            MachineLoad load = MachineLoad.watch(server.pid());
            double adding = addAll(server, adds);
            Histogram nanos = search(server, client, "alice", memories, SEARCHES);
            return new Took(adding, nanos, load.soFar());
        }
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
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        List<IOException> failures = new ArrayList<>();
        long begin = System.nanoTime();
        for (int client = 0; client < CLIENTS; client++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try (HttpConnection connection = server.connect()) {
                    for (int n = next.getAndIncrement(); n < requests.size(); n = next.getAndIncrement()) {
                        int status = connection.exchange(requests.get(n)).status();
                        if (status != 201) {
                            throw new IOException("an add was answered with " + status);
                        }
                    }
                } catch (IOException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new IOException("interrupted", e));
            }
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
