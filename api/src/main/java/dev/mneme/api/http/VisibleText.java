package dev.mneme.api.http;

/// Text of visible ASCII characters, which headers may carry.
final class VisibleText {
    private VisibleText() {}

    /// What is visible of a text, at most so much of it.
    static String of(String text, int maxLength) {
        StringBuilder visible = new StringBuilder();
        text.chars().filter(VisibleText::isVisible).limit(maxLength).forEach(c -> visible.append((char) c));
        return visible.toString();
    }

    private static boolean isVisible(int c) {
        return c > 0x20 && c < 0x7f;
    }
}
