package dev.mneme.api.mem0;

import java.util.Arrays;

/// Our scores on the scale that mem0's thresholds are made for, where .1 (the default of its search) parts what has
/// nothing to do with the question from what may, and .3 (that of its command lines) what may from what does.
///
/// The map is monotone, goes from 0 to 1, and knows nothing but the score: it changes no order, and no other candidate
/// changes it. It is linear between the points below, which `bench mem0-scores` fits: [#NOISE] is what nine of ten
/// memories that have nothing to do with a question stay under, [#RIGHT] what all but a few of the memories that
/// answer one reach. When the weights of the score change, they are to be fitted again.
public final class Mem0Score {
    /// Our score that is .1 there.
    private static final double NOISE = .27;

    /// Our score that is .3 there.
    private static final double RIGHT = .31;

    private static final double[] OURS = {0, NOISE, RIGHT, 1};
    private static final double[] THEIRS = {0, .1, .3, 1};

    private Mem0Score() {}

    /// A score of ours as mem0's clients are shown it.
    public static double of(double score) {
        return between(OURS, THEIRS, score);
    }

    /// The score of ours that a threshold of theirs asks for.
    public static double ours(double threshold) {
        return between(THEIRS, OURS, threshold);
    }

    private static double between(double[] from, double[] to, double x) {
        double at = Math.clamp(x, 0, 1);
        int found = Arrays.binarySearch(from, at);
        if (found >= 0) {
            return to[found];
        }
        int above = -found - 1;
        double share = (at - from[above - 1]) / (from[above] - from[above - 1]);
        return to[above - 1] + share * (to[above] - to[above - 1]);
    }
}
