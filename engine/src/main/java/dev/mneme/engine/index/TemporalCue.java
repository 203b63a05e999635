package dev.mneme.engine.index;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether a query asks for a time, and whether a text tells one.
///
/// Every stored text is searched, so the expression is tried only where a word begins like one of its alternatives.
/// Trying it at every word took a quarter of an add's CPU.
///
/// Whether a text tells a time is stored, so a change to [#tells] must increase [Analyzer#VERSION].
final class TemporalCue {
    private static final Pattern ASKS = compile("^\\s*(when|what (?:date|day|month|year|time)|which (?:month|year|day)"
            + "|how long|in (?:which|what) (?:month|year))");

    private static final Pattern TELLS = compile(WordEdges.BEGIN + "(yesterday|today|tonight|tomorrow"
            + "|last (?:night|week|weekend|month|year|summer|winter|spring|fall|autumn"
            + "|mon|tues|wednes|thurs|fri|satur|sun)\\w*"
            + "|next \\w+|this (?:week|weekend|month|year|morning|summer|past)\\w*"
            + "|(?:a|two|three|four|five|few|couple of|\\d+) (?:day|week|month|year|weekend)s? ago|ago|recently|since"
            + "|(?:jan|febr)uary|march|april|june|july|august|(?:sept|nov|dec)ember|october|20\\d\\d|19\\d\\d"
            + "|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend"
            + "|for \\w+ (?:days|weeks|months|years)|years?|months?)" + WordEdges.END);

    /// The first three letters of every alternative that begins with a letter, but for "a … ago".
    private static final String BEGINNINGS = "yes tod ton tom las nex thi two thr fou fiv few cou ago rec sin jan feb"
            + " mar apr jun jul aug sep nov dec oct mon tue wed thu fri sat sun wee for yea";

    private static final int LETTERS = 26;
    private static final boolean[] BEGINS = new boolean[LETTERS * LETTERS * LETTERS];

    static {
        for (String beginning : BEGINNINGS.split(" ", -1)) {
            BEGINS[place(beginning, 0)] = true;
        }
    }

    private TemporalCue() {}

    static boolean asks(CharSequence query) {
        return ASKS.matcher(query).find();
    }

    static boolean tells(CharSequence text) {
        Matcher matcher = null;
        boolean insideWord = false;
        for (int i = 0; i < text.length(); i++) {
            boolean word = isWord(text.charAt(i));
            if (word && !insideWord && mayBegin(text, i)) {
                matcher = matcher == null ? TELLS.matcher(text).useTransparentBounds(true) : matcher;
                if (matcher.region(i, text.length()).lookingAt()) {
                    return true;
                }
            }
            insideWord = word;
        }
        return false;
    }

    /// Whether an alternative may begin here: true wherever one does, and false for nearly all other words.
    private static boolean mayBegin(CharSequence text, int at) {
        char first = text.charAt(at);
        if (first >= '0' && first <= '9') {
            return true;
        }
        if (at + 2 >= text.length()) {
            return false;
        }
        if ((first | 0x20) == 'a' && text.charAt(at + 1) == ' ') {
            return "dwmy".indexOf(text.charAt(at + 2) | 0x20) >= 0;
        }
        int place = place(text, at);
        return place >= 0 && BEGINS[place];
    }

    /// The place of three letters in the table, in any case; -1 if one of them is no letter.
    private static int place(CharSequence text, int at) {
        int place = 0;
        for (int i = at; i < at + 3; i++) {
            int letter = (text.charAt(i) | 0x20) - 'a';
            if (letter < 0 || letter >= LETTERS) {
                return -1;
            }
            place = place * LETTERS + letter;
        }
        return place;
    }

    /// Whether the expression's `\w` matches it: ASCII only.
    private static boolean isWord(char c) {
        int letter = (c | 0x20) - 'a';
        return c < 128 && ((letter >= 0 && letter < LETTERS) || (c >= '0' && c <= '9') || c == '_');
    }

    /// The definition, with which [#tells] must agree.
    static Pattern definition() {
        return TELLS;
    }

    private static Pattern compile(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }
}
