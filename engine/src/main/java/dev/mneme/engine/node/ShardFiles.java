package dev.mneme.engine.node;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import java.time.Duration;
import java.util.SortedSet;

/// Where a node keeps its shards' rows, and writes down which shards it has.
///
/// ```text
///          begin             receive             keep          giveUp             drop
/// (absent) ------> arriving --------> received ------> held ------------> leaving ------> (absent)
///                     |                   `------------------ giveUp ------^                 ^
///                     `--------------------------- drop -------------------------------------'
/// ```
///
/// Each step is durable when it returns. A shard is served while it is held, and then alone; one that was received
/// waits for who moves it, also through a restart; what a crash left arriving or leaving is dropped by the next start.
///
/// **Threads**: one changes; any number use the tables.
public interface ShardFiles {
    SortedSet<ShardId> held();

    SortedSet<ShardId> received();

    /// Begun and not yet received, or given up and not yet dropped.
    SortedSet<ShardId> unfinished();

    /// @throws dev.mneme.core.model.MnemeException `INVALID_REQUEST` when the shard is there already, or the node's
    ///     map has no such shard
    void begin(ShardId shard);

    void receive(ShardId shard);

    void keep(ShardId shard);

    void giveUp(ShardId shard);

    /// Forgets the shard's rows, and then the shard.
    ///
    /// @param atMost how long to wait for who reads the rows
    /// @throws dev.mneme.core.model.MnemeException `OVERLOADED` when they are still read after that: the shard is
    ///     still to be dropped then
    void drop(ShardId shard, Duration atMost);

    /// The rows of a shard; empty when it was just begun.
    Tables rows(ShardId shard);

    /// What its search index is loaded from.
    Tables words(ShardId shard);
}
