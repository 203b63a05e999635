package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Conversation;
import dev.mneme.bench.LocomoEvaluation.Reference;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// How much of what is asked is found: recall and rank on LoCoMo, with the time of a search.
final class LocomoBench {
    private LocomoBench() {}

    /// @param file in LoCoMo's published form
    /// @param way `rest`, `mem0`, `infer` (mem0 with a language model that takes each turn for a fact), or `index`:
    ///     asked in this process, without door, log and tables
    /// @param reference from when relative dates in the questions are seen
    /// @param join so many consecutive turns of a session are one memory; 1 is LoCoMo as it is
    static void run(Path file, String way, Reference reference, int join) throws IOException {
        List<Conversation> conversations = LocomoData.joined(LocomoData.read(file), join);
        if (way.equals("index")) {
            try (LocomoBackend backend = new IndexBackend(OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS))) {
                evaluate(backend, conversations, reference, MachineLoad.watch(), "the index alone");
            }
            return;
        }
        if (way.equals("infer")) {
            infer(conversations, reference);
            return;
        }
        try (ServerProcess server = ServerProcess.start();
                HttpBackend backend =
                        way.equals("mem0") ? new Mem0Backend(server.connect()) : new RestBackend(server.connect())) {
            evaluate(backend, conversations, reference, MachineLoad.watch(server.pid()), "over " + way);
        }
    }

    private static void infer(List<Conversation> conversations, Reference reference) throws IOException {
        try (StubModel model = StubModel.start();
                ServerProcess server = ServerProcess.start(
                        "--extraction.kind", "openai", "--extraction.model", "stub", "--extraction.url", model.url());
                HttpBackend backend = new InferBackend(server.connect())) {
            evaluate(backend, conversations, reference, MachineLoad.watch(server.pid()), "over mem0 with infer");
            Report.row("calls to the model", String.valueOf(model.calls()), "");
        }
    }

    private static void evaluate(
            LocomoBackend backend,
            List<Conversation> conversations,
            Reference reference,
            MachineLoad watch,
            String how) {
        LocomoEvaluation evaluation = new LocomoEvaluation(backend, reference);
        evaluation.run(conversations);
        Report.title("locomo: " + conversations.size() + " conversations, " + how);
        Report.row("recall@10", Report.percent(evaluation.all().recall(10) / 100), "at least 85 %");
        Report.row("MRR", Report.number(evaluation.all().meanReciprocalRank()), "at least .67");
        Report.row("a search", evaluation.searchTime(), "p99 under 20 ms, embedding of the question included");
        System.out.println(evaluation.report());
        Report.load(watch.soFar());
    }
}
