package dev.mneme.engine.index;

import java.util.Arrays;

/// The best of the offered slots, at most `limit`: higher scores first, ties by id. It is a binary heap with the worst
/// on top.
final class BestSlots {
    private final Slots memories;
    private final int limit;
    private int[] slots;
    private double[] scores;
    private int size;

    BestSlots(Slots memories, int limit) {
        this.memories = memories;
        this.limit = limit;
        this.slots = new int[Math.min(limit, 256)];
        this.scores = new double[slots.length];
    }

    int size() {
        return size;
    }

    /// Whether this would be among the best so far.
    boolean admits(int slot, double score) {
        return size < limit || isWorse(slots[0], scores[0], slot, score);
    }

    /// Adds an admitted slot.
    void add(int slot, double score) {
        if (size < limit) {
            if (size == slots.length) {
                int grown = Math.min(limit, size * 2);
                slots = Arrays.copyOf(slots, grown);
                scores = Arrays.copyOf(scores, grown);
            }
            siftUp(size++, slot, score);
        } else {
            siftDown(slot, score);
        }
    }

    /// Removes the worst.
    int removeWorst() {
        int worst = slots[0];
        size--;
        if (size > 0) {
            siftDown(slots[size], scores[size]);
        }
        return worst;
    }

    double worstScore() {
        return scores[0];
    }

    private void siftUp(int from, int slot, double score) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (!isWorse(slot, score, slots[parent], scores[parent])) {
                break;
            }
            set(at, slots[parent], scores[parent]);
            at = parent;
        }
        set(at, slot, score);
    }

    private void siftDown(int slot, double score) {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && isWorse(slots[child + 1], scores[child + 1], slots[child], scores[child])) {
                child++;
            }
            if (!isWorse(slots[child], scores[child], slot, score)) {
                break;
            }
            set(at, slots[child], scores[child]);
            at = child;
        }
        set(at, slot, score);
    }

    private void set(int at, int slot, double score) {
        slots[at] = slot;
        scores[at] = score;
    }

    private boolean isWorse(int slot, double score, int than, double thanScore) {
        if (score != thanScore) {
            return score < thanScore;
        }
        return memories.header(slot).id().compareTo(memories.header(than).id()) > 0;
    }
}
