package dev.mneme.bench;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The ranks of answers among what is found: recall at 1, 5 and 10, and the mean reciprocal rank of the first answer
/// among the first 20.
final class RankTally {
    static final int DEPTH = 20;
    private static final int[] AT = {1, 5, 10};

    private final double[] recall = new double[AT.length];
    private double reciprocalRanks;
    private int questions;

    void count(List<Integer> ranked, Set<Integer> answers) {
        questions++;
        int found = 0;
        for (int rank = 1; rank <= Math.min(DEPTH, ranked.size()); rank++) {
            if (answers.contains(ranked.get(rank - 1))) {
                found++;
                reciprocalRanks += found == 1 ? 1.0 / rank : 0;
                for (int i = 0; i < AT.length; i++) {
                    recall[i] += rank <= AT[i] ? 1.0 / answers.size() : 0;
                }
            }
        }
    }

    int questions() {
        return questions;
    }

    /// `recall@1 @5 @10 MRR`
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%5.1f %5.1f %5.1f %5.3f",
                100 * recall[0] / questions,
                100 * recall[1] / questions,
                100 * recall[2] / questions,
                reciprocalRanks / questions);
    }
}
