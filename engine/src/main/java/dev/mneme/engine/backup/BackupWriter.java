package dev.mneme.engine.backup;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes a cut as a zip file, in one go, to a stream that cannot go back:
///
/// ```text
/// shards/0.rows … shards/system.rows     each: u32 length, key, u32 length, value; by key; big-endian
/// manifest                               see BackupManifest; last, since only then the checksums are known
/// ```
///
/// Rows rather than the tables' own files: they are the same for every kind of tables, carry their
/// seals, and hold nothing that was deleted.
public final class BackupWriter {
    private static final int BUFFER = 1 << 16;

    /// The rows of a shard lie between these; below is what the tables keep for themselves.
    static final byte[] FIRST_ROW = {1};

    static final byte[] AFTER_LAST_ROW = {(byte) 0xff};

    private BackupWriter() {}

    /// Writes all of the cut; `out` is left open.
    public static void write(BackupCut cut, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(out, BUFFER));
        zip.setLevel(Deflater.BEST_SPEED);
        List<BackupManifest.Part> parts = new ArrayList<>();
        for (BackupCut.Part part : cut.parts()) {
            parts.add(write(part, cut, zip));
        }
        zip.putNextEntry(entry("manifest", cut));
        zip.write(BackupManifest.sealed(cut.at(), cut.epoch(), cut.slots(), parts, cut.seal(), cut.withKey())
                .encode());
        zip.closeEntry();
        zip.finish();
        zip.flush();
    }

    private static BackupManifest.Part write(BackupCut.Part part, BackupCut cut, ZipOutputStream zip)
            throws IOException {
        MessageDigest digest = BackupManifest.sha256();
        zip.putNextEntry(entry("shards/" + part.shard() + ".rows", cut));
        Rows rows = new Rows(new BufferedOutputStream(new DigestOutputStream(zip, digest), BUFFER));
        try {
            part.rows().scan(FIRST_ROW, AFTER_LAST_ROW, rows::row);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        rows.out.flush();
        zip.closeEntry();
        return new BackupManifest.Part(
                part.shard(),
                part.appliedIndex(),
                rows.count,
                rows.bytes,
                HexFormat.of().formatHex(digest.digest()));
    }

    /// With the time of the cut: the same rows give the same bytes.
    private static ZipEntry entry(String name, BackupCut cut) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(cut.at().toEpochMilli());
        return entry;
    }

    private static final class Rows {
        private final DataOutputStream out;
        private long count;
        private long bytes;

        Rows(OutputStream out) {
            this.out = new DataOutputStream(out);
        }

        boolean row(byte[] key, byte[] value) {
            try {
                out.writeInt(key.length);
                out.write(key);
                out.writeInt(value.length);
                out.write(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            count++;
            bytes += 2L * Integer.BYTES + key.length + value.length;
            return true;
        }
    }
}
