package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.StorageStatus;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// The sizes of what is in a data folder, which may be in use: a file that goes while it is looked at is left
/// out.
public final class FolderSizes {
    private FolderSizes() {}

    /// @throws MnemeException `INTERNAL` when the folder cannot be read
    public static StorageStatus of(Path folder) {
        return new StorageStatus(
                files(folder.resolve("log"), ".wal"),
                files(folder.resolve("tables"), ""),
                files(folder.resolve("index"), ""));
    }

    /// @param ending of the names of those that count
    private static StorageStatus.Files files(Path folder, String ending) {
        Sum sum = new Sum(ending);
        try {
            Files.walkFileTree(folder, sum);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL,
                    "The folder " + folder + " cannot be read (" + e + "): mend its permissions.",
                    e);
        }
        return new StorageStatus.Files(sum.count, sum.bytes);
    }

    private static final class Sum extends SimpleFileVisitor<Path> {
        private final String ending;
        private long count;
        private long bytes;

        Sum(String ending) {
            this.ending = ending;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && file.toString().endsWith(ending)) {
                count++;
                bytes += attributes.size();
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof java.nio.file.NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }
}
