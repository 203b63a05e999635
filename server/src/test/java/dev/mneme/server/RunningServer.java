package dev.mneme.server;

import dev.mneme.engine.node.LocalEngine;
import dev.mneme.server.config.ServerConfig;
import dev.mneme.testkit.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A whole server on its own data folder and, at first, a port of its choice; it can be stopped and started again.
final class RunningServer implements AutoCloseable {
    private final Path data;
    private final List<String> flags;
    private final MnemeServer.Opener open;
    private MnemeServer server;
    private final int port;

    private RunningServer(Path data, List<String> flags, int port) {
        this(data, flags, port, MnemeServer::node);
    }

    private RunningServer(Path data, List<String> flags, int port, MnemeServer.Opener open) {
        this.data = data;
        this.flags = flags;
        this.open = open;
        this.server = start(port);
        this.port = Integer.parseInt(server.url().replaceFirst(".*:", ""));
    }

    /// Without an embedder, so that it is there at once.
    static RunningServer on(Path data, String... flags) {
        List<String> all = new ArrayList<>(List.of("--embedder.kind", "none"));
        all.addAll(List.of(flags));
        return new RunningServer(data, all, 0);
    }

    /// Without an embedder, its log on a disk that does as it is told.
    static RunningServer onDisk(Path data, SimulatedDisk disk) {
        return new RunningServer(
                data,
                List.of("--embedder.kind", "none"),
                0,
                (config, metrics, runtime) -> LocalEngine.node(
                        config.data(), PartConfigs.engine(config, metrics, runtime), folder -> disk.mount()));
    }

    /// With these settings.
    static RunningServer with(Path data, List<String> flags) {
        return new RunningServer(data, flags, 0);
    }

    static RunningServer withBuiltInEmbedder(Path data) {
        return new RunningServer(data, List.of(), 0);
    }

    /// With a model that an Ollama serves.
    static RunningServer withOllama(Path data, String url, String model) {
        return new RunningServer(
                data, List.of("--embedder.kind", "ollama", "--embedder.url", url, "--embedder.model", model), 0);
    }

    private MnemeServer start(int port) {
        List<String> all = new ArrayList<>(List.of("--data", data.toString(), "--port", String.valueOf(port)));
        all.addAll(flags);
        return MnemeServer.start(ServerConfig.load(all, Map.of("HOME", data.toString())), false, open);
    }

    String url() {
        return server.url();
    }

    int port() {
        return port;
    }

    String adminKey() {
        try {
            return Files.readString(data.resolve("admin.key")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Api admin() {
        return new Api(url(), adminKey());
    }

    /// A key that the admin makes.
    ///
    /// @param restrict as JSON, or empty for none
    Api key(String role, String restrict) {
        return admin().makeKey(role, restrict);
    }

    void stop() {
        server.close();
    }

    /// On the port that it had.
    void startAgain() {
        server = start(port);
    }

    void restart() {
        stop();
        startAgain();
    }

    @Override
    public void close() {
        stop();
    }
}
