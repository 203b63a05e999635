package dev.mneme.api.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The path from a document's root to the place where its reader stands. It is turned into words only when they are
/// needed: made for each value, the words of a deep place with long names would cost more than the document.
///
/// **Threads**: one.
final class Trail {
    private static final int FEW = 8;

    private final String root;
    private @Nullable String[] names = new @Nullable String[FEW]; // null: an item of a list
    private int[] indexes = new int[FEW];
    private int depth;

    /// @param root the beginning of every path; empty for a whole document
    Trail(String root) {
        this.root = root;
    }

    int depth() {
        return depth;
    }

    /// Steps to a member of the value that is `outside` steps from the root.
    void member(int outside, String name) {
        step(outside);
        names[outside] = name;
    }

    /// Steps to an item of the value that is `outside` steps from the root.
    void item(int outside, int index) {
        step(outside);
        names[outside] = null;
        indexes[outside] = index;
    }

    private void step(int outside) {
        if (outside == names.length) {
            names = Arrays.copyOf(names, 2 * outside);
            indexes = Arrays.copyOf(indexes, 2 * outside);
        }
        depth = outside + 1;
    }

    /// Steps back to the value that is `outside` steps from the root.
    void back(int outside) {
        depth = outside;
    }

    /// The path, such as `items[3].text`.
    @Override
    public String toString() {
        StringBuilder words = new StringBuilder(root);
        for (int i = 0; i < depth; i++) {
            String name = names[i];
            if (name == null) {
                words.append('[').append(indexes[i]).append(']');
            } else {
                words.append(words.isEmpty() ? "" : ".").append(name);
            }
        }
        return words.toString();
    }
}
