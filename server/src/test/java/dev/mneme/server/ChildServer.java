package dev.mneme.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server in a process of its own, started as the launcher starts it: it can be killed without a warning, has a heap
/// of its own that can be small, and all that it prints is kept.
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

    /// Returns when it is ready. It has a heap of 256 MiB and no embedder.
    static ChildServer start(Path data, String... flags) {
        return start(Limits.DEFAULTS, data, flags);
    }

    /// What the process may have.
    ///
    /// @param descriptors 0: as many as this one
    record Limits(String heap, int descriptors) {
        static final Limits DEFAULTS = new Limits("256m", 0);
    }

    /// As above, under other limits.
    static ChildServer start(Limits limits, Path data, String... flags) {
        List<String> command = new ArrayList<>(
                limits.descriptors() == 0
                        ? List.of()
                        : List.of("/bin/sh", "-c", "ulimit -n " + limits.descriptors() + "; exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + limits.heap(),
                "-XX:+ExitOnOutOfMemoryError",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                Main.class.getName(),
                "serve",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--embedder.kind",
                "none"));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command);
        // As an argument it would be too long for some native libraries.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().keySet().removeIf(name -> name.startsWith("MNEME_"));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(
                data.resolveSibling("child.err").toFile()));
        try {
            Process process = builder.start();
            return new ChildServer(process, data, awaitReady(process, data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String awaitReady(Process process, Path data) throws IOException {
        Path printed = data.resolveSibling("child.out");
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            keep(printed, line);
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                Thread.ofVirtual().start(() -> keepAll(printed, out)); // so that it never waits for us
                return ready.group(1);
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException(
                "The server did not start: " + Files.readString(data.resolveSibling("child.err")));
    }

    private static void keepAll(Path printed, BufferedReader out) {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                keep(printed, line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void keep(Path printed, String line) throws IOException {
        Files.writeString(
                printed, line + "\n", java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.APPEND);
    }

    /// Waits until it has ended.
    ///
    /// @return the exit status
    int ended() {
        return process.onExit().join().exitValue();
    }

    String url() {
        return url;
    }

    int port() {
        return Integer.parseInt(url.replaceFirst(".*:", ""));
    }

    Api admin() {
        return new Api(url, adminKey());
    }

    String adminKey() {
        return read(data.resolve("admin.key")).strip();
    }

    /// What it and those before it on the same folder logged: standard error.
    String logged() {
        return read(data.resolveSibling("child.err"));
    }

    /// What they printed on standard output.
    String printed() {
        return read(data.resolveSibling("child.out"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// `kill -9`; returns when it is dead.
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// @return the exit status
    int stop() {
        process.destroy();
        return process.onExit().join().exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
