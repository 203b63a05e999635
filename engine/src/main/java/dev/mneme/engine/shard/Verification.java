package dev.mneme.engine.shard;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.RecoveryReport;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.Rows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/// Reads everything in a data folder that no server has open: the log's checksums and MACs, every row
/// of the tables and of the index, whether the rows of an owner agree with each other, and whether each
/// is as it was stored.
public final class Verification {
    private static final long TABLES_BYTES = 64L << 20;

    private long owners;
    private long memories;
    private long rows;
    private final List<String> problems = new ArrayList<>();

    private Verification() {}

    /// What was read, and what is wrong; each problem names the place.
    public record Report(long owners, long memories, long rows, long logRecords, List<String> problems) {
        public Report {
            problems = List.copyOf(problems);
        }
    }

    /// @throws MnemeException `INVALID_REQUEST` when a server has the folder open
    public static Report run(Path path) {
        return run(path, IntegrityFiles.DEFAULTS);
    }

    /// @param files the integrity key, if it is kept elsewhere
    /// @throws MnemeException `INVALID_REQUEST` when a server has the folder open, or its key is not there
    public static Report run(Path path, IntegrityFiles files) {
        if (!DataFolder.isThere(path)) {
            throw MnemeException.invalid(
                    "data", "There is no data folder at " + path + ": name the one to verify with --data.");
        }
        DataFolder.refuseFirstFormat(path);
        try (DataFolder folder = DataFolder.open(path, 1, files.key(), new SecureRandom())) {
            return new Verification().check(folder);
        }
    }

    private Report check(DataFolder folder) {
        List<String> names = folder.shardNames();
        long records = log(folder, names.size());
        try (RocksFolder tables = RocksFolder.open(folder.path().resolve("tables"), names, TABLES_BYTES)) {
            for (int i = 0; i < names.size(); i++) {
                shard(names.get(i), tables.tables(i), folder);
            }
        } catch (MnemeException e) {
            problems.add("tables: " + e.getMessage());
        }
        index(folder, names);
        return new Report(owners, memories, rows, records, problems);
    }

    private long log(DataFolder folder, int shards) {
        try (WriteAheadLog log = WriteAheadLog.open(
                new FolderDisk(folder.path().resolve("log")),
                shards,
                LogConfig.DEFAULTS,
                LogMetrics.NONE,
                LogSeal.under(folder.logKey()))) {
            RecoveryReport report = log.recoveryReport();
            report.damages()
                    .forEach(damage -> problems.add(
                            "log: " + damage.file() + " at offset " + damage.offset() + ": " + damage.reason()));
            return report.records();
        } catch (MnemeException e) {
            problems.add("log: " + e.getMessage());
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void index(DataFolder folder, List<String> names) {
        try (RocksFolder index = RocksFolder.open(folder.path().resolve("index"), names, TABLES_BYTES)) {
            for (int i = 0; i < names.size(); i++) {
                try (Tables.Snapshot snapshot = index.tables(i).snapshot()) {
                    snapshot.scan(new byte[] {0}, new byte[] {(byte) 0xff}, (key, row) -> true);
                }
            }
        } catch (MnemeException e) {
            problems.add("index: " + e.getMessage() + " It can be deleted: it is made anew from the tables.");
        }
    }

    private void shard(String name, Tables tables, DataFolder folder) {
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                rows++;
                return true;
            });
        } catch (MnemeException e) {
            problems.add("shard " + name + ": " + e.getMessage());
            return;
        }
        problems.addAll(ShardVerification.problems(tables, folder.seal(), name));
        try (Scans scans = new Scans(tables, folder.epoch())) {
            long[] counted = new long[2];
            scans.owners(owner -> {
                counted[0]++;
                counted[1] += owner(name, scans, owner);
                return true;
            });
            owners += counted[0];
            memories += counted[1];
            Rows.Shard shard = scans.shard();
            if (shard.memories() != counted[1]) {
                problems.add("shard " + name + ": it says " + shard.memories() + " memories and has " + counted[1]);
            }
        } catch (MnemeException e) {
            problems.add("shard " + name + ": " + e.getMessage());
        }
    }

    /// What no seal says: whether the engine itself stored rows that go together.
    ///
    /// @return how many memories the owner has
    private long owner(String shard, Scans scans, Owner owner) {
        long[] count = new long[1];
        byte[] hash = owner.hash();
        long sequence = scans.position(owner).sequence();
        long generation = scans.generation(hash);
        scans.memories(hash, 0, (arrival, version) -> {
            count[0]++;
            String place = "shard " + shard + ", memory " + version.memory().id();
            if (!version.memory().scope().owner().equals(owner)) {
                problems.add(place + ": it lies with an owner that is not its own");
            }
            if (version.sequence() > sequence) {
                problems.add(place + ": it is newer than its owner's head");
            }
            byte[] embedding = scans.embeddingRow(hash, generation, arrival);
            if (embedding != null) {
                Rows.embedding(embedding);
            }
            return true;
        });
        return count[0];
    }
}
