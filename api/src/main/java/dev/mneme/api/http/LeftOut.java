package dev.mneme.api.http;

/// Says of an answer across owners that it is not of all of them.
public final class LeftOut {
    /// Of answers that leave somebody out; others lack it.
    public static final Parameter HEADER = Parameter.integer(
            "Mneme-Owners-Left-Out",
            "how many owners this leaves out, because their stored data was changed from outside; missing: none");

    private LeftOut() {}

    /// The answer, with the header when it leaves somebody out.
    public static Answer said(Answer answer, int owners) {
        return answer.with(HEADER.name(), owners == 0 ? null : String.valueOf(owners));
    }
}
