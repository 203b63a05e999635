package dev.mneme.engine.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;

/// All rows of a column family, to be replaced at once: files of the new rows, with a deletion of each old row
/// that has no new one, are made beside the tables and taken in by one edit of the manifest of RocksDB. One
/// thread.
final class Replacement implements AutoCloseable {
    private static final String PREFIX = "incoming-";
    private static final long FILE_BYTES = 64L << 20;

    private final RocksDB db;
    private final ColumnFamilyHandle family;
    private final Path folder;
    private final Options options;
    private final EnvOptions env = new EnvOptions();
    private final RocksIterator old;
    private final KeyOrder order = new KeyOrder();
    private final List<String> files = new ArrayList<>();
    private @Nullable SstFileWriter writer;
    private long bytes;

    /// @param tables the folder of the tables
    /// @param name of the family
    /// @param options as the files of the family have them
    Replacement(RocksDB db, ColumnFamilyHandle family, Path tables, String name, Options options, long appliedIndex)
            throws RocksDBException {
        this.db = db;
        this.family = family;
        this.folder = tables.resolve(PREFIX + name);
        this.options = options;
        remove(folder);
        try {
            Files.createDirectory(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.old = db.newIterator(family);
        old.seek(new byte[] {1});
        writer().put(RocksFolder.APPLIED_INDEX, RocksFolder.bytes(appliedIndex));
    }

    /// Removes what a process left that died over a replacement.
    static void removeLeftOver(Path tables) throws IOException {
        try (Stream<Path> all = Files.list(tables)) {
            all.filter(each -> each.getFileName().toString().startsWith(PREFIX)).forEach(Replacement::remove);
        }
    }

    private static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.toList()) {
                Files.delete(each);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The next row.
    void put(byte[] key, byte[] row) throws RocksDBException {
        order.next(key);
        deleteBefore(key);
        writer().put(key, row);
        wrote(key.length + row.length);
    }

    private void deleteBefore(byte @Nullable [] key) throws RocksDBException {
        while (old.isValid()) {
            byte[] each = old.key();
            int compared = key == null ? -1 : Arrays.compareUnsigned(each, key);
            if (compared > 0) {
                return;
            }
            if (compared < 0) {
                writer().delete(each);
                wrote(each.length);
            }
            old.next();
        }
        old.status();
    }

    private SstFileWriter writer() throws RocksDBException {
        SstFileWriter open = writer;
        if (open == null) {
            String file = folder.resolve(files.size() + ".sst").toString();
            open = new SstFileWriter(env, options);
            writer = open;
            open.open(file);
            files.add(file);
        }
        return open;
    }

    private void wrote(int more) throws RocksDBException {
        bytes += more;
        if (bytes >= FILE_BYTES) {
            finish();
        }
    }

    private void finish() throws RocksDBException {
        SstFileWriter open = writer;
        if (open != null) {
            open.finish();
            closeWriter();
        }
        bytes = 0;
    }

    private void closeWriter() {
        SstFileWriter open = writer;
        writer = null;
        if (open != null) {
            open.close();
        }
    }

    /// Takes it all in.
    void commit() throws RocksDBException {
        deleteBefore(null);
        finish();
        try (IngestExternalFileOptions how = new IngestExternalFileOptions().setMoveFiles(true)) {
            db.ingestExternalFile(family, files, how);
        }
    }

    @Override
    public void close() {
        closeWriter();
        old.close();
        env.close();
        remove(folder);
    }
}
