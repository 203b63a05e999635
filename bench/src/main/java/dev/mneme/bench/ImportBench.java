package dev.mneme.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// `mneme import` of a mem0 export, by the command line's own jar, into a server with the built-in embedder. Beside it
/// is the bare embedder on texts of the same kind, before and after.
///
/// `-Dmneme.cli=FILE` names another jar of the command line.
final class ImportBench {
    private static final int TEXT_BYTES = 120;
    private static final int CALLERS = 32;
    private static final Duration FLOOR_TIME = Duration.ofSeconds(10);

    private ImportBench() {}

    /// @param users who own the memories, in turn
    static void run(int memories, int users) throws IOException {
        Path file = Files.createTempFile("mneme-bench", ".json");
        try {
            write(file, memories, users);
            EmbedBench.Speed before = EmbedBench.speed(CALLERS, TEXT_BYTES, FLOOR_TIME);
            double rate;
            MachineLoad.Shares shares;
            try (ServerProcess server = ServerProcess.start()) {
                MachineLoad watch = MachineLoad.watch(server.pid());
                rate = memories / seconds(server, file);
                shares = watch.soFar();
            }
            EmbedBench.Speed after = EmbedBench.speed(CALLERS, TEXT_BYTES, FLOOR_TIME);
            report(memories, users, rate, shares, before, after);
        } finally {
            Files.delete(file);
        }
    }

    private static void write(Path file, int memories, int users) throws IOException {
        EnglishTexts english = new EnglishTexts(11);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("{\"count\":" + memories + ",\"results\":[\n");
            for (int i = 0; i < memories; i++) {
                out.write(String.format(
                        Locale.ROOT,
                        "%s{\"id\":\"%d\",\"memory\":\"%s\",\"user_id\":\"user-%d\",\"created_at\":\"2026-01-01T%02d:%02d:%02d.%03dZ\"}%n",
                        i == 0 ? "" : ",",
                        i,
                        english.text(TEXT_BYTES),
                        i % users,
                        i / 3_600_000 % 24,
                        i / 60_000 % 60,
                        i / 1_000 % 60,
                        i % 1_000));
            }
            out.write("]}\n");
        }
    }

    private static double seconds(ServerProcess server, Path file) throws IOException {
        List<String> command = List.of(
                ServerProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                System.getProperty("mneme.cli", "cli/target/mneme-cli.jar"),
                "import",
                file.toString(),
                "--json");
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("MNEME_URL", "http://127.0.0.1:" + server.port());
        builder.environment().put("MNEME_KEY", server.key());
        long start = System.nanoTime();
        try {
            int status = builder.start().waitFor();
            if (status != 0) {
                throw new IllegalStateException("the import ended with " + status);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static void report(
            int memories,
            int users,
            double rate,
            MachineLoad.Shares shares,
            EmbedBench.Speed before,
            EmbedBench.Speed after) {
        double bare = (before.textsPerSecond() + after.textsPerSecond()) / 2;
        double bareCpu = (before.cpuMillis() + after.cpuMillis()) / 2;
        double serverCpu = 1e3 * shares.server() / rate;
        Report.title("import: " + memories + " memories of " + users + " users from a mem0 export, built-in embedder");
        Report.row("memories/s", Report.number(rate), "");
        Report.row(
                "floor: bare embedder, before and after",
                Report.number(before.textsPerSecond()) + "/s, " + Report.number(after.textsPerSecond()) + "/s",
                "");
        Report.row("import / floor", Report.percent(rate / bare), "");
        Report.row("server CPU a memory", String.format(Locale.ROOT, "%.2f ms", serverCpu), "");
        Report.row("floor: CPU a text", String.format(Locale.ROOT, "%.2f ms", bareCpu), "");
        Report.row("by CPU", Report.percent(bareCpu / serverCpu), "");
        Report.line("the command line's own process counts among the others");
        Report.load(shares);
    }
}
