package dev.mneme.engine.index;

/// How much a neighbour lends, depending on its distance: g(0) = 1, less with distance, and earlier memories lend more
/// than later ones. It is in tenths, so that sums are exact.
final class Kernel {
    /// How far neighbours reach, in memories of an episode.
    static final int REACH = 3;

    /// Neighbours that a memory can have.
    static final int NEIGHBOURS = 2 * REACH;

    /// The distances of a memory's neighbours, in the order in which the neighbours are kept.
    private static final int[] OFFSETS = {-3, -2, -1, 1, 2, 3};

    private static final int[] TENTHS = {3, 6, 9, 6, 4, 2};

    private Kernel() {}

    /// The distance of the i-th neighbour; below 0 for an earlier one.
    static int offset(int i) {
        return OFFSETS[i];
    }

    /// 10 g of the i-th neighbour.
    static int tenths(int i) {
        return TENTHS[i];
    }

    static float weight(int i) {
        return TENTHS[i] / 10f;
    }

    /// The factor for the i-th neighbour's token products.
    static double tokenWeight(int i) {
        return 1 - .3 * (1 - TENTHS[i] / 10.0);
    }

    /// If b is a's i-th neighbour, a is b's `mirror(i)`-th.
    static int mirror(int i) {
        return NEIGHBOURS - 1 - i;
    }
}
