package dev.mneme.api.json;

import java.util.List;

/// Puts lists of words into sentences.
public final class Words {
    private Words() {}

    /// For example `admin, write or read`.
    public static String or(List<String> words) {
        int last = words.size() - 1;
        return last < 1 ? String.join("", words) : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }
}
