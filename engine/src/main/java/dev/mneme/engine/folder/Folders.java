package dev.mneme.engine.folder;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// Folders that are surely there after a power loss, and that nobody else may read.
public final class Folders {
    private static final Logger LOG = System.getLogger(Folders.class.getName());
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private Folders() {}

    /// Makes the folder, with those above it that are missing, for its owner alone (where the file system knows of
    /// owners). Says so when one that is there is open to others.
    public static void createPrivate(Path folder) throws IOException {
        Path path = folder.toAbsolutePath().normalize();
        if (Files.isDirectory(path)) {
            warnIfOpen(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            createPrivate(parent);
        }
        if (isPosix(path)) {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            Files.createDirectory(path);
        }
        if (parent != null) {
            sync(parent);
        }
    }

    /// Makes what was created in or removed from a folder durable. Systems that cannot open a folder do so by
    /// themselves.
    public static void sync(Path folder) throws IOException {
        if (isPosix(folder)) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void warnIfOpen(Path folder) throws IOException {
        if (!isPosix(folder)) {
            return;
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(folder));
        others.removeAll(OWNER_ONLY);
        if (!others.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Other users of this machine can read the data folder {0}: chmod 700 it, unless they should",
                    folder);
        }
    }
}
