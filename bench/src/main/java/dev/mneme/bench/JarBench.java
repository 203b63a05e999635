package dev.mneme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The size of the server's jar by part, compressed as in the jar.
final class JarBench {
    private static final double MEGABYTE = 1 << 20;

    private JarBench() {}

    static void run() throws IOException {
        Path jar = ServerProcess.jar();
        Map<String, Long> parts = new HashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            zip.stream().forEach(entry -> parts.merge(part(entry), entry.getCompressedSize(), Long::sum));
        }
        Report.title("jar: " + jar.getFileName());
        Report.row("all", megabytes(Files.size(jar)), "");
        parts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(20)
                .forEach(part -> Report.row(part.getKey(), megabytes(part.getValue()), ""));
    }

    private static String part(ZipEntry entry) {
        String name = entry.getName();
        if (name.startsWith("librocksdbjni")) {
            return "RocksDB native: " + name;
        }
        if (name.startsWith("ai/onnxruntime/native/")) {
            return "onnxruntime native: " + name.split("/", -1)[3];
        }
        if (name.endsWith(".onnx")) {
            return "embedding model";
        }
        if (name.startsWith("META-INF/")) {
            return "META-INF";
        }
        String[] path = name.split("/", -1);
        return path.length > 2 ? path[0] + "." + path[1] : "other";
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f MB", bytes / MEGABYTE);
    }
}
