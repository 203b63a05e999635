package dev.mneme.hub.mongodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was set aside or differs from what is expected, until it is mended. The first ones are named, all are counted.
///
/// **Threads**: any number may call.
final class Problems {
    private static final int MOST_NAMED = 99;

    private final Map<String, String> named = new LinkedHashMap<>();
    private long others;

    /// @param what names the thing; a later problem of the same thing replaces this one
    synchronized void add(String what, String sentence) {
        if (named.size() < MOST_NAMED || named.containsKey(what)) {
            named.put(what, sentence);
        } else {
            others++;
        }
    }

    synchronized void mended(String what) {
        if (!named.isEmpty()) {
            named.remove(what);
        }
    }

    synchronized List<String> sentences() {
        List<String> all = new ArrayList<>(named.values());
        if (others > 0) {
            all.add("More problems came up " + others + " times, which are not named here.");
        }
        return all;
    }
}
