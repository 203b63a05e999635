package dev.mneme.engine.index;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The living memories that were told together, in their order of arrival, and how many voices tell them.
final class Episode {
    /// About how many bytes an episode takes, and each memory in it.
    static final int OBJECT_BYTES = 250;

    static final int MEMORY_BYTES = 15;

    private final String key;
    private final Map<String, Integer> voices = new HashMap<>();
    private long[] ordinals = new long[4];
    private int[] slots = new int[4];
    private int size;

    Episode(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    int size() {
        return size;
    }

    int slot(int position) {
        return slots[position];
    }

    /// Whether memories lend each other context: a conversation has at least two voices.
    boolean isConversation() {
        return voices.size() > 1;
    }

    /// Adds a memory at its place, and returns the place.
    ///
    /// @param voice who tells it; empty if unknown
    int add(long ordinal, int slot, String voice) {
        if (size == slots.length) {
            int grown = size + (size >> 1) + 1;
            slots = Arrays.copyOf(slots, grown);
            ordinals = Arrays.copyOf(ordinals, grown);
        }
        int at = -Arrays.binarySearch(ordinals, 0, size, ordinal) - 1;
        System.arraycopy(slots, at, slots, at + 1, size - at);
        System.arraycopy(ordinals, at, ordinals, at + 1, size - at);
        slots[at] = slot;
        ordinals[at] = ordinal;
        size++;
        if (!voice.isEmpty()) {
            voices.merge(voice, 1, Integer::sum);
        }
        return at;
    }

    /// Removes a memory and returns its former place.
    int remove(long ordinal, String voice) {
        int at = Arrays.binarySearch(ordinals, 0, size, ordinal);
        size--;
        System.arraycopy(slots, at + 1, slots, at, size - at);
        System.arraycopy(ordinals, at + 1, ordinals, at, size - at);
        if (!voice.isEmpty()) {
            voices.computeIfPresent(voice, (name, count) -> count == 1 ? null : count - 1);
        }
        return at;
    }
}
