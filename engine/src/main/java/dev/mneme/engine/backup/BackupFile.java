package dev.mneme.engine.backup;

import static dev.mneme.engine.backup.BackupManifest.damaged;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// A backup that is open to be read. Nothing that the file says is trusted: it may hold exactly the entries
/// that its manifest lists, no entry's name is ever used as a path, and what is read is bounded by what the
/// manifest says.
///
/// **Failures**: `INVALID_REQUEST` for what is no backup, or of a newer format; `INTEGRITY_VIOLATION` for a
/// damaged one; both name the file.
///
/// **Threads**: one.
public final class BackupFile implements AutoCloseable {
    private static final int MAX_MANIFEST = 1 << 24;
    private static final int MAX_KEY = 1 << 16;
    private static final int MAX_VALUE = 1 << 27;
    private static final int BUFFER = 1 << 16;

    private final ZipFile zip;
    private final BackupManifest manifest;

    private BackupFile(ZipFile zip, BackupManifest manifest) {
        this.zip = zip;
        this.manifest = manifest;
    }

    public static BackupFile open(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw MnemeException.invalid(
                    "file", "There is no backup file " + file + " (a link does not count): name the file itself.");
        }
        ZipFile zip = opened(file);
        try {
            BackupManifest manifest = BackupManifest.decode(manifestBytes(zip));
            refuseOtherEntries(zip, manifest);
            return new BackupFile(zip, manifest);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private static ZipFile opened(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException e) {
            MnemeException cut = damaged(file.getFileName() + " is cut off, or is no backup");
            cut.addSuppressed(e);
            throw cut;
        }
    }

    private static byte[] manifestBytes(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry("manifest");
        if (entry == null) {
            throw damaged("it has no manifest");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(MAX_MANIFEST + 1);
            if (bytes.length > MAX_MANIFEST) {
                throw damaged("its manifest is too long");
            }
            return bytes;
        } catch (ZipException | EOFException e) {
            throw unreadable("manifest", e);
        }
    }

    private static void refuseOtherEntries(ZipFile zip, BackupManifest manifest) {
        Set<String> expected = new HashSet<>(Set.of("manifest"));
        manifest.parts().forEach(part -> expected.add(part.entry()));
        zip.stream().map(ZipEntry::getName).forEach(name -> {
            if (!expected.remove(name)) {
                throw damaged("it holds an entry that no backup has, or one twice");
            }
        });
        if (!expected.isEmpty()) {
            throw damaged("it lacks " + expected.iterator().next());
        }
    }

    public BackupManifest manifest() {
        return manifest;
    }

    /// Gives every row of a shard, in order; what was given counts only once this has returned.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` when the rows are not those that were written
    public void rows(BackupManifest.Part part, Tables.Visitor visitor) throws IOException {
        MessageDigest digest = BackupManifest.sha256();
        try (InputStream entry = zip.getInputStream(zip.getEntry(part.entry()));
                DataInputStream in =
                        new DataInputStream(new BufferedInputStream(new DigestInputStream(entry, digest), BUFFER))) {
            rows(part, in, visitor);
            if (in.read() >= 0 || !HexFormat.of().formatHex(digest.digest()).equals(part.sha256())) {
                throw damaged(part.entry() + " does not match its checksum");
            }
        } catch (ZipException | EOFException e) {
            throw unreadable(part.entry(), e);
        }
    }

    private static void rows(BackupManifest.Part part, DataInputStream in, Tables.Visitor visitor) throws IOException {
        byte[] last = {0};
        long left = part.bytes();
        for (long i = 0; i < part.rows(); i++) {
            byte[] key = bytes(in, MAX_KEY, part);
            byte[] value = bytes(in, MAX_VALUE, part);
            left -= 2L * Integer.BYTES + key.length + value.length;
            boolean inOrder = Arrays.compareUnsigned(last, key) < 0
                    && Arrays.compareUnsigned(key, BackupWriter.FIRST_ROW) >= 0
                    && Arrays.compareUnsigned(key, BackupWriter.AFTER_LAST_ROW) < 0;
            if (!inOrder || left < 0) {
                throw damaged(part.entry() + " holds rows that no shard has");
            }
            last = key;
            if (!visitor.row(key, value)) {
                return;
            }
        }
    }

    private static byte[] bytes(DataInputStream in, int most, BackupManifest.Part part) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw damaged(part.entry() + " holds rows that no shard has");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the row ends early");
        }
        return bytes;
    }

    private static MnemeException unreadable(String entry, IOException cause) {
        MnemeException damaged = damaged(entry + " cannot be read");
        damaged.addSuppressed(cause);
        return damaged;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
