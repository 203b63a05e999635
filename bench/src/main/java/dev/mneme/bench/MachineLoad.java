package dev.mneme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The machine's load while a figure was taken: how much of a core this process, the server, and others used. Linux
/// only (`/proc`); elsewhere every share is unknown. One thread.
final class MachineLoad {
    /// A run during which others used more than this share of a core is not valid.
    static final double MAX_OTHERS = 0.3;

    private static final double TICKS_PER_SECOND = 100;
    private static final int FIRST_FIELD_AFTER_NAME = 3;

    private final long startNanos = System.nanoTime();
    private final long startBusy = busyTicks();
    private final List<Long> pids;
    private final long[] startOwn;

    private MachineLoad(List<Long> pids) {
        this.pids = pids;
        startOwn = pids.stream().mapToLong(MachineLoad::processTicks).toArray();
    }

    /// Starts to watch this process and the given others, such as the server's.
    static MachineLoad watch(long... others) {
        List<Long> pids = new ArrayList<>();
        pids.add(ProcessHandle.current().pid());
        for (long pid : others) {
            pids.add(pid);
        }
        return new MachineLoad(List.copyOf(pids));
    }

    /// Shares of a core since the watch began.
    ///
    /// @param client of this process
    /// @param server of the processes watched beside it
    /// @param others of everything else
    record Shares(double client, double server, double others, String loadAverage) {
        boolean valid() {
            return others <= MAX_OTHERS;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "load average %s; cores used: client %.2f, server %.2f, others %.2f: %s",
                    loadAverage,
                    client,
                    server,
                    others,
                    valid() ? "valid" : "INVALID (others above " + MAX_OTHERS + "; compare with the floor)");
        }
    }

    Shares soFar() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        long client = processTicks(pids.getFirst()) - startOwn[0];
        long server = 0;
        for (int i = 1; i < startOwn.length; i++) {
            server += Math.max(0, processTicks(pids.get(i)) - startOwn[i]);
        }
        double ticks = TICKS_PER_SECOND * seconds;
        double others = Math.max(0, (busyTicks() - startBusy - client - server) / ticks);
        return new Shares(client / ticks, server / ticks, others, loadAverage());
    }

    /// User, nice, system and stolen time of all cores. Interrupts are left out: here they are our own packets.
    private static long busyTicks() {
        String[] cpu =
                read(Path.of("/proc/stat")).lines().findFirst().orElse("").split("\\s+", -1);
        return cpu.length < 9
                ? 0
                : Long.parseLong(cpu[1]) + Long.parseLong(cpu[2]) + Long.parseLong(cpu[3]) + Long.parseLong(cpu[8]);
    }

    /// User and system time of a process; 0 if it is gone.
    private static long processTicks(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        if (stat.isEmpty()) {
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[14 - FIRST_FIELD_AFTER_NAME])
                + Long.parseLong(fields[15 - FIRST_FIELD_AFTER_NAME]);
    }

    private static String loadAverage() {
        String all = read(Path.of("/proc/loadavg"));
        return all.isEmpty() ? "unknown" : all.substring(0, all.indexOf(' '));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
