package dev.mneme.cli.terminal;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Creates files that only their owner can read, since they contain what memories say.
public final class OwnerOnly {
    private OwnerOnly() {}

    /// Attributes for creating such a file; none where the file system has no owners.
    public static FileAttribute<?>[] file() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
