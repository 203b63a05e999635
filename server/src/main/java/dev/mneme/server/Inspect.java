package dev.mneme.server;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.spi.StorageStatus;
import dev.mneme.engine.offline.StoreSurvey;
import dev.mneme.server.config.ServerConfig;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `mneme inspect --stopped`: shows what a data folder contains while no server has it open, and changes nothing.
final class Inspect {
    private static final int DAMAGED = 7;
    private static final String ROW = "%-8s %10s %12s %12s %12s %10s %12s%n";

    private Inspect() {}

    static int run(List<String> flags, Map<String, String> environment, PrintStream out) {
        List<String> settings = new ArrayList<>(flags);
        settings.remove("--stopped");
        boolean json = settings.remove("--json");
        ServerConfig config = ServerConfig.load(settings, environment);
        Logs.configure(config.logging());
        StoreSurvey survey = StoreSurvey.of(config.data(), PartConfigs.integrity(config));
        if (json) {
            out.println(JsonWriter.string(json(survey)));
        } else {
            print(survey, out);
        }
        out.flush();
        return survey.problems().isEmpty() ? 0 : DAMAGED;
    }

    /// For programs: sizes are in bytes.
    private static Map<String, Object> json(StoreSurvey survey) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("data", survey.folder().toString());
        json.put("epoch", survey.epoch());
        json.put("owners", survey.owners());
        json.put("memories", survey.memories());
        json.put("shards", survey.shards());
        json.put("segments", survey.segments());
        json.put("storage", survey.storage());
        json.put("problems", survey.problems());
        return json;
    }

    private static void print(StoreSurvey survey, PrintStream out) {
        line(out, "data", survey.folder().toString());
        line(out, "epoch", survey.epoch());
        line(out, "owners", String.valueOf(survey.owners()));
        line(out, "memories", String.valueOf(survey.memories()));
        line(out, "log", files(survey.storage().log()));
        line(out, "tables", files(survey.storage().tables()));
        line(out, "index", files(survey.storage().index()));
        out.println();
        out.printf(ROW, "SHARD", "OWNERS", "MEMORIES", "CHECKPOINT", "LOG INDEX", "TO REPLAY", "TABLES");
        for (StoreSurvey.Shard shard : survey.shards()) {
            out.printf(
                    ROW,
                    shard.name(),
                    shard.owners(),
                    shard.memories(),
                    shard.checkpoint(),
                    shard.logIndex(),
                    shard.toReplay(),
                    size(shard.bytes()));
        }
        out.println();
        out.printf("%-26s %10s%n", "SEGMENT", "SIZE");
        survey.segments().forEach(segment -> out.printf("%-26s %10s%n", segment.file(), size(segment.bytes())));
        survey.problems().forEach(problem -> out.println("problem: " + problem));
    }

    private static void line(PrintStream out, String name, String value) {
        out.printf("%-10s%s%n", name, value);
    }

    private static String files(StorageStatus.Files files) {
        return files.count() + (files.count() == 1 ? " file, " : " files, ") + size(files.bytes());
    }

    private static String size(long bytes) {
        if (bytes < 1_024) {
            return bytes + " B";
        }
        double mebibytes = bytes / (double) (1 << 20);
        return mebibytes < 1
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1_024.0)
                : String.format(Locale.ROOT, "%.1f MiB", mebibytes);
    }
}
