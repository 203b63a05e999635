package dev.mneme.engine.offline;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.folder.Anchors;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.integrity.ShardVerification;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.LogSurvey;
import dev.mneme.engine.log.LogTail;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.state.ShardRules;
import dev.mneme.engine.table.RocksFolder;
import dev.mneme.engine.table.Rows;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Reads everything in a data folder that no server has open: the log's checksums and MACs, every row
/// of the tables and of the index, whether the rows of an owner agree with each other, and whether each
/// is as it was stored.
public final class Verification {
    /// The folder is there: nothing in it is made anew.
    private static final RandomGenerator NOTHING_IS_MADE = () -> {
        throw new IllegalStateException("a folder that is verified was to be made");
    };

    private static final long TABLES_BYTES = 64L << 20;

    private long owners;
    private long memories;
    private long rows;
    private final List<String> problems = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    private Verification() {}

    /// What was read, and what is wrong; each problem names the place.
    ///
    /// @param unknown what nothing can tell of the last stop
    public record Report(
            long owners, long memories, long rows, long logRecords, List<String> problems, List<String> unknown) {
        public Report {
            problems = List.copyOf(problems);
            unknown = List.copyOf(unknown);
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
        try (DataFolder folder = DataFolder.open(path, 1, files.key(), NOTHING_IS_MADE)) {
            return new Verification().check(folder, files);
        }
    }

    /// Takes a folder of the first format, in which nothing was sealed, as it is.
    public static void acceptFirstFormat(Path path, IntegrityFiles files, RandomGenerator random) {
        DataFolder.sealFirstFormat(path, files.key(), random);
    }

    /// Takes the log as it ends, although it may lack what was answered for.
    ///
    /// @return what its end had been
    public static LogTail acceptTail(Path path, IntegrityFiles files, InstantSource clock) {
        return DataFolder.acceptTail(path, files.key(), clock);
    }

    /// Lets the folder go on without the anchor that it had, or with a new one.
    public static void acceptAnchor(Path path, IntegrityFiles files) {
        DataFolder.forgetAnchor(path, files.key());
    }

    private Report check(DataFolder folder, IntegrityFiles files) {
        List<String> names = folder.shardNames();
        LogSurvey log = log(folder);
        try (RocksFolder tables = RocksFolder.open(folder.path().resolve("tables"), names, TABLES_BYTES)) {
            names.forEach(name -> shard(name, tables.tables(name), folder));
            anchor(folder, files, tables, log);
        } catch (MnemeException e) {
            problems.add("tables: " + told(e));
        }
        index(folder, names);
        return new Report(
                owners, memories, rows, log == null ? 0 : log.recovery().records(), problems, unknown);
    }

    private void anchor(DataFolder folder, IntegrityFiles files, RocksFolder tables, @Nullable LogSurvey log) {
        if (log == null) {
            return; // how far the folder has come cannot be told
        }
        SortedMap<ShardId, Tables> shards = new TreeMap<>();
        folder.held().forEach(shard -> shards.put(shard, tables.tables(shard.toString())));
        try {
            Anchors.check(folder, files, shards, shard -> log.lastIndexes().getOrDefault(shard, 0L), () -> 0);
        } catch (MnemeException e) {
            problems.add("anchor: " + told(e));
        }
    }

    /// @return null when it cannot be read at all
    private @Nullable LogSurvey log(DataFolder folder) {
        try {
            LogSurvey log = LogSurvey.of(folder.path().resolve("log"), LogSeal.under(folder.logKey()));
            log.recovery()
                    .damages()
                    .forEach(damage -> problems.add(
                            "log: " + damage.file() + " at offset " + damage.offset() + ": " + damage.reason()));
            unknown.addAll(log.recovery().unknown());
            return log;
        } catch (MnemeException e) {
            problems.add("log: " + told(e));
            return null;
        }
    }

    private void index(DataFolder folder, List<String> names) {
        try (RocksFolder index = RocksFolder.open(folder.path().resolve("index"), names, TABLES_BYTES)) {
            for (String name : names) {
                try (Tables.Snapshot snapshot = index.tables(name).snapshot()) {
                    snapshot.scan(new byte[] {0}, new byte[] {(byte) 0xff}, (key, row) -> true);
                }
            }
        } catch (MnemeException e) {
            problems.add("index: " + told(e) + " It can be deleted: it is made anew from the tables.");
        }
    }

    private void shard(String name, Tables tables, DataFolder folder) {
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
                rows++;
                return true;
            });
        } catch (MnemeException e) {
            problems.add("shard " + name + ": " + told(e));
            return;
        }
        problems.addAll(ShardVerification.problems(tables, folder.seal(), name));
        try (Scans scans = new Scans(tables, folder.epoch())) {
            ShardRules.requireEpoch(tables, name, folder.epoch(), folder.seal()::sound);
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
            problems.add("shard " + name + ": " + told(e));
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

    /// What a failure says, and what was left out of it because a client might read it: the file, for who keeps
    /// the folder.
    private static String told(MnemeException failure) {
        Throwable cause = failure.getCause();
        String more = cause == null ? null : cause.getMessage();
        String said = String.valueOf(failure.getMessage());
        return more == null || said.contains(more) ? said : said + " (" + more + ")";
    }
}
