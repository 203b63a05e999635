package dev.mneme.core.queue;

/// How much may wait in one queue: in all, and of one key.
///
/// No tenant gets the last places. A key may hold no more places than are free, so that a single key that wants all of
/// them gets half, two keys get a third each, and there is always room for a key that has little there. Owners of a key
/// are limited among each other in the same way. (Known as dynamic thresholds, from Choudhury and Hahne.) So the tenant
/// with the most waiting is refused, and never one that comes after it.
///
/// @param all the most that may wait
/// @param ofKey the most of one key
public record QueueLimit(int all, int ofKey) {
    public QueueLimit {
        if (all < 0 || ofKey < 0) {
            throw new IllegalArgumentException("a queue has room for 0 at least, was " + all + " and " + ofKey);
        }
    }

    /// A limit that gives one key half of all.
    public static QueueLimit of(int all) {
        return of(all, 0);
    }

    /// @param ofKey 0 for half of all
    public static QueueLimit of(int all, int ofKey) {
        return new QueueLimit(all, ofKey == 0 ? Math.ceilDiv(all, 2) : Math.min(all, ofKey));
    }

    /// Whether one more may wait.
    ///
    /// @param waiting how many wait in all
    /// @param sameKey how many of them are of its key
    /// @param sameOwner how many of them are of its key and owner
    public boolean admits(int waiting, int sameKey, int sameOwner) {
        int free = all - waiting;
        return sameOwner < Math.min(ofKey, free) - sameKey;
    }
}
