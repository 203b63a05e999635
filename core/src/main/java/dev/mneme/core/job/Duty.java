package dev.mneme.core.job;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.ShardId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Why a node does a job: it is primary of some shards, each in a certain term. It lasts no longer than that: a role
/// that was lost and won again is another duty, so that what was begun under the former ends.
///
/// A job asks before each effect, such as a write, or a request to somebody else. **Threads**: any.
public final class Duty {
    /// Of a node by itself.
    public static final Duty ALONE = of(Leadership.ALONE, Leadership.ALONE.shards());

    private final Leadership leadership;
    private final Map<ShardId, Long> terms;

    private Duty(Leadership leadership, Map<ShardId, Long> terms) {
        this.leadership = leadership;
        this.terms = Map.copyOf(terms);
    }

    /// For those of the shards of which the node is primary now.
    static Duty of(Leadership leadership, List<ShardId> shards) {
        Map<ShardId, Long> terms = new HashMap<>();
        for (ShardId shard : shards) {
            long term = leadership.term(shard);
            if (term != 0) {
                terms.put(shard, term);
            }
        }
        return new Duty(leadership, terms);
    }

    /// Whether there is anything left of it.
    public boolean lasts() {
        return terms.keySet().stream().anyMatch(this::lasts);
    }

    /// Whether it is this node that works for the owner's shard.
    public boolean covers(Owner owner) {
        return lasts(leadership.shardOf(owner));
    }

    private boolean lasts(ShardId shard) {
        Long term = terms.get(shard);
        return term != null && leadership.term(shard) == term;
    }

    /// Whether it is for nothing.
    boolean isEmpty() {
        return terms.isEmpty();
    }

    /// Whether it is for the same shards in the same terms.
    boolean isAs(Duty other) {
        return terms.equals(other.terms);
    }
}
