package dev.mneme.engine.read;

import dev.mneme.engine.index.ShardIndex;

/// What reads need from a shard.
///
/// **Threads**: any.
public interface ShardView {
    /// The rows as they are now. Close it soon.
    Scans scan();

    /// The search index, once it contains everything that the rows contain now. The wait is no longer than the moment
    /// between storing an entry's rows and announcing them.
    ShardIndex indexAsOfRows();
}
