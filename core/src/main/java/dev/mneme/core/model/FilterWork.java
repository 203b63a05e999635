package dev.mneme.core.model;

/// The work that a client's filter causes in one request, counted in steps. A step is a condition that is looked at, a
/// value that is looked up, or some characters that are compared. The count depends only on the filter and the
/// memories, never on the time, so that a loaded machine accepts what a quiet one accepts.
///
/// Each memory adds some steps to the budget, about as many as reading it costs anyway. Only the work beyond that is
/// limited, so that a filter of twenty conditions may go through any number of memories.
///
/// **Threads**: one.
public final class FilterWork {
    /// Steps beyond those that the memories add. A step takes 10 to 50 ns.
    public static final long LIMIT = 20_000_000;

    /// Steps that each memory adds, besides one for each few characters of its text.
    static final long EACH = 64;

    static final int CHARACTERS = 16;

    private final boolean limited;
    private long left;
    private long brought;

    private FilterWork(boolean limited, long left) {
        this.limited = limited;
        this.left = left;
    }

    /// The work of one request.
    public static FilterWork ofRequest() {
        return limited(LIMIT);
    }

    static FilterWork limited(long steps) {
        return new FilterWork(true, steps);
    }

    /// Work without a limit, for decisions that must not be refused, since they were made before.
    public static FilterWork unlimited() {
        return new FilterWork(false, 0);
    }

    /// Begins with the next memory.
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

    /// How many steps are left; each memory adds some.
    long left() {
        return left;
    }
}
