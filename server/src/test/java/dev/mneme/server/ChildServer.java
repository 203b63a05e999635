package dev.mneme.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server in a process of its own, which can be killed without a warning.
final class ChildServer implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("is ready at (http://\\S+)");

    private final Process process;
    private final Path data;
    private final String url;

    private ChildServer(Process process, Path data, String url) {
        this.process = process;
        this.data = data;
        this.url = url;
    }

    /// Returns when it is ready. The class path goes through the environment: as an argument it would be too
    /// long for
    /// some native libraries.
    static ChildServer start(Path data) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                java,
                "-Xmx256m",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "dev.mneme.server.Main",
                "serve",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--embedder.kind",
                "none",
                "--rate.perSecond",
                "100000",
                "--store.checkpointInterval",
                "1s"));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectError(data.resolveSibling("child.log").toFile());
        try {
            Process process = builder.start();
            return new ChildServer(process, data, awaitReady(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String awaitReady(Process process) throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                Thread.ofVirtual().start(() -> out.lines().forEach(rest -> {})); // so that it never waits for us
                return ready.group(1);
            }
        }
        throw new IllegalStateException("The server did not start.");
    }

    String url() {
        return url;
    }

    String adminKey() {
        try {
            return Files.readString(data.resolve("admin.key")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `kill -9`; returns when it is dead.
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
