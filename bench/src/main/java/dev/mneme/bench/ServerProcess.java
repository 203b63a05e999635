package dev.mneme.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A server in a process of its own, from the jar that the launcher runs and with the launcher's flags, on a free port
/// and a data folder under `java.io.tmpdir` that is deleted on close. One thread.
///
/// `-Dmneme.jar=FILE` names another jar, `-Dmneme.flags="-Xmx1g …"` adds flags of the JVM.
final class ServerProcess implements AutoCloseable {
    static final List<String> LAUNCHER_FLAGS = List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+ExitOnOutOfMemoryError");

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final Path data;
    private final int port;
    private final List<String> settings;
    private @Nullable Process process;
    private double millisToReady;

    private ServerProcess(Path data, int port, List<String> settings) {
        this.data = data;
        this.port = port;
        this.settings = settings;
    }

    /// Starts a server and waits until it is ready.
    ///
    /// @param settings further flags of `serve`, for example `--ws.maxSocketsPerKey`, `20000`
    static ServerProcess start(String... settings) throws IOException {
        ServerProcess server = prepare(settings);
        server.start(List.of());
        return server;
    }

    /// A server that is yet to be started.
    static ServerProcess prepare(String... settings) throws IOException {
        return new ServerProcess(Files.createTempDirectory("mneme-bench"), freePort(), List.of(settings));
    }

    /// A server on this folder, which goes with it, yet to be started.
    static ServerProcess on(Path data) throws IOException {
        return new ServerProcess(data, freePort(), List.of());
    }

    Path data() {
        return data;
    }

    static Path jar() {
        String named = System.getProperty("mneme.jar");
        if (named != null) {
            return Path.of(named);
        }
        Path jar = Path.of("server/target/mneme-server.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: run this in the project's folder after"
                    + " './mvnw package -DskipTests -pl bench -am', or name the jar with -Dmneme.jar=FILE.");
        }
        return jar;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /// Starts the process, again if there was one, and waits until it is ready.
    ///
    /// @param jvmFlags beside the launcher's
    void start(List<String> jvmFlags) throws IOException {
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(LAUNCHER_FLAGS);
        command.addAll(jvmFlags);
        String more = System.getProperty("mneme.flags", "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+", -1)));
        }
        command.addAll(List.of("-jar", jar().toString(), "serve"));
        startWith(command);
    }

    /// Starts what `command` names with `--data`, `--port` and the settings behind it.
    void startWith(List<String> command) throws IOException {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of("--data", data.toString(), "--port", String.valueOf(port)));
        whole.addAll(settings);
        long start = System.nanoTime();
        Process started = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        process = started;
        awaitReady(started, start);
        millisToReady = (System.nanoTime() - start) / 1e6;
    }

    private void awaitReady(Process started, long start) throws IOException {
        while (!ready()) {
            if (!started.isAlive() || System.nanoTime() - start > READY_WITHIN.toNanos()) {
                started.destroyForcibly();
                throw new IllegalStateException("the server did not become ready: " + Files.readString(log()));
            }
            pause(Duration.ofMillis(5));
        }
    }

    private boolean ready() throws IOException {
        try (HttpConnection connection = new HttpConnection(port, "")) {
            return connection.get("/health/ready").status() == 200;
        } catch (SocketException | EOFException e) {
            return false; // not yet, or it was trying whether the port is free
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Path log() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    /// From the start of the process to the first 200 of `/health/ready`, asked every 5 ms.
    double millisToReady() {
        return millisToReady;
    }

    int port() {
        return port;
    }

    long pid() {
        return running().pid();
    }

    boolean isAlive() {
        return running().isAlive();
    }

    /// How much it has logged.
    long logBytes() throws IOException {
        return Files.size(log());
    }

    /// The admin key that the server wrote.
    String key() throws IOException {
        return Files.readString(data.resolve("admin.key")).strip();
    }

    HttpConnection connect() throws IOException {
        return new HttpConnection(port, key());
    }

    /// Resident memory in MB; -1 where it cannot be known.
    double residentMegabytes() throws IOException {
        Path status = Path.of("/proc/" + pid() + "/status");
        if (!Files.exists(status)) {
            return -1;
        }
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1_024)
                    .findFirst()
                    .orElse(-1);
        }
    }

    /// SIGKILL.
    void kill() throws IOException {
        end(running().destroyForcibly());
    }

    /// SIGTERM; returns when the process has ended.
    void stop() throws IOException {
        Process ending = running();
        ending.destroy();
        end(ending);
    }

    private static void end(Process ending) throws IOException {
        try {
            if (!ending.waitFor(30, TimeUnit.SECONDS)) {
                ending.destroyForcibly();
                throw new IOException("process " + ending.pid() + " did not end within 30 s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("the server was not started");
        }
        return process;
    }

    @Override
    public void close() throws IOException {
        if (process != null && process.isAlive()) {
            stop();
        }
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Files.deleteIfExists(log());
    }
}
