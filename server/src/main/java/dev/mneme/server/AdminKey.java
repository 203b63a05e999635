package dev.mneme.server;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The file with the first key, where the command line on the same machine finds it. It is made at the first start, and
/// only its owner can read it.
final class AdminKey {
    private AdminKey() {}

    static Path file(Path data) {
        return data.resolve("admin.key");
    }

    /// Makes the first key if there is none yet, or another one for an operator who lost it. A crash between storing
    /// the key and writing the file leaves a key that nobody knows; the operator then asks for a new one.
    ///
    /// @param anew whether to make one although there are keys
    ///
    /// @return whether one was made
    static boolean ensure(Path data, KeyService keys, boolean anew) {
        if (!keys.isEmpty() && !anew) {
            return false;
        }
        String secret = keys.bootstrap().secret();
        try {
            Path draft = data.resolve("admin.key.new");
            Files.deleteIfExists(draft);
            Files.createFile(draft, ownerOnly());
            try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                file.write(StandardCharsets.US_ASCII.encode(secret + "\n"));
                file.force(true);
            }
            Files.move(draft, file(data), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.INTERNAL,
                    "The admin key cannot be written to " + file(data) + " (" + e
                            + "): mend the folder's permissions, remove"
                            + " the data folder if it is new, and start again.",
                    e);
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        Set<java.nio.file.attribute.PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)} : new FileAttribute<?>[] {};
    }
}
