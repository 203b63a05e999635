package dev.mneme.engine.index;

/// Where a word of ASCII letters and digits begins and ends, for regular expressions: as `\b` does, except for a mark
/// without a base. `\b` itself goes back over all marks before it, anew at each place, and takes the square of the time
/// for a text of many marks.
final class WordEdges {
    /// Before a letter or digit.
    static final String BEGIN = "(?<![\\w\\p{Mn}])";

    /// After a letter or digit.
    static final String END = "(?![\\w\\p{Mn}])";

    private WordEdges() {}
}
