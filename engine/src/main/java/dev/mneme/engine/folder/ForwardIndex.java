package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.RocksFolder;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The folder of the forward index. All that it holds can be made anew, so damage never stops anything: a folder
/// that cannot be opened is thrown away; one that is found damaged while it is in use answers as an empty one
/// from then on, and is thrown away at the next start.
public final class ForwardIndex {
    private static final System.Logger LOG = System.getLogger(ForwardIndex.class.getName());
    private static final String DAMAGED = "damaged";

    private ForwardIndex() {}

    /// Opens the folder, making it when it is missing or damaged.
    public static RocksFolder open(Path folder, List<String> names, long memoryBytes) {
        if (Files.exists(folder.resolve(DAMAGED))) {
            throwAway(folder);
        }
        try {
            return RocksFolder.open(folder, names, memoryBytes);
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.STORAGE_FULL) {
                throw e;
            }
            LOG.log(Level.WARNING, "The search index is damaged and is made anew: " + e.getMessage());
            throwAway(folder);
            return RocksFolder.open(folder, names, memoryBytes);
        }
    }

    private static void throwAway(Path folder) {
        try {
            FolderSwap.delete(folder);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL, "The damaged search index " + folder + " cannot be deleted: " + e, e);
        }
    }

    /// A shard's part of it.
    public static Tables tables(Path folder, Tables ofShard) {
        return new Dispensable(folder, ofShard);
    }

    /// Tables that are empty as soon as they are found damaged.
    private static final class Dispensable implements Tables {
        private final Path folder;
        private final Tables tables;
        private final AtomicBoolean damaged = new AtomicBoolean();

        Dispensable(Path folder, Tables tables) {
            this.folder = folder;
            this.tables = tables;
        }

        private <T extends @Nullable Object> T orElse(T otherwise, Supplier<T> read) {
            if (damaged.get()) {
                return otherwise;
            }
            try {
                return read.get();
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.INTEGRITY_VIOLATION) {
                    throw e;
                }
                throwAwayLater(e);
                return otherwise;
            }
        }

        private void unlessDamaged(Runnable write) {
            orElse(null, () -> {
                write.run();
                return null;
            });
        }

        private void throwAwayLater(MnemeException found) {
            if (!damaged.compareAndSet(false, true)) {
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "The search index is damaged: searches work without it, and the next start makes it anew: "
                            + found.getMessage());
            try {
                Files.writeString(folder.resolve(DAMAGED), "");
            } catch (IOException e) {
                LOG.log(Level.WARNING, "Delete the folder " + folder + " while the server is stopped", e);
            }
        }

        @Override
        public long appliedIndex() {
            return orElse(0L, tables::appliedIndex);
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            return this.<byte @Nullable []>orElse(null, () -> tables.get(key));
        }

        @Override
        public void write(Batch batch) {
            unlessDamaged(() -> tables.write(batch));
        }

        @Override
        public void replaceAll(long appliedIndex, Consumer<Visitor> rows) {
            unlessDamaged(() -> tables.replaceAll(appliedIndex, rows));
        }

        @Override
        public Snapshot snapshot() {
            Snapshot rows = tables.snapshot();
            return new Snapshot() {
                @Override
                public long appliedIndex() {
                    return orElse(0L, rows::appliedIndex);
                }

                @Override
                public byte @Nullable [] get(byte[] key) {
                    return Dispensable.this.<byte @Nullable []>orElse(null, () -> rows.get(key));
                }

                @Override
                public void scan(byte[] from, byte[] to, Visitor visitor) {
                    unlessDamaged(() -> rows.scan(from, to, visitor));
                }

                @Override
                public void scanDown(byte[] from, byte[] to, Visitor visitor) {
                    unlessDamaged(() -> rows.scanDown(from, to, visitor));
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }

        @Override
        public long checkpoint() {
            return orElse(0L, tables::checkpoint);
        }

        @Override
        public void compact(byte[] from, byte[] to) {
            unlessDamaged(() -> tables.compact(from, to));
        }

        @Override
        public long sizeBytes() {
            return orElse(0L, tables::sizeBytes);
        }

        @Override
        public void close() {
            tables.close();
        }
    }
}
