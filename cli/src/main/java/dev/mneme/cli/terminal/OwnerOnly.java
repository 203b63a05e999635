package dev.mneme.cli.terminal;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Files that hold what memories say are for whoever made them, and nobody else.
public final class OwnerOnly {
    private OwnerOnly() {}

    /// For the creation of a file; none where the file system knows of no owners.
    public static FileAttribute<?>[] file() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
