package dev.mneme.engine.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What recovery hands to the log.
///
/// @param segments oldest first
/// @param tails per shard
/// @param newest sequence number of the newest segment; 0 when there is none
/// @param end where the newest segment ends: all below is durable, all above is void
/// @param nextBatch the number of the next batch
/// @param fatal set when the newest segment is damaged, so that no shard knows its end
record RecoveredLog(
        List<SegmentNeeds> segments,
        List<ShardTail> tails,
        long newest,
        long end,
        long nextBatch,
        RecoveryReport.@Nullable Damage fatal,
        RecoveryReport report) {}
