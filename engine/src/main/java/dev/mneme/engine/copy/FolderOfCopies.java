package dev.mneme.engine.copy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Copies in a folder of their own, which is emptied when it is opened: what they are copies of may have changed.
public final class FolderOfCopies implements CopiedTables {
    private final RocksFolder rows;
    private final RocksFolder words;

    private FolderOfCopies(RocksFolder rows, RocksFolder words) {
        this.rows = rows;
        this.words = words;
    }

    /// @param bytes native memory for rows; words get a quarter of it more
    /// @throws MnemeException `INTERNAL` when the folder cannot be emptied
    public static FolderOfCopies open(Path folder, List<ShardId> shards, long bytes) {
        List<String> names = shards.stream().map(ShardId::toString).toList();
        try {
            empty(folder);
            Files.createDirectories(folder);
        } catch (IOException | UncheckedIOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL, "The folder of copies, " + folder + ", cannot be emptied: " + e, e);
        }
        RocksFolder rows = RocksFolder.open(folder.resolve("rows"), names, bytes);
        try {
            return new FolderOfCopies(rows, RocksFolder.open(folder.resolve("words"), names, bytes / 4));
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    private static void empty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Override
    public Tables rows(ShardId shard) {
        return rows.tables(shard.toString());
    }

    @Override
    public Tables words(ShardId shard) {
        return words.tables(shard.toString());
    }

    @Override
    public void close() {
        words.close();
        rows.close();
    }
}
