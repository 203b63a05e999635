package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Conversation;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How much of what is asked is found: recall and rank on LoCoMo, with the time of a search.
///
/// `java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED dev.mneme.bench.LocomoBench FILE`,
/// where FILE is in LoCoMo's published form. Give the class path by the variable `CLASSPATH`: onnxruntime 1.29.0
/// crashes on a command line of several thousand characters.
public final class LocomoBench {
    private LocomoBench() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("Name the LoCoMo file: LocomoBench locomo.json");
        }
        List<Conversation> conversations = LocomoData.read(Path.of(args[0]));
        try (LocomoBackend backend = new IndexBackend(OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS))) {
            LocomoEvaluation evaluation = new LocomoEvaluation(backend);
            evaluation.run(conversations);
            System.out.println(evaluation.report());
        }
    }
}
