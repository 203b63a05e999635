package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Conversation;
import dev.mneme.bench.LocomoData.Question;
import dev.mneme.bench.LocomoData.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Asks every question of every conversation and counts where the evidence stands among what is found.
final class LocomoEvaluation {
    static final int TOP_K = 20;
    private static final Duration LATER = Duration.ofHours(1);

    private final LocomoBackend backend;
    private final Reference reference;
    private final Tally all = new Tally();
    private final Map<Integer, Tally> byCategory = new TreeMap<>();
    private final Histogram searchNanos = new Histogram(3);
    private final Histogram scoringNanos = new Histogram(3);

    LocomoEvaluation(LocomoBackend backend, Reference reference) {
        this.backend = backend;
        this.reference = reference;
    }

    /// From when relative dates in a question are seen.
    enum Reference {
        /// The clock: years after the chats.
        NOW,
        /// An hour after the conversation's last session.
        LAST,
        /// An hour after the latest session that the question is about, as if it were asked then.
        EVIDENCE;

        private @Nullable Instant of(Conversation conversation, Question question) {
            return switch (this) {
                case NOW -> null;
                case LAST -> conversation.turns().getLast().at().plus(LATER);
                case EVIDENCE ->
                    conversation.turns().stream()
                            .filter(turn -> question.evidence().contains(turn.id()))
                            .map(Turn::at)
                            .max(Comparator.naturalOrder())
                            .orElseThrow()
                            .plus(LATER);
            };
        }
    }

    /// Sums over questions.
    static final class Tally {
        private int questions;
        private final int[] found = new int[TOP_K + 1];
        private final double[] share = new double[TOP_K + 1];
        private double reciprocalRanks;
        private int allEvidence;

        void count(List<String> ranked, Set<String> evidence) {
            questions++;
            int hits = 0;
            for (int rank = 1; rank <= TOP_K; rank++) {
                if (rank <= ranked.size() && evidence.contains(ranked.get(rank - 1))) {
                    hits++;
                    reciprocalRanks += hits == 1 ? 1.0 / rank : 0;
                }
                found[rank] += hits > 0 ? 1 : 0;
                share[rank] += (double) hits / evidence.size();
                allEvidence += rank == 10 && hits == evidence.size() ? 1 : 0;
            }
        }

        /// Percent of a question's evidence that is among the best k, in the mean.
        double recall(int k) {
            return 100 * share[k] / questions;
        }

        double meanReciprocalRank() {
            return reciprocalRanks / questions;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "n=%d recall@1 %.1f @5 %.1f @10 %.1f @20 %.1f | MRR %.3f | any evidence@10 %.1f | all %.1f",
                    questions,
                    recall(1),
                    recall(5),
                    recall(10),
                    recall(20),
                    meanReciprocalRank(),
                    100.0 * found[10] / questions,
                    100.0 * allEvidence / questions);
        }
    }

    void run(List<Conversation> conversations) {
        for (Conversation conversation : conversations) {
            for (Turn turn : conversation.turns()) {
                backend.add(conversation.id(), turn);
            }
        }
        for (Conversation conversation : conversations) {
            for (Question question : conversation.questions()) {
                ask(conversation, question);
            }
        }
    }

    private void ask(Conversation conversation, Question question) {
        long start = System.nanoTime();
        List<String> ranked =
                backend.search(conversation.id(), question.text(), reference.of(conversation, question), TOP_K);
        searchNanos.recordValue(System.nanoTime() - start);
        scoringNanos.recordValue(backend.lastScoringNanos());
        all.count(ranked, question.evidence());
        byCategory.computeIfAbsent(question.category(), c -> new Tally()).count(ranked, question.evidence());
    }

    Tally all() {
        return all;
    }

    /// Of a whole search, embedding included.
    String searchTime() {
        return Latency.of(searchNanos);
    }

    String report() {
        StringBuilder report = new StringBuilder("all         " + all + "\n");
        byCategory.forEach((category, tally) -> report.append("category ")
                .append(category)
                .append("  ")
                .append(tally)
                .append('\n'));
        report.append("a search     ").append(Latency.of(searchNanos)).append('\n');
        return report.append("its scoring  ").append(Latency.of(scoringNanos)).toString();
    }
}
