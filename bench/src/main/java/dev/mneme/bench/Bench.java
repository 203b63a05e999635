package dev.mneme.bench;

import dev.mneme.bench.LocomoEvaluation.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One command for each figure. It prints a table with the machine's load during the run, and a bare floor or peer that
/// was measured in the same run. `docs/performance.md` has the figures.
///
/// Run in the project's folder, after `./mvnw package -DskipTests -pl bench -am`: `java --add-modules
/// jdk.incubator.vector --enable-native-access=ALL-UNNAMED -jar bench/target/mneme-bench.jar adds`
public final class Bench {
    private static final String HELP = """
            java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \\
                 -jar bench/target/mneme-bench.jar COMMAND

              adds                      durable adds over HTTP, vector given; beside raw fsync
              embedded-adds             the same without a vector; beside the bare embedder
              log [SECONDS]             the log alone, entries of 5 KB; beside raw fsync
              fairness [SECONDS [ROUNDS]]
                                        a quiet owner beside 64 adding clients, 200 and 1,200 searching ones, an import,
                                        and exports, of another key; beside the same without them
              import [MEMORIES USERS]   mneme import of a mem0 export; beside the bare embedder
              search [OWNERS EACH]      100,000 memories of 1,000 owners
              one-owner [MEMORIES]      100,000 memories of one owner; beside a bare scan, with recall
              locomo FILE [WAY] [reference=now|last|evidence] [join=TURNS]
                                        recall, rank and time on LoCoMo, over rest, mem0, infer, or of the index alone
              retrieval [MODEL] [FILE...]
                                        recall and rank on every kind of data, beside the bare embedder and BM25: own facts,
                                        long notes, a diary; files as LoCoMo's or PrefEval's
              dates                     questions with relative dates, with a reference time and without
              typos [LOCOMO] [PREFEVAL] questions with typing errors, corrected and as written; beside plain BM25
              live [SECONDS]            1,000 adds/s to 10,000 open sockets
              kill [TIMES]              kill -9 under load: nothing acknowledged is lost, no live client misses anything
              soak [MINUTES SEED]       hostile clients at -Xmx512m beside an honest one; exits with 1 if a promise breaks
              start [TIMES]             from exec to /health/ready, with and without the AOT cache; memory at rest
              first-seconds [TIMES]     adds in each of the first 10 s after a start beside the steady speed, with and
                                        without the AOT cache
              vector-forms              adds with vectors as numbers and as base64: bytes and CPU
              integrity [MEMORIES]      what tamper evidence costs: adds, an owner before its first read, a start
              restore [MEMORIES]        backup while writes go on, restore, start, and searches afterwards
              peer [FOLDER]             adds and searches beside mem0's library for Node, which it installs there
              mem0-lists [USERS EACH]   mem0's pages, exports and entities across all users; beside our own page
              mem0-scores FILE          our scores on mem0's scale, by PrefEval's questions
              jar                       the server's jar by part

            Parts on their own (java … -cp bench/target/mneme-bench.jar dev.mneme.bench.NAME):
              EmbedBench, IndexBench OWNERS MEMORIES SEARCHES, PostingsBench OWNERS MEMORIES, TokenMatrix,
              AnalysisBench [LOCOMO], TypoSpeedBench [MEMORIES] [WORDS], QuestionMeans

            -Dmneme.jar=FILE measures another server jar; -Dmneme.flags="-Xmx1g ..." adds flags to the server's JVM.
            """;

    private static final Duration WARM_UP = Duration.ofSeconds(30);
    private static final Duration TIME = Duration.ofSeconds(20);

    private Bench() {}

    public static void main(String[] args) throws Exception {
        switch (args.length == 0 ? "help" : args[0]) {
            case "adds" -> AddsBench.run(WARM_UP, TIME);
            case "embedded-adds" -> AddsBench.embedded(WARM_UP, TIME);
            case "log" -> LogBench.run(Duration.ofSeconds(10), Duration.ofSeconds(number(args, 1, 20)));
            case "fairness" -> FairnessBench.run(WARM_UP, Duration.ofSeconds(number(args, 1, 10)), number(args, 2, 3));
            case "import" -> ImportBench.run(number(args, 1, 10_000), number(args, 2, 100));
            case "search" -> SearchBench.manyOwners(number(args, 1, 1_000), number(args, 2, 100));
            case "one-owner" -> SearchBench.oneOwner(number(args, 1, 100_000));
            case "locomo" -> locomo(args);
            case "retrieval" ->
                RetrievalBench.run(List.of(args).subList(1, args.length).stream()
                        .map(Path::of)
                        .toList());
            case "dates" -> DatesBench.run();
            case "typos" -> TyposBench.run(path(args, 1), path(args, 2));
            case "live" -> LiveBench.run(number(args, 1, 20));
            case "kill" -> KillBench.run(number(args, 1, 20));
            case "soak" -> SoakBench.run(number(args, 1, 60), number(args, 2, 1));
            case "start" -> StartBench.run(number(args, 1, 7));
            case "first-seconds" -> FirstSecondsBench.run(number(args, 1, 1));
            case "vector-forms" -> VectorFormsBench.run();
            case "integrity" -> IntegrityBench.run(number(args, 1, 10_000));
            case "restore" -> RestoreBench.run(number(args, 1, 1_000_000));
            case "peer" -> PeerBench.run(Path.of(args.length > 1 ? args[1] : "bench/target/peer"));
            case "mem0-lists" -> Mem0ListsBench.run(number(args, 1, 2_000), number(args, 2, 10));
            case "mem0-scores" -> Mem0ScoresBench.run(Path.of(args[1]));
            case "jar" -> JarBench.run();
            default -> System.out.print(HELP);
        }
    }

    private static int number(String[] args, int at, int otherwise) {
        return args.length > at ? Integer.parseInt(args[at]) : otherwise;
    }

    private static @Nullable Path path(String[] args, int at) {
        return args.length > at ? Path.of(args[at]) : null;
    }

    private static void locomo(String[] args) throws IOException {
        if (args.length < 2) {
            throw new IllegalArgumentException("Name the LoCoMo file: locomo FILE");
        }
        String way = "rest";
        Reference reference = Reference.NOW;
        int join = 1;
        for (String option : List.of(args).subList(2, args.length)) {
            if (option.startsWith("reference=")) {
                reference = Reference.valueOf(value(option).toUpperCase(Locale.ROOT));
            } else if (option.startsWith("join=")) {
                join = Integer.parseInt(value(option));
            } else {
                way = option;
            }
        }
        LocomoBench.run(Path.of(args[1]), way, reference, join);
    }

    private static String value(String option) {
        return option.substring(option.indexOf('=') + 1);
    }
}
