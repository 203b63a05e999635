package dev.mneme.engine.index;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Treats emoji as words; sequences are those of UTS #51.
final class Emoji {
    private static final int FIRST_SYMBOL = 0x203C;
    private static final int JOINER = 0x200D;
    private static final int TEXT_STYLE = 0xFE0E;
    private static final int EMOJI_STYLE = 0xFE0F;
    private static final int KEYCAP = 0x20E3;

    private Emoji() {}

    /// The end of the emoji that begins here; the place itself if there is none.
    static int end(String text, int start) {
        int c = text.codePointAt(start);
        if (c < 128) {
            return keycapEnd(text, start, c);
        }
        if (c < FIRST_SYMBOL) {
            return start;
        }
        int end = start + Character.charCount(c);
        if (isRegion(c)) {
            boolean flag = end < text.length() && isRegion(text.codePointAt(end));
            return flag ? end + 2 : start;
        }
        if (!isPictograph(c)) {
            return start;
        }
        end = modifiersEnd(text, end);
        while (end + 1 < text.length() && text.charAt(end) == JOINER && isPictograph(text.codePointAt(end + 1))) {
            int next = end + 1;
            end = modifiersEnd(text, next + Character.charCount(text.codePointAt(next)));
        }
        return end;
    }

    private static int keycapEnd(String text, int start, int c) {
        if (!((c >= '0' && c <= '9') || c == '#' || c == '*')) {
            return start;
        }
        int at = start + 1;
        if (at < text.length() && text.charAt(at) == EMOJI_STYLE) {
            at++;
        }
        return at < text.length() && text.charAt(at) == KEYCAP ? at + 1 : start;
    }

    private static int modifiersEnd(String text, int start) {
        int end = start;
        while (end < text.length()) {
            int c = text.codePointAt(end);
            if (c != EMOJI_STYLE && c != TEXT_STYLE && c != KEYCAP && !isSkin(c) && !isTag(c)) {
                break;
            }
            end += Character.charCount(c);
        }
        return end;
    }

    /// The terms of an emoji: without its skin and style, with its skin, each of its joined parts, and the digit of a
    /// keycap.
    static List<String> terms(String emoji) {
        Set<String> terms = LinkedHashSet.newLinkedHashSet(4);
        StringBuilder bare = new StringBuilder();
        StringBuilder dressed = new StringBuilder();
        emoji.codePoints().filter(c -> c != EMOJI_STYLE && c != TEXT_STYLE).forEach(c -> {
            dressed.appendCodePoint(c);
            if (!isSkin(c)) {
                bare.appendCodePoint(c);
            }
        });
        terms.add(bare.toString());
        add(terms, dressed.toString());
        for (String part : bare.toString().split(Character.toString(JOINER), -1)) {
            add(terms, part);
        }
        if (bare.charAt(0) < 128 && bare.charAt(0) >= '0') {
            add(terms, bare.substring(0, 1));
        }
        return List.copyOf(terms);
    }

    private static void add(Set<String> terms, String term) {
        if (!term.isEmpty()) {
            terms.add(term);
        }
    }

    private static boolean isPictograph(int c) {
        return switch (c) {
            case 0x2122, 0x2139, 0x24C2, 0x3030, 0x303D, 0x3297, 0x3299 -> false; // letters and marks of another form
            default -> c >= FIRST_SYMBOL && UCharacter.hasBinaryProperty(c, UProperty.EXTENDED_PICTOGRAPHIC);
        };
    }

    private static boolean isRegion(int c) {
        return c >= 0x1F1E6 && c <= 0x1F1FF;
    }

    private static boolean isSkin(int c) {
        return c >= 0x1F3FB && c <= 0x1F3FF;
    }

    private static boolean isTag(int c) {
        return c >= 0xE0020 && c <= 0xE007F;
    }
}
