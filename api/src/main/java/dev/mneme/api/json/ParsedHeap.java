package dev.mneme.api.json;

/// Counts the heap that JSON takes while it is read, before each value is built: a body of `[{},{},…]` takes a hundred
/// times its bytes. Heap is requested in steps, so that a value costs an addition and no lock.
///
/// A value is counted with the most that it takes in all of its forms together: as plain Java values, as the core's
/// JSON, and as the copies in between. Nothing is given back; the owner of the budget ends with the request.
///
/// **Threads**: one.
public final class ParsedHeap {
    /// An object or record, with its tables.
    static final int OBJECT = 512;

    /// The cost of each member of an object for its reader.
    static final int MEMBER = 96;

    /// The further cost of a member of a free object: its entries, and its name.
    static final int ENTRY = 288;

    /// The cost of a name that is skipped, since the parser keeps names until the document's end.
    static final int NAME = 128;

    static final int LIST = 192;
    static final int SLOT = 40;
    static final int STRING = 72;
    static final int NUMBER = 112;
    static final int FLOATS = 32;

    /// The cost of keeping what was wrong with an item, and where.
    private static final int REFUSAL = 6 << 10;

    private static final int CHAR = 2;
    private static final long STEP = 16 << 10;

    private final Budget budget;
    private long left;

    /// Where the heap comes from.
    @FunctionalInterface
    public interface Budget {
        /// Takes this much more.
        ///
        /// @throws dev.mneme.core.model.MnemeException `OVERLOADED` when there is no room for it
        void take(long bytes);
    }

    /// @param granted how much may be taken before the budget is asked
    public ParsedHeap(Budget budget, long granted) {
        this.budget = budget;
        this.left = granted;
    }

    /// For text of the server's own.
    static ParsedHeap unlimited() {
        return new ParsedHeap(bytes -> {}, Long.MAX_VALUE);
    }

    /// Counts a value that is about to be built.
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

    /// Counts an item that was refused.
    public void addRefusal() {
        add(REFUSAL);
    }

    /// As [#add], for this many characters besides.
    void addText(long bytes, int length) {
        add(bytes + (long) CHAR * length);
    }
}
