package dev.mneme.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes words wrongly, from a seed: a letter left out, doubled, exchanged for one beside it on the keyboard, or two
/// letters in the wrong order. Words of five or more letters alone. One thread.
final class Misspeller {
    private static final Pattern WORD = Pattern.compile("(?<![\\w'])[A-Za-z]{5,}(?![\\w'])");

    /// They say nothing, misspelt or not.
    private static final Set<String> EMPTY = Set.of(
            "about", "again", "being", "could", "doing", "having", "might", "other", "should", "their", "there",
            "these", "those", "under", "where", "which", "would");

    private static final String[] KEYS = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

    private final Random random;

    Misspeller(long seed) {
        random = new Random(seed);
    }

    /// The text with wrong letters in some of its words, fewer if it has no so many words.
    String misspell(String text, int words, int lettersEach) {
        List<int[]> spans = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            if (!EMPTY.contains(matcher.group().toLowerCase(Locale.ROOT))) {
                spans.add(new int[] {matcher.start(), matcher.end()});
            }
        }
        while (spans.size() > words) {
            spans.remove(random.nextInt(spans.size()));
        }
        StringBuilder wrong = new StringBuilder(text);
        for (int[] span : spans.reversed()) {
            String word = text.substring(span[0], span[1]);
            String misspelt = word;
            while (misspelt.equals(word)) {
                misspelt = word;
                for (int i = 0; i < lettersEach; i++) {
                    misspelt = misspell(misspelt);
                }
            }
            wrong.replace(span[0], span[1], misspelt);
        }
        return wrong.toString();
    }

    private String misspell(String word) {
        int at = random.nextInt(word.length());
        return switch (random.nextInt(4)) {
            case 0 -> word.substring(0, at) + word.substring(at + 1);
            case 1 -> word.substring(0, at) + word.charAt(at) + word.substring(at);
            case 2 -> word.substring(0, at) + beside(word.charAt(at)) + word.substring(at + 1);
            default -> {
                int first = Math.min(at, word.length() - 2);
                yield word.substring(0, first)
                        + word.charAt(first + 1)
                        + word.charAt(first)
                        + word.substring(first + 2);
            }
        };
    }

    private char beside(char letter) {
        for (String row : KEYS) {
            int at = row.indexOf(Character.toLowerCase(letter));
            if (at >= 0) {
                return row.charAt(at == 0 ? 1 : at == row.length() - 1 || random.nextBoolean() ? at - 1 : at + 1);
            }
        }
        return letter;
    }
}
