package dev.mneme.api.http;

/// Marks an answer across owners that does not cover all of them.
public final class LeftOut {
    /// In answers that leave owners out; others lack it.
    public static final Parameter HEADER = Parameter.integer(
            "Mneme-Owners-Left-Out",
            "how many owners this leaves out, because their stored data was changed from outside; missing: none");

    private LeftOut() {}

    /// The answer, with the header if owners are left out.
    public static Answer said(Answer answer, int owners) {
        return answer.with(HEADER.name(), owners == 0 ? null : String.valueOf(owners));
    }
}
