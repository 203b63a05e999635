package dev.mneme.engine.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Words written together without spaces: addresses, versions, paths, identifiers, times. Each of the words is found by
/// itself. The whole is a further term of its first word, so that two hosts or versions with common parts are told
/// apart. A `/`, `:`, `@` or the like ends a smaller whole (`10.0.0.12:8080`).
///
/// Spellings that mean the same have one term: `user_name`, `user-name` and `userName`; `e-mail` and `email`; `1,000`
/// and `1000`; `v1.2.3` and `1.2.3`; `U.S.A.` and `USA`. Besides these: `#123`, `C++`, `C#`.
final class Compounds {
    /// Takes further terms of a word.
    interface Sink {
        void add(int word, List<String> terms);
    }

    private static final String JOINS = "._-+,/:@=\\&?";
    private static final String ENDS_A_PART = "/:@=\\&?";
    private static final int MAX_LENGTH = 64;
    private static final int DIGIT_GROUP = 3;

    private final String text;
    private final Sink sink;

    /// The words of the compound so far, as spans of the text.
    private final List<int[]> parts = new ArrayList<>();

    private int firstWord;
    private int lastEnd = -1;

    Compounds(String text, Sink sink) {
        this.text = text;
        this.sink = sink;
    }

    /// Takes the next word.
    void add(int word, int start, int end) {
        marks(word, start, end);
        boolean joined = lastEnd >= 0 && start == lastEnd + 1 && joins(lastEnd);
        if (!joined) {
            end();
            firstWord = word;
        }
        if (joined || mayGoOn(end)) {
            parts.add(new int[] {start, end});
            lastEnd = end;
        }
    }

    private boolean mayGoOn(int end) {
        return end + 1 < text.length() && JOINS.indexOf(text.charAt(end)) >= 0;
    }

    private boolean joins(int at) {
        char c = text.charAt(at);
        return c == ',' ? isDigit(text.charAt(at - 1)) && isDigit(text.charAt(at + 1)) : JOINS.indexOf(c) >= 0;
    }

    /// A hash before the word, signs after it.
    private void marks(int word, int start, int end) {
        if (start > 0 && text.charAt(start - 1) == '#') {
            sink.add(word, List.of('#' + text.substring(start, end)));
        }
        if (end < text.length() && (text.charAt(end) == '#' || text.startsWith("++", end))) {
            int signs = text.charAt(end) == '#' ? 1 : 2;
            boolean goesOn = end + signs < text.length() && Character.isLetterOrDigit(text.charAt(end + signs));
            if (!goesOn) {
                sink.add(word, List.of(text.substring(start, end + signs)));
            }
        }
    }

    /// No further words belong to it.
    void end() {
        if (parts.size() > 1) {
            Set<String> terms = LinkedHashSet.newLinkedHashSet(4);
            addTerm(terms, 0, parts.size());
            int from = 0;
            for (int i = 1; i < parts.size(); i++) {
                if (ENDS_A_PART.indexOf(text.charAt(parts.get(i)[0] - 1)) >= 0) {
                    addTerm(terms, from, i);
                    from = i;
                }
            }
            addTerm(terms, from, parts.size());
            sink.add(firstWord, List.copyOf(terms));
        }
        parts.clear();
        lastEnd = -1;
    }

    private void addTerm(Set<String> terms, int from, int to) {
        int start = parts.get(from)[0];
        int end = parts.get(to - 1)[1];
        if (to - from < 2 || end - start > MAX_LENGTH) {
            return;
        }
        terms.add(term(text.substring(start, end), from, to));
    }

    private String term(String whole, int from, int to) {
        boolean identifier = true;
        boolean initials = true;
        boolean groups = true;
        for (int i = from; i < to; i++) {
            int[] part = parts.get(i);
            int length = part[1] - part[0];
            char join = i == from ? 0 : text.charAt(part[0] - 1);
            identifier &= join == 0 || join == '-' || join == '_';
            initials &= (join == 0 || join == '.') && length == 1 && !isDigit(text.charAt(part[0]));
            groups &= join == 0 ? length <= DIGIT_GROUP : join == ',' && length == DIGIT_GROUP;
        }
        if (groups || initials) {
            return whole.replaceAll("[,.]", "");
        }
        if (identifier && whole.chars().anyMatch(Character::isLetter)) {
            return WordTerms.stem(whole.replaceAll("[-_]", ""));
        }
        boolean version = whole.length() > 1 && whole.charAt(0) == 'v' && isDigit(whole.charAt(1));
        return version ? whole.substring(1) : whole;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
