package dev.mneme.engine.read;

import dev.mneme.engine.index.ShardIndex;

/// What reads need of a shard.
///
/// **Threads**: any.
public interface ShardView {
    /// The rows as they are now. Close it soon.
    Scans scan();

    /// The search index, once it contains all that the rows contain now: a wait of no more than the
    /// blink between storing an entry's rows and telling of them.
    ShardIndex indexAsOfRows();
}
