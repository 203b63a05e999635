package dev.mneme.testkit;

import dev.mneme.core.spi.Disk;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A disk in memory that does what disks do at their worst, by one seed: it fails an fsync, writes only a part,
/// fills up, is slow, and loses power.
///
/// **Power loss** keeps, drops or tears whatever was not fsynced, byte by byte, and keeps or drops each
/// creation and deletion that no [Disk#syncFolder] followed. An fsync of a file does not make its name durable.
///
/// **A failed fsync** leaves the bytes readable and never durable, as Linux does: later fsyncs that work do not
/// bring them to the platter; a power loss may still find any part of them there.
///
/// A process uses the disk through [#mount]; after [#killProcess] and [#losePower] that view fails, for ever,
/// and the next process mounts anew. **Threads**: any.
public final class SimulatedDisk {
    private static final String NO_SPACE = "No space left on device";
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(10);

    private final SplittableRandom random;
    private final Map<String, SimulatedFile> names = new TreeMap<>();
    private final Map<String, SimulatedFile> durableNames = new TreeMap<>();
    private final List<NameChange> pendingNames = new ArrayList<>();
    private Mount mounted = new Mount();
    private long capacity = Integer.MAX_VALUE;
    private final Set<String> failingSyncs = new HashSet<>();
    private int syncsToFailure;
    private int writesToFailure;
    private int operationsToPowerCut;
    private int syncs;
    private boolean powered = true;
    private boolean held;
    private Duration syncTakes = Duration.ZERO;
    private Consumer<Duration> pausing = time -> LockSupport.parkNanos(time.toNanos());

    public SimulatedDisk(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /// @param file null: deleted
    private record NameChange(String name, @Nullable SimulatedFile file) {}

    /// The disk as the running process sees it.
    public synchronized Disk mount() {
        return mounted;
    }

    /// The sum of all sizes cannot exceed this from now on. What does not fit fails, after it took what was
    /// left.
    public synchronized void capacity(long bytes) {
        capacity = bytes;
    }

    /// The sum of all sizes.
    public synchronized long used() {
        return names.values().stream().mapToLong(SimulatedFile::size).sum();
    }

    /// How many fsyncs of files have worked.
    public synchronized int syncs() {
        return syncs;
    }

    /// The `count`-th fsync of a file from now on fails; 1 is the next, 0 takes the order back.
    public synchronized void failSync(int count) {
        syncsToFailure = count;
    }

    /// The next fsync of this file fails.
    public synchronized void failSyncOf(String name) {
        failingSyncs.add(name);
    }

    /// The `count`-th write from now on writes only a part, then fails; 1 is the next, 0 takes the order back.
    public synchronized void failWrite(int count) {
        writesToFailure = count;
    }

    /// The power goes at the `count`-th change from now on, in its midst: it and all that follows fail until
    /// [#losePower] is called. 0 takes the order back.
    public synchronized void cutPowerAfter(int count) {
        operationsToPowerCut = count;
    }

    /// Whether a cut that was ordered has happened.
    public synchronized boolean powerIsCut() {
        return !powered;
    }

    /// Every fsync takes this long at least.
    public synchronized void slowSyncs(Duration duration) {
        syncTakes = duration;
    }

    /// Lets time pass in this way where an fsync takes long.
    public synchronized void pauseBy(Consumer<Duration> pause) {
        pausing = pause;
    }

    /// Fsyncs wait until [#releaseSyncs]; 10 seconds at most, so that a test that failed ends.
    public synchronized void holdSyncs() {
        held = true;
    }

    public synchronized void releaseSyncs() {
        held = false;
        notifyAll();
    }

    /// The process dies; what it wrote stays in the page cache.
    public synchronized void killProcess() {
        mounted = new Mount();
        clearOrders();
    }

    /// The machine dies and starts again.
    public synchronized void losePower() {
        for (NameChange change : pendingNames) {
            if (random.nextBoolean()) {
                apply(change, durableNames);
            }
        }
        pendingNames.clear();
        names.clear();
        names.putAll(durableNames);
        names.values().forEach(file -> file.losePower(random));
        killProcess();
    }

    private void clearOrders() {
        powered = true;
        operationsToPowerCut = 0;
        syncsToFailure = 0;
        failingSyncs.clear();
        writesToFailure = 0;
        releaseSyncs();
    }

    /// Changes one bit of a file for good.
    public synchronized void flipBit(String name, int offset, int bit) {
        file(name).flip(offset, bit);
    }

    /// What reading the file would show.
    public synchronized byte[] content(String name) {
        SimulatedFile file = file(name);
        return file.read(0, file.size());
    }

    /// Puts a file there for good, as an operator does who restores one.
    public synchronized void restore(String name, byte[] content) {
        SimulatedFile file = new SimulatedFile();
        file.write(0, content);
        file.sync();
        names.put(name, file);
        durableNames.put(name, file);
    }

    /// Removes a file for good.
    public synchronized void remove(String name) {
        names.remove(name);
        durableNames.remove(name);
    }

    /// Every file and its content, for [#restore].
    public synchronized Map<String, byte[]> image() {
        Map<String, byte[]> image = new LinkedHashMap<>();
        names.forEach((name, file) -> image.put(name, file.read(0, file.size())));
        return image;
    }

    private SimulatedFile file(String name) {
        SimulatedFile file = names.get(name);
        if (file == null) {
            throw new IllegalArgumentException("There is no file " + name + ".");
        }
        return file;
    }

    private static void apply(NameChange change, Map<String, SimulatedFile> to) {
        if (change.file() == null) {
            to.remove(change.name());
        } else {
            to.put(change.name(), change.file());
        }
    }

    private void rename(String name, @Nullable SimulatedFile file) throws IOException {
        NameChange change = new NameChange(name, file);
        apply(change, names);
        pendingNames.add(change);
        operation();
    }

    /// Counts a change that has reached the cache; the power may go now.
    private void operation() throws IOException {
        if (operationsToPowerCut > 0 && --operationsToPowerCut == 0) {
            powered = false;
            throw powerCut();
        }
    }

    private static IOException powerCut() {
        return new IOException("The power is cut.");
    }

    private void reserve(SimulatedFile file, long size, String name) throws IOException {
        if (size > file.size() && used() - file.size() + size > capacity) {
            throw new FileSystemException(name, null, NO_SPACE);
        }
    }

    /// One process's view.
    private final class Mount implements Disk {
        private void check() throws IOException {
            if (!powered) {
                throw powerCut();
            }
            if (mounted != this) {
                throw new IOException("The process that used this disk is dead.");
            }
        }

        @Override
        public List<String> list() throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                return List.copyOf(names.keySet());
            }
        }

        @Override
        public boolean exists(String name) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                return names.containsKey(name);
            }
        }

        @Override
        public File open(String name) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                if (!names.containsKey(name)) {
                    rename(name, new SimulatedFile());
                }
                return new OpenFile(this, name, file(name));
            }
        }

        @Override
        public void delete(String name) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                if (names.containsKey(name)) {
                    rename(name, null);
                }
            }
        }

        @Override
        public void syncFolder() throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                operation();
                pendingNames.forEach(change -> apply(change, durableNames));
                pendingNames.clear();
            }
        }
    }

    private final class OpenFile implements Disk.File {
        private final Mount mount;
        private final String name;
        private final SimulatedFile file;
        private boolean closed;

        OpenFile(Mount mount, String name, SimulatedFile file) {
            this.mount = mount;
            this.name = name;
            this.file = file;
        }

        private void check() throws IOException {
            mount.check();
            if (closed) {
                throw new FileNotFoundException("The file " + name + " is closed.");
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                return file.size();
            }
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                byte[] bytes = file.read(Math.toIntExact(offset), into.remaining());
                into.put(bytes);
                return bytes.length == 0 && offset >= file.size() ? -1 : bytes.length;
            }
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            byte[] bytes = new byte[from.remaining()];
            from.get(bytes);
            synchronized (SimulatedDisk.this) {
                check();
                reserve(file, offset + bytes.length, name);
                if (writesToFailure > 0 && --writesToFailure == 0) {
                    byte[] part = Arrays.copyOf(bytes, random.nextInt(bytes.length));
                    file.write(Math.toIntExact(offset), part);
                    throw new FileSystemException(name, null, "Input/output error after " + part.length + " bytes");
                }
                file.write(Math.toIntExact(offset), bytes);
                operation();
            }
        }

        @Override
        public void allocate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                if (size > file.size() && used() - file.size() + size > capacity) {
                    file.resize(Math.toIntExact(Math.max(file.size(), capacity - used() + file.size())));
                    throw new FileSystemException(name, null, NO_SPACE);
                }
                if (size > file.size()) {
                    file.resize(Math.toIntExact(size));
                    operation();
                }
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                check();
                if (size < file.size()) {
                    file.resize(Math.toIntExact(size));
                    operation();
                }
            }
        }

        @Override
        public void sync() throws IOException {
            pause();
            synchronized (SimulatedDisk.this) {
                awaitRelease();
                check();
                boolean ordered = syncsToFailure > 0 && --syncsToFailure == 0;
                if (ordered || failingSyncs.remove(name)) {
                    file.syncFailed();
                    throw new FileSystemException(name, null, "Input/output error at fsync");
                }
                syncOrLosePower();
                syncs++;
            }
        }

        /// A power cut in an fsync may come after the disk did its work, but before anybody heard of it.
        private void syncOrLosePower() throws IOException {
            if (operationsToPowerCut != 1 || random.nextBoolean()) {
                file.sync();
            }
            operation();
        }

        private void pause() {
            Duration pause;
            Consumer<Duration> by;
            synchronized (SimulatedDisk.this) {
                pause = syncTakes;
                by = pausing;
            }
            if (pause.isPositive()) {
                by.accept(pause);
            }
        }

        private void awaitRelease() throws IOException {
            try {
                long until = System.nanoTime() + LONGEST_HOLD.toNanos();
                while (held && System.nanoTime() < until) {
                    SimulatedDisk.this.wait(LONGEST_HOLD.toMillis());
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted in an fsync.", stopped);
            }
        }

        @Override
        public void close() {
            synchronized (SimulatedDisk.this) {
                closed = true;
            }
        }
    }
}
