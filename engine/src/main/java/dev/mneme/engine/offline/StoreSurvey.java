package dev.mneme.engine.offline;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.StorageStatus;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.FolderSizes;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.LogSurvey;
import dev.mneme.engine.log.LogSurvey.Segment;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.Rows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a data folder holds that no process has open, as its last checkpoint left it. Nothing in the
/// folder changes, so that a folder may be looked at before it is mended.
///
/// @param owners as of the checkpoints: what the log has and the tables lack is not counted
/// @param memories likewise
/// @param problems what keeps the store from starting whole; `mneme verify` looks for more
public record StoreSurvey(
        Path folder,
        String epoch,
        long owners,
        long memories,
        List<Shard> shards,
        List<Segment> segments,
        StorageStatus storage,
        List<String> problems) {
    private static final long TABLES_BYTES = 16L << 20;

    /// One shard.
    ///
    /// @param checkpoint the last entry of the log that its tables contain
    /// @param logIndex the last entry of the log
    /// @param bytes of its tables
    public record Shard(String name, long owners, long memories, long checkpoint, long logIndex, long bytes) {
        /// How many entries a start applies again.
        public long toReplay() {
            return Math.max(0, logIndex - checkpoint);
        }
    }

    /// @throws MnemeException `INVALID_REQUEST` when there is no store, a process has it open, or its format is
    ///     newer; `INTEGRITY_VIOLATION` when its manifest or tables are damaged
    /// @param files the integrity key, if it is kept elsewhere
    public static StoreSurvey of(Path path, IntegrityFiles files) {
        try (DataFolder folder = DataFolder.openUnchanged(path, files.key())) {
            List<String> names = folder.shardNames();
            LogSeal seal = LogSeal.under(folder.logKey());
            LogSurvey log = LogSurvey.of(path.resolve("log"), seal);
            List<Shard> shards = new ArrayList<>();
            try (RocksFolder tables = RocksFolder.openUnchanged(path.resolve("tables"), names, TABLES_BYTES)) {
                for (ShardId id : folder.kept()) {
                    long last = log.lastIndexes().getOrDefault(id, 0L);
                    shards.add(shard(id.toString(), tables.tables(id.toString()), folder.epoch(), last));
                }
            }
            return new StoreSurvey(
                    path,
                    folder.epoch(),
                    shards.stream().mapToLong(Shard::owners).sum(),
                    shards.stream().mapToLong(Shard::memories).sum(),
                    List.copyOf(shards),
                    log.segments(),
                    FolderSizes.of(path),
                    problems(log));
        }
    }

    private static Shard shard(String name, Tables tables, String epoch, long logIndex) {
        try (Scans scans = new Scans(tables, epoch)) {
            Rows.Shard shard = scans.shard();
            return new Shard(
                    name, shard.owners(), shard.memories(), tables.appliedIndex(), logIndex, tables.sizeBytes());
        }
    }

    private static List<String> problems(LogSurvey log) {
        return log.recovery().damages().stream()
                .map(damage -> "log: " + damage.file() + " at offset " + damage.offset() + ": " + damage.reason())
                .toList();
    }
}
