package dev.mneme.core.model;

import java.util.ArrayList;
import java.util.List;

/// Cuts a long text into passages of about a sentence, so that each can be found as a short text can. Pure.
///
/// A passage ends where a sentence or a line ends, or, if there is no such end, at a space before [#MAX_LENGTH]. In a
/// text of more than [#LIMIT] sentences a passage has several of them, so that no text needs more passages than that.
public final class Passages {
    /// Shorter texts (in UTF-16 units; some 150 English words) have no passages: they are searched as a whole.
    public static final int MIN_TEXT = 800;

    /// The most passages of one text.
    public static final int LIMIT = 384;

    /// The length of the longest passage, as long as there are no more than [#LIMIT].
    static final int MAX_LENGTH = 480;

    private static final String SENTENCE_ENDS = ".!?…。！？।؟۔";
    private static final String CLOSERS = "\"'”’»)]}」』";
    private static final int FIRST_WITHOUT_SPACES = 0x3000; // Chinese and Japanese write on after a full stop

    private Passages() {}

    /// A passage's characters, from `start` to before `end`.
    public record Passage(int start, int end) {}

    /// The passages in order. They cover all of the text except white space between them. A short text has none.
    public static List<Passage> of(String text) {
        if (text.length() < MIN_TEXT) {
            return List.of();
        }
        List<Passage> passages = cut(text, 1);
        for (int least = text.length() / LIMIT; passages.size() > LIMIT; least += least / 4 + 1) {
            passages = cut(text, least);
        }
        return passages;
    }

    /// @param least a shorter passage goes on beyond the end of its sentence
    private static List<Passage> cut(String text, int least) {
        int most = Math.max(MAX_LENGTH, 2 * least);
        List<Passage> passages = new ArrayList<>();
        int start = skipSpace(text, 0);
        int space = start;
        int at = start;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                space = at;
            }
            int end = 0;
            if (at + 1 - start >= least && endsSentence(text, at)) {
                end = at + 1;
            } else if (at + 1 - start >= most) {
                end = space > start ? space : wholeCharacter(text, at + 1);
            }
            if (end > 0) {
                passages.add(new Passage(start, end));
                start = skipSpace(text, end);
                space = start;
                at = start;
            } else {
                at++;
            }
        }
        if (start < text.length()) {
            passages.add(new Passage(start, text.length()));
        }
        return passages;
    }

    private static boolean endsSentence(String text, int at) {
        char c = text.charAt(at);
        if (c == '\n') {
            return true;
        }
        boolean ends = isEnd(c) || (CLOSERS.indexOf(c) >= 0 && at > 0 && isEnd(text.charAt(at - 1)));
        boolean free = at + 1 == text.length() || Character.isWhitespace(text.charAt(at + 1));
        return ends && (free || c >= FIRST_WITHOUT_SPACES);
    }

    private static boolean isEnd(char c) {
        return SENTENCE_ENDS.indexOf(c) >= 0;
    }

    private static int wholeCharacter(String text, int end) {
        boolean halved = end < text.length()
                && Character.isHighSurrogate(text.charAt(end - 1))
                && Character.isLowSurrogate(text.charAt(end));
        return halved ? end + 1 : end;
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
