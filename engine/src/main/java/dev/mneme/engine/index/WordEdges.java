package dev.mneme.engine.index;

/// Where a word of ASCII letters and digits begins and ends, for regular expressions: what `\b` says, but for a mark
/// that stands on nothing. `\b` itself goes back over all marks before it, at each place anew, and takes the square
/// of the time for a text of many.
final class WordEdges {
    /// Before a letter or digit.
    static final String BEGIN = "(?<![\\w\\p{Mn}])";

    /// After one.
    static final String END = "(?![\\w\\p{Mn}])";

    private WordEdges() {}
}
