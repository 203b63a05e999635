package dev.mneme.core.model;

/// What a filter of a client's making costs one request, counted in steps: a condition that is looked at, a value
/// that is looked up, some characters that are looked through. The count depends on the filter and on the memories
/// alone, never on the time, so that a loaded machine takes what a quiet one takes.
///
/// Each memory brings some steps along, about as many as it takes to read it anyway. Only what a filter costs beyond
/// that is limited: a filter of twenty conditions may go through any number of memories.
///
/// **Threads**: one.
public final class FilterWork {
    /// Steps beyond those that the memories bring. A step takes 10 to 50 ns.
    public static final long LIMIT = 20_000_000;

    /// What each memory brings, and one more for so many characters of its text.
    static final long EACH = 64;

    static final int CHARACTERS = 16;

    private final boolean limited;
    private long left;
    private long brought;

    private FilterWork(boolean limited, long left) {
        this.limited = limited;
        this.left = left;
    }

    /// Of one request.
    public static FilterWork ofRequest() {
        return limited(LIMIT);
    }

    static FilterWork limited(long steps) {
        return new FilterWork(true, steps);
    }

    /// Where nothing may be refused, since it was decided before.
    public static FilterWork unlimited() {
        return new FilterWork(false, 0);
    }

    /// The next memory is looked at.
    void next(Memory memory) {
        brought = EACH + memory.text().length() / CHARACTERS;
    }

    /// @throws MnemeException `too_large` when the request has no steps left
    void spend(long steps) {
        brought -= steps;
        if (brought < 0) {
            left += brought;
            brought = 0;
            if (limited && left < 0) {
                throw MnemeException.at(
                        ErrorCode.TOO_LARGE,
                        "filter",
                        "This filter is too much work for the memories that it has to be compared with: use fewer"
                                + " conditions and shorter lists, or name one user.");
            }
        }
    }

    /// Steps so far beyond those that the memories brought, of a limit.
    long left() {
        return left;
    }
}
