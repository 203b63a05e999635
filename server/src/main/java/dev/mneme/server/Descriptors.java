package dev.mneme.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// How many descriptors the process may have, and how many of them connections may take. The rest is for the log, the
/// tables (an eighth each for rows and index, at most 512), and everything else that the server opens.
record Descriptors(OptionalLong limit) {
    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final long FOR_TABLES = 512;
    private static final long FOR_THE_REST = 128;
    private static final long FEWEST = 16;

    /// The limit that the system states; unknown where it states none.
    static Descriptors ofProcess() {
        try {
            return Files.isReadable(LIMITS)
                    ? new Descriptors(limit(Files.readString(LIMITS)))
                    : new Descriptors(OptionalLong.empty());
        } catch (IOException unreadable) { // then the listener meets the limit itself, and goes on
            return new Descriptors(OptionalLong.empty());
        }
    }

    /// @param limits the text of `/proc/self/limits`
    static OptionalLong limit(String limits) {
        return limits.lines()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).strip().split(" +", -1)[0])
                .filter(soft -> !soft.equals("unlimited"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    int forConnections() {
        if (limit.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        long all = limit.getAsLong();
        long tables = 2 * Math.min(FOR_TABLES, all / 8);
        return (int) Math.clamp(all - tables - FOR_THE_REST, FEWEST, Integer.MAX_VALUE);
    }
}
