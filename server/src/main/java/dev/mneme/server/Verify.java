package dev.mneme.server;

import dev.mneme.engine.shard.Verification;
import dev.mneme.server.config.ServerConfig;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/// `mneme verify`: reads everything in a data folder and says what is damaged.
final class Verify {
    private static final int DAMAGED = 7;

    private Verify() {}

    static int run(List<String> flags, Map<String, String> environment, PrintStream out) {
        ServerConfig config = ServerConfig.load(flags, environment);
        Logs.configure(config.logging());
        Verification.Report report = Verification.run(config.data());
        out.println("Checked " + config.data() + ": " + report.owners() + " owners, " + report.memories()
                + " memories, " + report.rows() + " rows, " + report.logRecords() + " log records.");
        report.problems().forEach(problem -> out.println("  " + problem));
        out.println(
                report.problems().isEmpty()
                        ? "Nothing is damaged."
                        : report.problems().size() + " problems found.");
        out.flush();
        return report.problems().isEmpty() ? 0 : DAMAGED;
    }
}
