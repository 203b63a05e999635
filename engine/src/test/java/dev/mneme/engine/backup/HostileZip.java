package dev.mneme.engine.backup;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Backups that somebody made to do harm: sound zip files, with something else in them.
final class HostileZip {
    private HostileZip() {}

    @FunctionalInterface
    private interface Copy {
        void copy(ZipFile from, ZipEntry entry, ZipOutputStream to) throws IOException;
    }

    private static void copy(Path from, Path to, Copy each) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                each.copy(zip, all.nextElement(), out);
            }
        }
    }

    /// With other bytes in one entry.
    static void rewrite(Path from, Path to, String entry, UnaryOperator<byte[]> content) throws IOException {
        copy(from, to, (zip, each, out) -> {
            out.putNextEntry(new ZipEntry(each.getName()));
            byte[] bytes = zip.getInputStream(each).readAllBytes();
            out.write(each.getName().equals(entry) ? content.apply(bytes) : bytes);
        });
    }

    static void without(Path from, Path to, String entry) throws IOException {
        copy(from, to, (zip, each, out) -> {
            if (!each.getName().equals(entry)) {
                out.putNextEntry(new ZipEntry(each.getName()));
                zip.getInputStream(each).transferTo(out);
            }
        });
    }

    /// With so many zeros after the content of one entry.
    static void append(Path from, Path to, String entry, long zeros) throws IOException {
        copy(from, to, (zip, each, out) -> {
            out.putNextEntry(new ZipEntry(each.getName()));
            zip.getInputStream(each).transferTo(out);
            if (each.getName().equals(entry)) {
                zeros(out, zeros);
            }
        });
    }

    private static void zeros(OutputStream out, long count) throws IOException {
        byte[] block = new byte[1 << 20];
        for (long left = count; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(left, block.length));
        }
    }

    /// What an entry says.
    static String text(Path from, String entry) throws IOException {
        try (ZipFile zip = new ZipFile(from.toFile())) {
            return new String(zip.getInputStream(zip.getEntry(entry)).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// With another manifest, whose checksum is right.
    static void resealed(Path from, Path to, UnaryOperator<String> line) throws IOException {
        rewrite(from, to, "manifest", bytes -> {
            String changed = new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(each -> !each.startsWith("seal="))
                    .map(line)
                    .map(each -> each + "\n")
                    .collect(Collectors.joining());
            return (changed + "seal=" + sha256(changed) + "\n").getBytes(StandardCharsets.UTF_8);
        });
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// With an entry that is there twice: the second is written under a name of the same length, which is
    /// then overwritten wherever it stands.
    static void twice(Path from, Path to, String entry) throws IOException {
        String other = "X".repeat(entry.length());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipFile zip = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry each = all.nextElement();
                out.putNextEntry(new ZipEntry(each.getName()));
                zip.getInputStream(each).transferTo(out);
            }
            out.putNextEntry(new ZipEntry(other));
            zip.getInputStream(zip.getEntry(entry)).transferTo(out);
        }
        String latin = bytes.toString(StandardCharsets.ISO_8859_1);
        Files.write(to, latin.replace(other, entry).getBytes(StandardCharsets.ISO_8859_1));
    }
}
