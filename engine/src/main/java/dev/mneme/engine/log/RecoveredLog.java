package dev.mneme.engine.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What recovery hands to the log.
///
/// @param segments their sequence numbers, oldest first
/// @param contents of the log; without a segment, the shards that it begins with
/// @param newest sequence number of the newest segment; 0 when there is none
/// @param end where the newest segment ends: all below is durable, all above is void
/// @param nextBatch the number of the next batch
/// @param fatal set when the newest segment is damaged, so that no shard knows its end
record RecoveredLog(
        List<Long> segments,
        LogContents contents,
        long newest,
        long end,
        long nextBatch,
        RecoveryReport.@Nullable Damage fatal,
        RecoveryReport report) {}
