package dev.mneme.engine.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many files one RocksDB may hold open: an eighth of what the process may, so that the log and the connections
/// have theirs.
final class OpenFiles {
    private static final int MOST = 512;
    private static final int LEAST = 32;
    private static final Path LIMITS = Path.of("/proc/self/limits");

    private OpenFiles() {}

    static int most() {
        try {
            return Files.isReadable(LIMITS) ? most(Files.readString(LIMITS)) : MOST;
        } catch (IOException unreadable) { // not a system that tells: RocksDB's own limit stands
            return MOST;
        }
    }

    /// @param limits the text of `/proc/self/limits`
    static int most(String limits) {
        return limits.lines()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).strip().split(" +", -1)[0])
                .filter(soft -> !soft.equals("unlimited"))
                .findFirst()
                .map(soft -> Math.clamp(Long.parseLong(soft) / 8, LEAST, MOST))
                .orElse(MOST);
    }
}
