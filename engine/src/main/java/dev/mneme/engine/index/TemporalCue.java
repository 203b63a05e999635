package dev.mneme.engine.index;

import java.util.regex.Pattern;

/// Whether a query asks for a time, and whether a text tells one.
final class TemporalCue {
    private static final Pattern ASKS = compile("^\\s*(when|what (?:date|day|month|year|time)|which (?:month|year|day)"
            + "|how long|in (?:which|what) (?:month|year))");

    private static final Pattern TELLS = compile("\\b(yesterday|today|tonight|tomorrow"
            + "|last (?:night|week|weekend|month|year|summer|winter|spring|fall|autumn"
            + "|mon|tues|wednes|thurs|fri|satur|sun)\\w*"
            + "|next \\w+|this (?:week|weekend|month|year|morning|summer|past)\\w*"
            + "|(?:a|two|three|four|five|few|couple of|\\d+) (?:day|week|month|year|weekend)s? ago|ago|recently|since"
            + "|(?:jan|febr)uary|march|april|june|july|august|(?:sept|nov|dec)ember|october|20\\d\\d|19\\d\\d"
            + "|monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend"
            + "|for \\w+ (?:days|weeks|months|years)|years?|months?)\\b");

    private TemporalCue() {}

    static boolean asks(String query) {
        return ASKS.matcher(query).find();
    }

    static boolean tells(String text) {
        return TELLS.matcher(text).find();
    }

    private static Pattern compile(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
    }
}
