package dev.mneme.engine.index;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A text in the form of [Folding], with the place in the text that each of its characters came from.
final class FoldedText {
    private static final int ZERO_WIDTH_SPACE = 0x200B;

    private final String text;
    private final String folded;
    private final int[] starts;
    private final int[] ends;

    private FoldedText(String text, String folded, int[] starts, int[] ends) {
        this.text = text;
        this.folded = folded;
        this.starts = starts;
        this.ends = ends;
    }

    static FoldedText of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return new Fold(text).run();
            }
        }
        return new FoldedText(text, lowerCase(text), new int[0], new int[0]);
    }

    private static String lowerCase(String ascii) {
        byte[] lower = null;
        for (int i = 0; i < ascii.length(); i++) {
            char c = ascii.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                if (lower == null) {
                    lower = ascii.getBytes(StandardCharsets.ISO_8859_1);
                }
                lower[i] = (byte) (c + 'a' - 'A');
            }
        }
        return lower == null ? ascii : new String(lower, StandardCharsets.ISO_8859_1);
    }

    /// In lower case. If the text is ASCII, it has the same length.
    String folded() {
        return folded;
    }

    /// Where the character at this place of the folded text begins in the text.
    int start(int at) {
        return starts.length == 0 ? at : starts[at];
    }

    /// Where the characters before this place of the folded text end in the text.
    int end(int at) {
        return starts.length == 0 ? at : ends[at - 1];
    }

    /// Whether the character at this place was written as a capital.
    boolean isCapital(int at) {
        return Character.isUpperCase(text.codePointAt(start(at)));
    }

    private static final class Fold {
        private final String text;
        private final StringBuilder folded;
        private int[] starts;
        private int[] ends;

        Fold(String text) {
            this.text = text;
            folded = new StringBuilder(text.length() + 16);
            starts = new int[text.length() + 16];
            ends = new int[text.length() + 16];
        }

        FoldedText run() {
            int end;
            for (int start = 0; start < text.length(); start = end) {
                int emoji = Emoji.end(text, start);
                if (emoji > start) {
                    end = emoji;
                    for (int i = start; i < end; i++) {
                        add(text.charAt(i), start, end);
                    }
                    continue;
                }
                end = clusterEnd(start);
                if (end == start + 1 && text.charAt(start) < 128) {
                    add((char) Character.toLowerCase((int) text.charAt(start)), start, end);
                } else if (text.charAt(start) == ZERO_WIDTH_SPACE) {
                    add(' ', start, end);
                } else {
                    String cluster = Folding.of(text, start, end);
                    for (int i = 0; i < cluster.length(); i++) {
                        add(cluster.charAt(i), start, end);
                    }
                }
            }
            return new FoldedText(text, folded.toString(), starts, ends);
        }

        private int clusterEnd(int start) {
            int end = start + Character.charCount(text.codePointAt(start));
            while (end < text.length()) {
                int c = text.codePointAt(end);
                if (c < 128 || c == ZERO_WIDTH_SPACE || Folding.beginsAnew(c)) {
                    break;
                }
                end += Character.charCount(c);
            }
            return end;
        }

        private void add(char c, int start, int end) {
            int at = folded.length();
            if (at == starts.length) {
                starts = Arrays.copyOf(starts, 2 * at);
                ends = Arrays.copyOf(ends, 2 * at);
            }
            folded.append(c);
            starts[at] = start;
            ends[at] = end;
        }
    }
}
