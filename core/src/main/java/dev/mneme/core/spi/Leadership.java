package dev.mneme.core.spi;

import dev.mneme.core.model.Owner;
import java.util.List;

/// Of which shards this node is primary, as far as it has heard: whose work that goes on by itself it does.
///
/// A role that is lost is told of before another node can have it only where the agreement says so; so whoever works by
/// it asks again before each effect, and leaves the rest to the agreement, which refuses the writes of who is not
/// primary.
///
/// **Threads**: any number may call.
public interface Leadership {
    /// For a node by itself: it is primary of all that there is, and stays it.
    Leadership ALONE = new Leadership() {
        private static final ShardId ONLY = new ShardId(0);

        @Override
        public long term(ShardId shard) {
            return 1;
        }

        @Override
        public ShardId shardOf(Owner owner) {
            return ONLY;
        }

        @Override
        public List<ShardId> shards() {
            return List.of(ONLY);
        }

        @Override
        public Store.Subscription onChange(Runnable told) {
            return () -> {};
        }
    };

    /// The term in which this node is primary of the shard; 0 when it is not. One that lost the role and has it again
    /// is in another term.
    long term(ShardId shard);

    /// The shard that has the owner.
    ShardId shardOf(Owner owner);

    /// The shards that have owners: not the system's.
    List<ShardId> shards();

    /// Calls this after a role changed, until closed. It runs on a shard's thread: it must neither block nor throw.
    Store.Subscription onChange(Runnable told);
}
