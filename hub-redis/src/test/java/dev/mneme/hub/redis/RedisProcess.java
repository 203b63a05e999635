package dev.mneme.hub.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/// A real Redis in a process of its own: Debian's `redis-server` if it is on the path, else the one inside
/// embedded-redis. It keeps nothing on the disk.
final class RedisProcess implements AutoCloseable {
    private static final String BINARY = binary();

    private final int port;
    private final List<String> arguments;
    private @Nullable Process process;

    private RedisProcess(int port, List<String> arguments) {
        this.port = port;
        this.arguments = arguments;
    }

    static RedisProcess run(String... arguments) throws IOException, InterruptedException {
        return runAt(freePort(), arguments);
    }

    static RedisProcess runAt(int port, String... arguments) throws IOException, InterruptedException {
        RedisProcess redis = new RedisProcess(port, List.of(arguments));
        redis.start();
        return redis;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return socket.getLocalPort();
        }
    }

    private static String binary() {
        Optional<Path> installed = Arrays.stream(
                        Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
        try {
            return installed.isPresent()
                    ? installed.get().toString()
                    : ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException("no redis-server", e);
        }
    }

    /// Whether this server can do TLS.
    static boolean hasTls() throws IOException, InterruptedException {
        Process asked = new ProcessBuilder(
                        BINARY, "--tls-port", "0", "--port", "0", "--tls-replication", "no", "--maxclients", "none")
                .redirectErrorStream(true)
                .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        // It complains of the first setting that it does not know, and of a wrong number of clients.
        return said.contains("maxclients none") || !said.contains("tls-port");
    }

    int port() {
        return port;
    }

    String url() {
        return "redis://127.0.0.1:" + port;
    }

    void start() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BINARY, "--save", "", "--appendonly", "no"));
        if (!arguments.contains("--port")) {
            command.addAll(List.of("--port", String.valueOf(port)));
        }
        command.addAll(List.of("--bind", "127.0.0.1"));
        command.addAll(arguments.stream()
                .map(a -> a.replace("PORT", String.valueOf(port)))
                .toList());
        process = new ProcessBuilder(command)
                .directory(new File(System.getProperty("java.io.tmpdir")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException(
                        "redis-server did not start: " + Stream.of(command).toList());
            }
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Kills it.
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
            process = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
