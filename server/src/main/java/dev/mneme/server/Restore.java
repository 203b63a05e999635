package dev.mneme.server;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.backup.Restoration;
import dev.mneme.server.config.ServerConfig;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `mneme restore`: restores a backup into the data folder of a server that is not running.
final class Restore {
    private Restore() {}

    /// The result as JSON.
    record Restored(String at, long rows, String epoch, String data, String before) {}

    static int run(List<String> words, Map<String, String> environment, PrintStream out, PrintStream err) {
        List<String> flags = new ArrayList<>(words);
        boolean keys = flags.remove("--restore-keys");
        boolean force = flags.remove("--force");
        boolean json = flags.remove("--json");
        Path file = file(flags);
        ServerConfig config = ServerConfig.load(flags, environment);
        Logs.configure(config.logging());
        ProgressBar bar = ProgressBar.of("restoring", Restoration.plan(file).steps(), json, err);
        Restoration.Report report;
        try {
            report = Restoration.run(
                    file,
                    config.data(),
                    new Restoration.Options(keys, force, PartConfigs.integrity(config)),
                    new SystemRuntime(),
                    bar::at);
        } finally {
            bar.end();
        }
        if (json) {
            out.println(new String(
                    JsonWriter.bytes(new Restored(
                            Times.format(report.at()),
                            report.rows(),
                            report.epoch(),
                            config.data().toString(),
                            report.before())),
                    StandardCharsets.UTF_8));
        } else {
            print(report, config.data(), keys, out);
        }
        out.flush();
        return 0;
    }

    /// Takes the file, which is the first or the last word, out of the flags.
    private static Path file(List<String> flags) {
        if (flags.isEmpty()) {
            throw MnemeException.invalid("file", "Which backup? mneme restore FILE --data DIR");
        }
        return Path.of(flags.getFirst().startsWith("--") ? flags.removeLast() : flags.removeFirst());
    }

    private static void print(Restoration.Report report, Path data, boolean keys, PrintStream out) {
        out.println("Restored " + report.rows() + " rows of " + Times.format(report.at()) + " into " + data + ".");
        if (!report.before().isEmpty()) {
            out.println("What was there before is in " + report.before() + ": delete it when you need it no more.");
        }
        out.println(
                keys
                        ? "The API keys of then are valid again."
                        : "The API keys did not come back: the first start writes a new admin key.");
        out.println("Positions have a new epoch, " + report.epoch() + ": live clients read the state again.");
    }
}
