package dev.mneme.engine.index;

/// How much a neighbour lends, by how far it is: g(0) = 1, less the farther, and what went before more
/// than what followed. In tenths, so that sums of it are exact.
final class Kernel {
    /// How far neighbours reach, in memories of an episode.
    static final int REACH = 3;

    /// Neighbours that a memory can have.
    static final int NEIGHBOURS = 2 * REACH;

    /// The distances of a memory's neighbours, in the order in which they are kept.
    private static final int[] OFFSETS = {-3, -2, -1, 1, 2, 3};

    private static final int[] TENTHS = {3, 6, 9, 6, 4, 2};

    private Kernel() {}

    /// How far the i-th neighbour is; below 0 if it went before.
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

    /// By what the i-th neighbour's token products are multiplied.
    static double tokenWeight(int i) {
        return 1 - .3 * (1 - TENTHS[i] / 10.0);
    }

    /// If b is a's i-th neighbour, a is b's `mirror(i)`-th.
    static int mirror(int i) {
        return NEIGHBOURS - 1 - i;
    }
}
