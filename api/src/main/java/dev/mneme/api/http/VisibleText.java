package dev.mneme.api.http;

/// Text of visible ASCII characters, which headers may carry.
final class VisibleText {
    private VisibleText() {}

    /// The visible characters of a text, at most so many.
    static String of(String text, int maxLength) {
        StringBuilder visible = new StringBuilder();
        text.chars().filter(VisibleText::isVisible).limit(maxLength).forEach(c -> visible.append((char) c));
        return visible.toString();
    }

    private static boolean isVisible(int c) {
        return c > 0x20 && c < 0x7f;
    }
}
