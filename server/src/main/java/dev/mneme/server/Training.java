package dev.mneme.server;

import dev.mneme.engine.index.IndexWarmUp;
import dev.mneme.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Runs a server for a short time in a temporary folder, for the JVM to learn from. The launcher does this once after a
/// build to make the AOT cache, which holds the classes of a start and the profiles of the most used methods (JEP 515).
/// They are then compiled in the first seconds of a later run, and not in its first minute.
final class Training {
    /// How long each kind of work runs. What the JVM compiles within this time is compiled early in every later start.
    private static final Duration EACH = Duration.ofSeconds(5);

    private Training() {}

    static int run() {
        try {
            Path data = Files.createTempDirectory("mneme-training");
            try {
                live(data);
            } finally {
                delete(data);
            }
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static void live(Path data) throws IOException, InterruptedException {
        ServerConfig config =
                ServerConfig.load(List.of("--data", data.toString(), "--port", "0", "--host", "127.0.0.1"), Map.of());
        Logs.configure(config.logging());
        try (MnemeServer server = MnemeServer.start(config);
                HttpClient client = HttpClient.newHttpClient()) {
            String key = Files.readString(AdminKey.file(data)).strip();
            new TrainingLoad(server.url(), key, client).run(EACH);
            IndexWarmUp.run(Duration.ofSeconds(5), System::nanoTime);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
