package dev.mneme.api.mem0;

import java.util.Arrays;

/// Converts Mneme's scores to the scale that mem0's thresholds are made for. There, .1 (the default of its search)
/// separates memories that have nothing to do with the question from those that may, and .3 (that of its command lines)
/// separates those that may from those that do.
///
/// The map is monotone, goes from 0 to 1, and depends on nothing but the score: it changes no order, and other
/// candidates do not matter. It is linear between the points below, which `bench mem0-scores` fits. Nine of ten
/// memories that have nothing to do with a question score below [#NOISE], and all but a few of the memories that answer
/// one reach [#RIGHT]. When the weights of the score change, the points must be fitted again.
public final class Mem0Score {
    /// Mneme's score that becomes .1.
    private static final double NOISE = .27;

    /// Mneme's score that becomes .3.
    private static final double RIGHT = .31;

    private static final double[] OURS = {0, NOISE, RIGHT, 1};
    private static final double[] THEIRS = {0, .1, .3, 1};

    private Mem0Score() {}

    /// One of Mneme's scores, as mem0's clients are shown it.
    public static double of(double score) {
        return between(OURS, THEIRS, score);
    }

    /// Mneme's score that corresponds to one of mem0's thresholds.
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
