package dev.mneme.core.model;

import java.util.ArrayList;
import java.util.List;

/// Where a long text is cut into passages: a sentence each, so that each is found as a short text is. Pure.
///
/// A passage ends where a sentence or a line ends, or, without one, at a space before [#MAX_LENGTH]. A text of more
/// than [#LIMIT] sentences has passages of several, so that any text is covered whole by at most so many.
public final class Passages {
    /// Texts shorter than this (in UTF-16 units, some 150 English words) have no passages: they are searched whole.
    public static final int MIN_TEXT = 800;

    /// The most passages of one text.
    public static final int LIMIT = 384;

    /// The longest passage, if there are no more than [#LIMIT].
    static final int MAX_LENGTH = 480;

    private static final String SENTENCE_ENDS = ".!?…。！？।؟۔";
    private static final String CLOSERS = "\"'”’»)]}」』";
    private static final int FIRST_WITHOUT_SPACES = 0x3000; // Chinese and Japanese write on after a full stop

    private Passages() {}

    /// A passage's characters, from `start` to before `end`.
    public record Passage(int start, int end) {}

    /// The passages in order: all of the text but the white space between them. None of a short text.
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

    /// @param least a passage that is shorter goes on after the end of its sentence
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
