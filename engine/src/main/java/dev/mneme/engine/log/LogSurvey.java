package dev.mneme.engine.log;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What the log of a data folder holds that no process has open. Nothing in the folder changes.
///
/// @param segments oldest first
/// @param lastIndexes of each shard: its last entry; 0 without any
/// @param recovery what opening the log would find and do
public record LogSurvey(List<Segment> segments, SortedMap<ShardId, Long> lastIndexes, RecoveryReport recovery) {
    /// One file of the log.
    public record Segment(String file, long bytes) {}

    /// @throws MnemeException `LOG_FAILED` when the folder cannot be read, `INVALID_REQUEST` when the files
    ///     are of a newer format
    public static LogSurvey of(Path folder, LogSeal seal) {
        try {
            RecoveredLog recovered =
                    new Recovery(new OverlayDisk(folder), Set.of(), () -> 0, seal, LogMarker.boot(), true).run();
            SortedMap<ShardId, Long> last = new TreeMap<>();
            recovered.contents().shards().forEach(shard -> last.put(new ShardId(shard.id()), shard.last()));
            return new LogSurvey(segments(folder), last, recovered.report());
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.LOG_FAILED, "The log's folder " + folder + " cannot be read (" + e + ").", e);
        }
    }

    private static List<Segment> segments(Path folder) throws IOException {
        List<Segment> segments = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                OptionalLong sequence = SegmentName.sequence(file.getFileName().toString());
                if (sequence.isPresent()) {
                    segments.add(new Segment(file.getFileName().toString(), Files.size(file)));
                }
            }
        }
        return segments;
    }
}
