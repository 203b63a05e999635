package dev.mneme.bench;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.LocalEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// A server with many memories, in owners of 10,000 with vectors of 384 numbers: how long it takes to start, how long
/// searches take, a backup over HTTP while a writer goes on, and the same for a server on the restored data.
final class RestoreBench {
    private static final int EACH = 10_000;
    private static final int BATCH = 500;
    private static final int SEARCHED = 20;
    private static final int WARM_UP = 1_000;
    private static final int SEARCHES = 3_000;
    private static final Provenance BY = Provenance.ofKey("bench");

    private RestoreBench() {}

    static void run(int memories) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("mneme-bench");
        int owners = Math.max(1, memories / EACH);
        Path file = folder.resolve("bench.backup");
        Report.title("restore: " + owners * EACH + " memories, " + EACH + " an owner, 384 numbers each");
        try (ServerProcess server = ServerProcess.on(Files.createDirectory(folder.resolve("a")))) {
            fill(server.data(), owners);
            startAndSearch(server, owners, "");
            backUp(server, file);
            server.stop();
            floor(file, folder.resolve("copy"));
        }
        Path restored = folder.resolve("b");
        restore(file, restored);
        try (ServerProcess server = ServerProcess.on(restored)) {
            startAndSearch(server, owners, ", restored");
        }
        Files.delete(file);
        Files.delete(folder);
    }

    /// Straight into the engine, as many at a time as one write takes well.
    private static void fill(Path data, int owners) {
        MachineLoad watch = MachineLoad.watch();
        long begun = System.nanoTime();
        SyntheticMemories source = new SyntheticMemories(1);
        Random random = new Random(1);
        try (Store store = LocalEngine.open(data, LocalEngine.Settings.DEFAULTS)) {
            for (int owner = 0; owner < owners; owner++) {
                String user = AddRequests.user(owner);
                for (int done = 0; done < EACH; done += BATCH) {
                    List<Command> batch = new ArrayList<>();
                    for (int i = 0; i < BATCH; i++) {
                        batch.add(source.next(user).add(random));
                    }
                    store.write(new Write(Owner.user(user), BY, null, batch));
                }
            }
        }
        Report.row("filling, in the bench's process", millis(begun), "");
        Report.load(watch.soFar());
    }

    private static void startAndSearch(ServerProcess server, int owners, String which) throws IOException {
        server.start(List.of());
        Report.row("start to /health/ready" + which, Report.number(server.millisToReady()) + " ms", "under 10 s");
        try (HttpConnection client = server.connect()) {
            int searched = Math.min(owners, SEARCHED);
            List<byte[]> asks = SearchBench.requests(server.key(), searched, SEARCHES);
            Histogram first = SearchBench.time(client, asks, searched);
            SearchBench.time(client, asks, WARM_UP);
            MachineLoad watch = MachineLoad.watch(server.pid());
            Histogram nanos = SearchBench.time(client, asks, SEARCHES);
            Histogram floor = SearchBench.roundTrips(client);
            Report.row("the first search of an owner" + which, Latency.of(first), "");
            Report.row("a search" + which, Latency.of(nanos), "p50 under 3 ms, p99 under 10 ms");
            Report.row("floor: GET /health/live", Latency.of(floor), "");
            Report.row("resident" + which, Report.number(server.residentMegabytes()) + " MB", "");
            Report.load(watch.soFar());
        }
    }

    private static void backUp(ServerProcess server, Path file) throws IOException, InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        Histogram waits = new Histogram(3);
        Thread writer = Thread.ofPlatform().start(() -> {
            try (HttpConnection client = server.connect()) {
                for (int n = 0; !done.get(); n++) {
                    long begun = System.nanoTime();
                    client.post(
                                    "/api/v1/memories",
                                    "{\"userId\":\"writer\",\"text\":\"memory " + n + "\",\"vector\":[1]}")
                            .json();
                    waits.recordValue(System.nanoTime() - begun);
                }
            } catch (IOException e) {
                failure.set(e);
            }
        });
        MachineLoad watch = MachineLoad.watch(server.pid());
        long begun = System.nanoTime();
        try {
            download(server, file);
        } finally {
            done.set(true);
            writer.join();
        }
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        Report.row("backup", millis(begun) + ", " + Report.number(Files.size(file) / 1e6) + " MB", "");
        Report.row("an add meanwhile, one client", Latency.of(waits), "");
        Report.load(watch.soFar());
    }

    private static void download(ServerProcess server, Path file) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/api/v1/backups"))
                .header("Authorization", "Bearer " + server.key())
                .timeout(Duration.ofMinutes(30))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            int status =
                    client.send(request, HttpResponse.BodyHandlers.ofFile(file)).statusCode();
            if (status != 200) {
                throw new IOException("the backup was answered with " + status);
            }
        }
    }

    /// The bare disk: the same bytes, copied.
    private static void floor(Path file, Path copy) throws IOException {
        long begun = System.nanoTime();
        Files.copy(file, copy);
        Report.row("floor: copying the file", millis(begun), "");
        Files.delete(copy);
    }

    private static void restore(Path file, Path data) throws IOException, InterruptedException {
        MachineLoad watch = MachineLoad.watch();
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(
                        ServerProcess.java(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        ServerProcess.jar().toString(),
                        "restore",
                        file.toString(),
                        "--data",
                        data.toString())
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("the restore ended with " + process.exitValue());
        }
        Report.row("mneme restore", millis(begun), "");
        Report.load(watch.soFar());
    }

    private static String millis(long begun) {
        return Report.number((System.nanoTime() - begun) / 1e6) + " ms";
    }
}
