package dev.mneme.engine.folder;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.integrity.MacUpgrade;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.log.FolderDisk;
import dev.mneme.engine.log.LogBeginning;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.log.LogReplay;
import dev.mneme.engine.log.LogSeal;
import dev.mneme.engine.log.WriteAheadLog;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.FirstFormat;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Brings a data folder of the first format, in which nothing was sealed, to the second. The caller
/// holds the folder's lock, and writes the manifest afterwards; until then an upgrade that was cut off
/// is begun again, from where it was.
///
/// ```text
/// 0. `upgrading` says, under the new integrity key, that this was begun
/// 1. every row gets the second format, and is sealed as it is
/// 2. what the log has and the tables lack is applied; the tables are durable
/// 3. log/ goes to log.first/, and an empty log that goes on after it is begun
/// 4. (the manifest), then log.first/ and `upgrading` go
/// ```
///
/// A folder that says that nothing was sealed, while there is a key, is refused unless `upgrading`
/// vouches for it: else a forged manifest would have everything sealed as it is.
final class FormatUpgrade {
    private static final System.Logger LOG = System.getLogger(FormatUpgrade.class.getName());
    private static final String FIRST_LOG = "log.first";
    private static final String MARKER = "upgrading";

    /// Nothing goes while the log is applied; what is too old goes later, by the limits that are configured.
    private static final Retention EVERYTHING = new Retention(
            Integer.MAX_VALUE,
            Duration.ofDays(36_500),
            Integer.MAX_VALUE,
            Duration.ofDays(36_500),
            0,
            Duration.ZERO,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);

    private static final long TABLES_BYTES = 128L << 20;

    private final Path folder;
    private final List<String> names;
    private final Seal seal;
    private final String epoch;
    private final RandomGenerator random;

    FormatUpgrade(Path folder, List<String> names, Seal seal, String epoch, RandomGenerator random) {
        this.random = random;
        this.folder = folder;
        this.names = names;
        this.seal = seal;
        this.epoch = epoch;
    }

    /// Why a server does not start on a folder of the first format.
    ///
    /// @param keyed whether there is an integrity key
    static MnemeException refused(Path folder, boolean keyed) {
        if (keyed && !Files.exists(folder.resolve(MARKER))) {
            return forged(folder);
        }
        return MnemeException.invalid(
                "data",
                "The data folder " + folder
                        + " was made by an earlier version, which sealed nothing, or its manifest was changed to say"
                        + " so: nobody can tell what was done to it since. When you know that it is as you left it,"
                        + " have it sealed as it is: mneme verify --accept first-format --data " + folder);
    }

    private static MnemeException forged(Path folder) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The manifest of " + folder + " says that nothing in it is sealed, and there is an integrity key:"
                        + " somebody changed the manifest. If an earlier version did make the folder, move the key"
                        + " aside and run mneme verify --accept first-format.");
    }

    /// @param keyed whether there was an integrity key before
    /// @throws MnemeException `INTEGRITY_VIOLATION` when there was, and no upgrade was begun with it
    void run(boolean keyed) throws IOException {
        begin(keyed);
        LOG.log(System.Logger.Level.INFO, "Sealing the data folder {0}, which was made by an earlier version", folder);
        long[] indexes = new long[names.size()];
        try (RocksFolder all = RocksFolder.open(folder.resolve("tables"), names, TABLES_BYTES)) {
            if (!Files.exists(firstLog())) {
                for (int shard = 0; shard < indexes.length; shard++) {
                    FirstFormat.upgrade(all.tables(shard));
                    MacUpgrade.run(all.tables(shard), seal);
                }
                replay(all);
            }
            for (int shard = 0; shard < indexes.length; shard++) {
                indexes[shard] = all.tables(shard).appliedIndex();
            }
        }
        beginLog(indexes);
    }

    private void begin(boolean keyed) throws IOException {
        Path marker = folder.resolve(MARKER);
        String begun = seal.textMac("upgrade", epoch);
        if (!keyed) {
            Path draft = folder.resolve(MARKER + ".new");
            try (FileChannel file = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                file.write(StandardCharsets.US_ASCII.encode(begun));
                file.force(true);
            }
            Files.move(draft, marker, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(folder);
        } else if (!Files.exists(marker) || !Files.readString(marker).equals(begun)) {
            throw forged(folder);
        }
    }

    private Path firstLog() {
        return folder.resolve(FIRST_LOG);
    }

    private void replay(RocksFolder all) throws IOException {
        Path path = folder.resolve("log");
        if (!Files.exists(path)) {
            return;
        }
        List<ShardId> ids = names.stream().map(ShardId::named).toList();
        try (WriteAheadLog log = WriteAheadLog.openOf(
                new FolderDisk(path), new TreeSet<>(ids), LogConfig.DEFAULTS, LogMetrics.NONE, LogSeal.NONE)) {
            for (int shard = 0; shard < names.size(); shard++) {
                Tables tables = all.tables(shard);
                StateMachine machine = new StateMachine(tables, new Govern(epoch, EVERYTHING));
                StoringStage stage = new StoringStage(seal);
                LogReplay.all(
                        log,
                        ids.get(shard),
                        tables.appliedIndex(),
                        (index, term, bytes) -> tables.write(stage.stored(
                                index,
                                machine.apply(index, BatchCodec.decode(bytes)).rows())));
                tables.checkpoint();
            }
        }
    }

    private void beginLog(long[] indexes) throws IOException {
        Path log = folder.resolve("log");
        if (Files.exists(firstLog())) {
            delete(log);
        } else if (Files.exists(log)) {
            Files.move(log, firstLog(), StandardCopyOption.ATOMIC_MOVE);
        }
        Folders.createPrivate(log);
        LogBeginning.write(new FolderDisk(log), indexes, LogSeal.under(seal.logKey(epoch)), random);
        Folders.sync(folder);
    }

    /// Of an upgrade whose manifest is written.
    static void removeLeftovers(Path folder) throws IOException {
        delete(folder.resolve(FIRST_LOG));
        delete(folder.resolve(MARKER));
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
