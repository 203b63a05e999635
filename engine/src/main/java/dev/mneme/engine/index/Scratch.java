package dev.mneme.engine.index;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Arrays that searches work in, lent from one search to the next, since they are as long as the owner has slots.
/// Between searches all numbers are 0.
final class Scratch {
    private static final BlockingQueue<Scratch> IDLE =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

    float[] dots = new float[0];

    /// The cosine of a slot's nearest passage; 0 for a slot without one.
    float[] passages = new float[0];

    float[] bm25 = new float[0];

    /// A term's frequency in a memory's surroundings, in tenths.
    int[] frequencies = new int[0];

    /// The slots whose frequency is not 0.
    int[] touched = new int[0];

    /// One more than the place of a slot's token products; 0 if they were not computed.
    int[] productsOf = new int[0];

    private int used;

    static Scratch borrow(int slots) {
        Scratch idle = IDLE.poll();
        Scratch scratch = idle == null ? new Scratch() : idle;
        scratch.reserve(slots);
        return scratch;
    }

    /// Gives it back; it is dropped if enough others are idle.
    void giveBack() {
        Arrays.fill(dots, 0, used, 0);
        Arrays.fill(passages, 0, used, 0);
        Arrays.fill(bm25, 0, used, 0);
        Arrays.fill(productsOf, 0, used, 0);
        boolean kept = IDLE.offer(this);
        if (!kept) {
            used = 0;
        }
    }

    private void reserve(int slots) {
        used = slots;
        if (dots.length < slots) {
            dots = new float[slots];
            passages = new float[slots];
            bm25 = new float[slots];
            frequencies = new int[slots];
            touched = new int[slots];
            productsOf = new int[slots];
        }
    }
}
