package dev.mneme.api.json;

/// Counts the heap that JSON takes while it is read, each value before it is built: a body of `[{},{},…]` takes a
/// hundred times its bytes. The heap is asked for in steps, so that a value costs an addition and no lock.
///
/// What is counted is what a value takes at most, in all its forms together: as plain Java values, as the core's JSON,
/// and as the copies in between. It is not given back: whoever owns the budget ends with the request.
///
/// **Threads**: one.
public final class ParsedHeap {
    /// An object or record, with its tables.
    static final int OBJECT = 512;

    /// What each member of an object costs its reader.
    static final int MEMBER = 96;

    /// What a member of a free object costs beyond that: its entries, and its name.
    static final int ENTRY = 288;

    /// A name that is passed over, since the parser keeps names until the document's end.
    static final int NAME = 128;

    static final int LIST = 192;
    static final int SLOT = 40;
    static final int STRING = 72;
    static final int NUMBER = 112;
    static final int FLOATS = 32;

    /// What was wrong with an item, kept with where it was found.
    private static final int REFUSAL = 6 << 10;

    private static final int CHAR = 2;
    private static final long STEP = 16 << 10;

    private final Budget budget;
    private long left;

    /// Where the heap comes from.
    @FunctionalInterface
    public interface Budget {
        /// Takes so much more.
        ///
        /// @throws dev.mneme.core.model.MnemeException `OVERLOADED` when there is no room for it
        void take(long bytes);
    }

    /// @param granted how much may be taken before the budget is asked
    public ParsedHeap(Budget budget, long granted) {
        this.budget = budget;
        this.left = granted;
    }

    /// For text of our own.
    static ParsedHeap unlimited() {
        return new ParsedHeap(bytes -> {}, Long.MAX_VALUE);
    }

    /// Counts what is about to be built.
    ///
    /// @throws dev.mneme.core.model.MnemeException `OVERLOADED` when there is no room for it
    public void add(long bytes) {
        left -= bytes;
        if (left < 0) {
            long more = Math.max(STEP, -left);
            budget.take(more);
            left += more;
        }
    }

    /// Counts that an item was refused, and the rest goes on.
    public void addRefusal() {
        add(REFUSAL);
    }

    /// As [#add], for so many characters beside.
    void addText(long bytes, int length) {
        add(bytes + (long) CHAR * length);
    }
}
