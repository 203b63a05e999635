package dev.mneme.engine.index;

import java.util.Arrays;

/// How many letters must be inserted, left out, replaced, or exchanged with the next one to turn one word into another:
/// the restricted Damerau-Levenshtein distance, up to a limit. Works in time linear in the words.
final class EditDistance {
    private static final int MAX_LENGTH = 64;

    private final String from;
    private final int limit;

    /// Rows of the table, by their number modulo 3; each begins with 0 letters of `from`.
    private final int[][] rows;

    /// Compares one word with any number of others. One thread.
    ///
    /// @param from of at most [#MAX_LENGTH] letters
    EditDistance(String from, int limit) {
        if (from.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("too long a word");
        }
        this.from = from;
        this.limit = limit;
        this.rows = new int[3][from.length() + 1];
    }

    /// The distance to this word, or `limit + 1` if it is more.
    int to(CharSequence word) {
        return lastRow(word) ? Math.min(row(word.length())[from.length()], limit + 1) : limit + 1;
    }

    /// The least distance from any beginning of the first word to this word, or `limit + 1`.
    int fromAnyPrefixTo(CharSequence word) {
        if (!lastRow(word)) {
            return limit + 1;
        }
        int least = limit + 1;
        int first = Math.max(0, word.length() - limit);
        int last = Math.min(from.length(), word.length() + limit);
        for (int j = first; j <= last; j++) {
            least = Math.min(least, row(word.length())[j]);
        }
        return least;
    }

    /// Fills the table; false as soon as no entry of a row is within the limit.
    private boolean lastRow(CharSequence word) {
        int[] first = rows[0];
        for (int j = 0; j < first.length; j++) {
            first[j] = j;
        }
        for (int i = 1; i <= word.length(); i++) {
            if (!fill(i, word)) {
                return false;
            }
        }
        return true;
    }

    private boolean fill(int i, CharSequence word) {
        int[] row = row(i);
        int[] above = row(i - 1);
        int[] aboveThat = row(i + 1);
        int from = Math.max(1, i - limit);
        int to = Math.min(this.from.length(), i + limit);
        if (from > to) {
            return false;
        }
        Arrays.fill(row, limit + 1);
        if (i <= limit) {
            row[0] = i;
        }
        char c = word.charAt(i - 1);
        int least = row[0];
        for (int j = from; j <= to; j++) {
            char d = this.from.charAt(j - 1);
            int cost = above[j - 1] + (c == d ? 0 : 1);
            cost = Math.min(cost, Math.min(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && c == this.from.charAt(j - 2) && d == word.charAt(i - 2)) {
                cost = Math.min(cost, aboveThat[j - 2] + 1);
            }
            row[j] = Math.min(cost, limit + 1);
            least = Math.min(least, row[j]);
        }
        return least <= limit;
    }

    private int[] row(int i) {
        return rows[i % 3];
    }
}
