package dev.mneme.core.queue;

/// How much may wait in one queue: in all, and of one key.
///
/// The last places are never one tenant's. A key may hold no more than are free, so that one that wants all of
/// them gets half, two get a third each, and there is always room for whoever has little there; an owner stands to
/// the other owners of its key as a key to the other keys. (Known as dynamic thresholds, from Choudhury and Hahne.)
/// So who is refused is who has the most waiting, never who comes after it.
///
/// @param all  the most that wait
/// @param ofKey the most of one key
public record QueueLimit(int all, int ofKey) {
    public QueueLimit {
        if (all < 0 || ofKey < 0) {
            throw new IllegalArgumentException("a queue has room for 0 at least, was " + all + " and " + ofKey);
        }
    }

    /// Half of all for one key.
    public static QueueLimit of(int all) {
        return of(all, 0);
    }

    /// @param ofKey 0 for half of all
    public static QueueLimit of(int all, int ofKey) {
        return new QueueLimit(all, ofKey == 0 ? Math.ceilDiv(all, 2) : Math.min(all, ofKey));
    }

    /// Whether one more may wait.
    ///
    /// @param waiting how many do, in all
    /// @param sameKey how many of those are of its key
    /// @param sameOwner how many of those are of its key and owner
    public boolean admits(int waiting, int sameKey, int sameOwner) {
        int free = all - waiting;
        return sameOwner < Math.min(ofKey, free) - sameKey;
    }
}
