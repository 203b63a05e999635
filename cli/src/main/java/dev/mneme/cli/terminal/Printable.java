package dev.mneme.cli.terminal;

/// Makes any text safe and measurable on a terminal: nothing in a memory may move the cursor, ring the bell, colour the
/// text after it, or change the direction of the line.
public final class Printable {
    private Printable() {}

    /// The text on one line: control characters, line breaks and marks that turn the direction are shown as escapes.
    public static String line(String text) {
        return escape(text, false);
    }

    /// The same, but line feeds stay.
    public static String lines(String text) {
        return escape(text, true);
    }

    private static String escape(String text, boolean keepBreaks) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                safe.append(keepBreaks ? "\n" : "\\n");
            } else if (c == '\t') {
                safe.append(keepBreaks ? "    " : "\\t");
            } else if (c == '\r') {
                safe.append("\\r");
            } else if (dangerous(text, i)) {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    private static boolean dangerous(String text, int at) {
        char c = text.charAt(at);
        return c < 0x20
                || (c >= 0x7f && c <= 0x9f)
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f
                || loneSurrogate(text, at);
    }

    private static boolean loneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }

    /// JSON for a terminal: the same value, with the control characters that JSON allows unescaped (0x7f to 0x9f) and
    /// marks of direction written as escapes.
    public static String json(String json) {
        StringBuilder safe = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean layout = c == '\n' || c == '\r' || c == '\t';
            if (!layout && dangerous(json, i)) {
                safe.append(String.format("\\u%04x", (int) c));
            } else {
                safe.append(c);
            }
        }
        return safe.toString();
    }

    /// How many columns the text takes: two for East Asian wide characters and emoji, none for combining marks.
    public static int width(String text) {
        return text.codePoints().map(Printable::width).sum();
    }

    private static int width(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = (codePoint >= 0x1100 && codePoint <= 0x115f)
                || (codePoint >= 0x2e80 && codePoint <= 0xa4cf)
                || (codePoint >= 0xac00 && codePoint <= 0xd7a3)
                || (codePoint >= 0xf900 && codePoint <= 0xfaff)
                || (codePoint >= 0xfe30 && codePoint <= 0xfe6f)
                || (codePoint >= 0xff00 && codePoint <= 0xff60)
                || (codePoint >= 0xffe0 && codePoint <= 0xffe6)
                || (codePoint >= 0x1f300 && codePoint <= 0x1faff)
                || (codePoint >= 0x20000 && codePoint <= 0x3fffd);
        return wide ? 2 : 1;
    }

    /// The text cut to at most `columns` columns; a cut text ends in `…`.
    public static String fit(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            used += width(codePoint);
            if (used > columns - 1) {
                break;
            }
            kept.appendCodePoint(codePoint);
            i += Character.charCount(codePoint);
        }
        return kept.append('…').toString();
    }
}
