package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// A text that is searched for in others, in time linear in theirs: by the method of Knuth, Morris and Pratt, from
/// where its beginning was found.
final class TextPart {
    /// A beginning of this length is found by the JDK's search, which may take the product of both lengths.
    private static final int HEAD = 16;

    private static final int FAST = 32;
    private static final int SLOW = 8;

    private final String part;
    private final String head;

    /// For each length of a beginning of the part: the length of its longest proper beginning that it also ends with.
    /// Made when it is first needed.
    private int @Nullable [] borders;

    TextPart(String part) {
        this.part = part;
        this.head = part.length() > HEAD ? part.substring(0, HEAD) : part;
    }

    boolean isIn(String text, FilterWork work) {
        work.spend(1 + text.length() / FAST);
        if (part.length() > text.length()) {
            return false;
        }
        int start = text.indexOf(head);
        return start >= 0 && (head.length() == part.length() || isIn(text, start, work));
    }

    private boolean isIn(String text, int start, FilterWork work) {
        work.spend((text.length() - start) / SLOW);
        int[] known = borders(work);
        int same = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            while (same > 0 && part.charAt(same) != c) {
                same = known[same];
            }
            if (part.charAt(same) == c && ++same == part.length()) {
                return true;
            }
        }
        return false;
    }

    private int[] borders(FilterWork work) {
        if (borders == null) {
            work.spend(part.length() / SLOW);
            borders = new int[part.length() + 1];
            int same = 0;
            for (int i = 1; i < part.length(); i++) {
                while (same > 0 && part.charAt(same) != part.charAt(i)) {
                    same = borders[same];
                }
                if (part.charAt(same) == part.charAt(i)) {
                    same++;
                }
                borders[i + 1] = same;
            }
        }
        return borders;
    }
}
