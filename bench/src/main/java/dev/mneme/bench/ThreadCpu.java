package dev.mneme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;

/// How much CPU the threads of a server have used since the watch began, by purpose; threads that ended meanwhile are
/// left out. Linux only (`/proc`); elsewhere nothing is known. One thread.
final class ThreadCpu {
    private static final double MICROS_PER_TICK = 10_000;
    private static final int USER_TIME_AFTER_NAME = 11;

    /// What a thread is for, by the beginning of the name that the kernel has of it.
    private static final List<Map.Entry<String, String>> PURPOSES = List.of(
            Map.entry("ForkJoinPool", "requests"),
            Map.entry("Read-Poller", "requests"),
            Map.entry("Write-Poller", "requests"),
            Map.entry("MasterPoller", "requests"),
            Map.entry("shard-", "shards"),
            Map.entry("mneme-log", "log"),
            Map.entry("rocksdb", "rocksdb"),
            Map.entry("embed", "embedder"),
            Map.entry("GC Thread", "collector"),
            Map.entry("G1 ", "collector"),
            Map.entry("C1 Compiler", "compiler"),
            Map.entry("C2 Compiler", "compiler"),
            Map.entry("", "other"));

    private final long pid;
    private final Map<String, Long> startTicks;

    private ThreadCpu(long pid) {
        this.pid = pid;
        this.startTicks = ticks(pid);
    }

    static ThreadCpu watch(long pid) {
        return new ThreadCpu(pid);
    }

    /// For a report: microseconds for each of `count` operations.
    String microsEach(long count) {
        return text(micros -> String.format(Locale.ROOT, "%.0f", micros / count));
    }

    /// For a report: seconds in all.
    String seconds() {
        return text(micros -> String.format(Locale.ROOT, "%.1f", micros / 1e6));
    }

    private String text(DoubleFunction<String> used) {
        Map<String, Double> micros = new TreeMap<>();
        ticks(pid)
                .forEach((thread, ticks) -> micros.merge(
                        purpose(thread.substring(thread.indexOf(' ') + 1)),
                        (ticks - startTicks.getOrDefault(thread, 0L)) * MICROS_PER_TICK,
                        Double::sum));
        StringJoiner all = new StringJoiner(", ");
        micros.forEach((purpose, each) -> all.add(purpose + " " + used.apply(each)));
        return all.toString();
    }

    private static String purpose(String thread) {
        return PURPOSES.stream()
                .filter(purpose -> thread.startsWith(purpose.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    /// User and system time by `number name` of the thread.
    private static Map<String, Long> ticks(long pid) {
        Map<String, Long> ticks = new HashMap<>();
        Path tasks = Path.of("/proc/" + pid + "/task");
        if (Files.isDirectory(tasks)) {
            try (Stream<Path> threads = Files.list(tasks)) {
                threads.forEach(thread -> add(thread, ticks));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ticks;
    }

    private static void add(Path thread, Map<String, Long> ticks) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long used = Long.parseLong(fields[USER_TIME_AFTER_NAME]) + Long.parseLong(fields[USER_TIME_AFTER_NAME + 1]);
            ticks.put(thread.getFileName() + " " + name, used);
        } catch (IOException e) {
            ended(thread, e);
        }
    }

    /// A thread may end between the listing and the reading.
    private static void ended(Path thread, IOException e) {
        if (Files.exists(thread)) {
            throw new UncheckedIOException(e);
        }
    }
}
