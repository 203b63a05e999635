package dev.mneme.engine.index;

import java.util.Arrays;

/// The memories of an owner that contain one term, by slot, each with the term's frequency. Expired memories stay in it
/// but do not count as [#living].
final class Postings {
    private static final int OBJECT_BYTES = 160; // this object, its arrays' heads, the vocabulary's entry

    private final String term;
    private int[] slots = new int[2];
    private char[] frequencies = new char[2];
    private int size;
    private int living;
    private int place;

    Postings(String term) {
        this.term = term;
    }

    String term() {
        return term;
    }

    int size() {
        return size;
    }

    /// The term's document frequency.
    int living() {
        return living;
    }

    void changeLiving(int by) {
        living += by;
    }

    /// Its place in [Spellings].
    int place() {
        return place;
    }

    void place(int place) {
        this.place = place;
    }

    int slot(int index) {
        return slots[index];
    }

    int frequency(int index) {
        return frequencies[index];
    }

    int frequencyOf(int slot) {
        return frequencies[Arrays.binarySearch(slots, 0, size, slot)];
    }

    void add(int slot, int frequency) {
        if (size == slots.length) {
            int grown = size + (size >> 1) + 1;
            slots = Arrays.copyOf(slots, grown);
            frequencies = Arrays.copyOf(frequencies, grown);
        }
        int at = -Arrays.binarySearch(slots, 0, size, slot) - 1;
        System.arraycopy(slots, at, slots, at + 1, size - at);
        System.arraycopy(frequencies, at, frequencies, at + 1, size - at);
        slots[at] = slot;
        frequencies[at] = (char) Math.min(frequency, Character.MAX_VALUE);
        size++;
    }

    void remove(int slot) {
        int at = Arrays.binarySearch(slots, 0, size, slot);
        size--;
        System.arraycopy(slots, at + 1, slots, at, size - at);
        System.arraycopy(frequencies, at + 1, frequencies, at, size - at);
    }

    long sizeBytes() {
        return OBJECT_BYTES + 6L * slots.length;
    }
}
