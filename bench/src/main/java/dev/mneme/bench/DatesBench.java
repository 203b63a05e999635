package dev.mneme.bench;

import dev.mneme.bench.Diary.Note;
import dev.mneme.bench.Diary.Question;
import dev.mneme.bench.LocomoData.Turn;
import dev.mneme.bench.LocomoEvaluation.Tally;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The value of a reference time: questions with relative dates to a made-up [Diary], asked with and without the day on
/// which they are meant, of the index alone. Notes that were written after that day are there, too.
final class DatesBench {
    private static final int QUESTIONS = 40;
    private static final long SEED = 1;

    private DatesBench() {}

    static void run() throws IOException {
        MachineLoad watch = MachineLoad.watch();
        Diary diary = new Diary(SEED);
        Map<String, Tally[]> tallies = new LinkedHashMap<>();
        try (LocomoBackend backend = new IndexBackend(OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS))) {
            for (Note note : diary.notes()) {
                backend.add("diary", new Turn(note.id(), note.text(), at(note.told())));
            }
            for (Question question : diary.questions(QUESTIONS)) {
                Set<String> answers = Set.copyOf(question.answers());
                for (String row : new String[] {question.phrase().name(), "all"}) {
                    Tally[] tally = tallies.computeIfAbsent(row, r -> new Tally[] {new Tally(), new Tally()});
                    tally[0].count(backend.search("diary", question.text(), null, LocomoEvaluation.TOP_K), answers);
                    tally[1].count(
                            backend.search("diary", question.text(), at(question.reference()), LocomoEvaluation.TOP_K),
                            answers);
                }
            }
        }
        Report.title("dates: " + diary.notes().size() + " notes of two years, " + QUESTIONS + " questions a phrase");
        tallies.forEach((phrase, tally) -> Report.row(phrase, shown(tally[1]), "without: " + shown(tally[0])));
        Report.load(watch.soFar());
    }

    static Instant at(LocalDate day) {
        return day.atTime(LocalTime.NOON).toInstant(ZoneOffset.UTC);
    }

    private static String shown(Tally tally) {
        return "recall@1 " + Report.percent(tally.recall(1) / 100) + ", @10 " + Report.percent(tally.recall(10) / 100)
                + ", MRR " + Report.number(tally.meanReciprocalRank());
    }
}
