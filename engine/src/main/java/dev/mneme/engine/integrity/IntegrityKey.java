package dev.mneme.engine.integrity;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;
import java.util.random.RandomGenerator;

/// The file of a folder's integrity key: 64 hex digits and a line's end, readable by its owner alone.
public final class IntegrityKey {
    private static final int BYTES = 32;

    private final Path file;

    public IntegrityKey(Path file) {
        this.file = file;
    }

    /// Whether there is one already.
    public boolean exists() {
        return Files.exists(file);
    }

    /// The key for a new folder: the one that the file has or, when there is none, a fresh one, durable on
    /// return.
    ///
    /// @param random must be such that nobody can guess it
    public Seal openOrMake(RandomGenerator random) {
        if (!Files.exists(file)) {
            make(random);
        }
        return read();
    }

    /// The key of a folder that was sealed with it.
    ///
    /// @param keyId what the folder says of its key
    /// @throws MnemeException `INVALID_REQUEST` when the file is missing, or is of another key
    public Seal open(String keyId) {
        if (!Files.exists(file)) {
            throw refused("The integrity key " + file + " is missing, and the data folder is sealed with it: put it"
                    + " back, or name where it is with --integrity-key.");
        }
        Seal seal = read();
        if (!seal.keyId().equals(keyId)) {
            throw refused("The integrity key " + file + " is not the one that the data folder was sealed with (that"
                    + " has the id " + keyId + "): put that one back, or name it with --integrity-key.");
        }
        return seal;
    }

    /// Writes the key of a folder that is made from a backup, durably.
    ///
    /// @throws MnemeException `INVALID_REQUEST` when there is one already
    public void put(Seal seal) {
        if (exists()) {
            throw refused("There is an integrity key " + file + " already: move it aside.");
        }
        write(seal.key());
    }

    private void make(RandomGenerator random) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        write(HexFormat.of().formatHex(key));
    }

    /// All of it or nothing, durable on return.
    private void write(String key) {
        Path path = file.toAbsolutePath();
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.deleteIfExists(draft);
            try (FileChannel channel = FileChannel.open(
                    draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                ByteBuffer bytes = StandardCharsets.US_ASCII.encode(key + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            syncFolder(path);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private static void syncFolder(Path of) throws IOException {
        Path folder = of.getParent();
        if (folder != null
                && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /// The key that these 64 hex digits are.
    ///
    /// @throws IllegalArgumentException when they are not
    public static Seal ofHex(String digits) {
        return Seal.under(HexFormat.of().parseHex(digits));
    }

    private Seal read() {
        try {
            return ofHex(Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (IOException e) {
            throw unusable(e);
        } catch (IllegalArgumentException e) {
            MnemeException refused = noKey();
            refused.addSuppressed(e);
            throw refused;
        }
    }

    private MnemeException noKey() {
        return refused(
                "The file " + file + " holds no integrity key, which is 64 hex digits: put the right one back, or"
                        + " name it with --integrity-key.");
    }

    private MnemeException unusable(IOException e) {
        return new MnemeException(
                ErrorCode.INVALID_REQUEST,
                "The integrity key " + file + " cannot be used (" + e + "): mend its permissions, or name another file"
                        + " with --integrity-key.",
                e);
    }

    private static MnemeException refused(String message) {
        return MnemeException.invalid("integrityKey", message);
    }
}
