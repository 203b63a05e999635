package dev.mneme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The time from the start of the process to the first 200 of `/health/ready`, on an empty data folder, and the memory
/// that the server then holds with the embedder loaded. The AOT cache is made as the launcher makes it. The launcher
/// itself is timed too, where it has run before.
final class StartBench {
    private static final Duration REST = Duration.ofSeconds(5);
    private static final Path LAUNCHED_BEFORE = Path.of(".mneme", "current");

    private StartBench() {}

    static void run(int times) throws IOException {
        Path cache = trained();
        try {
            MachineLoad watch = MachineLoad.watch();
            double[] plain = times(times, List.of());
            double[] cached = times(times, List.of("-XX:AOTCache=" + cache));
            Report.title("start: from exec to /health/ready, " + times + " times");
            Report.row("without AOT cache", text(plain), "");
            Report.row("with AOT cache", text(cached), "under 2.0 s");
            if (Files.exists(LAUNCHED_BEFORE)) {
                Report.row("./mneme serve, with its own AOT cache if it has one", text(launched(times)), "under 2.0 s");
            }
            Report.row("AOT cache", Report.number(Files.size(cache) / 1e6) + " MB", "");
            Report.row("resident at rest, embedder loaded", resident(List.of("-XX:AOTCache=" + cache)), "under 350 MB");
            Report.load(watch.soFar());
        } finally {
            Files.delete(cache);
        }
    }

    /// Makes a cache as the launcher does.
    static Path trained() throws IOException {
        Path cache = Files.createTempDirectory("mneme-bench").resolve("server.aot");
        List<String> command = new ArrayList<>(List.of(ServerProcess.java()));
        command.addAll(ServerProcess.LAUNCHER_FLAGS);
        command.addAll(List.of("-XX:AOTCacheOutput=" + cache, "-jar"));
        command.addAll(List.of(ServerProcess.jar().toString(), "serve", "--train"));
        Process training = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!training.waitFor(120, TimeUnit.SECONDS) || training.exitValue() != 0 || !Files.exists(cache)) {
                training.destroyForcibly();
                throw new IOException("the training run made no cache");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        return cache;
    }

    private static double[] times(int times, List<String> jvmFlags) throws IOException {
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            try (ServerProcess server = ServerProcess.prepare()) {
                server.start(jvmFlags);
                millis[i] = server.millisToReady();
            }
        }
        return millis;
    }

    private static double[] launched(int times) throws IOException {
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            try (ServerProcess server = ServerProcess.prepare()) {
                server.startWith(List.of("env", "MNEME_NO_BUILD=1", "MNEME_NO_TRAIN=1", "./mneme", "serve"));
                millis[i] = server.millisToReady();
            }
        }
        return millis;
    }

    private static String text(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return "median " + Report.number(sorted[sorted.length / 2]) + " ms, least " + Report.number(sorted[0])
                + ", most " + Report.number(sorted[sorted.length - 1]);
    }

    private static String resident(List<String> jvmFlags) throws IOException {
        try (ServerProcess server = ServerProcess.prepare()) {
            server.start(jvmFlags);
            try (HttpConnection client = server.connect()) {
                client.post("/api/v1/memories", "{\"userId\":\"alice\",\"text\":\"I like green tea\"}")
                        .json();
            }
            ServerProcess.pause(REST);
            return Report.number(server.residentMegabytes()) + " MB";
        }
    }
}
