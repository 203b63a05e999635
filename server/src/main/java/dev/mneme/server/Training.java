package dev.mneme.server;

import dev.mneme.engine.index.IndexWarmUp;
import dev.mneme.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A short life of a server in a temporary folder, for the JVM to learn from: the launcher runs it once after a build
/// to make the AOT cache.
final class Training {
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
            call(client, server, key, "/api/v1/memories", "{\"text\":\"I like green tea\",\"userId\":\"trainee\"}");
            call(client, server, key, "/api/v1/memories/search", "{\"query\":\"tea\",\"userId\":\"trainee\"}");
            IndexWarmUp.run(Duration.ofSeconds(5));
        }
    }

    private static void call(HttpClient client, MnemeServer server, String key, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException("training got " + answer.statusCode() + " from " + path);
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
