package dev.mneme.engine.replica;

import java.time.Duration;

/// What a shard tells of its work.
public interface ShardMetrics {
    ShardMetrics NONE = new ShardMetrics() {
        @Override
        public void applied(int writes, Duration time) {}

        @Override
        public void searched(Duration time) {}
    };

    /// @param writes how many an entry held
    /// @param time from taking the entry up to answering its writers
    void applied(int writes, Duration time);

    /// @param time of one search, from its start to its hits
    void searched(Duration time);
}
