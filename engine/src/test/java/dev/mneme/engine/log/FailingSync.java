package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// A disk of which one fsync fails. Thread-safe.
public final class FailingSync {
    private final AtomicReference<String> failing = new AtomicReference<>("");

    /// The next fsync of what the log writes fails.
    public void nextOf(WriteAheadLog log) {
        failing.set(SegmentName.of(log.oldestSegment() + log.segments() - 1));
    }

    public Disk over(Disk disk) {
        return new Disk() {
            @Override
            public List<String> list() throws IOException {
                return disk.list();
            }

            @Override
            public boolean exists(String name) throws IOException {
                return disk.exists(name);
            }

            @Override
            public File open(String name) throws IOException {
                return new Failing(name, disk.open(name));
            }

            @Override
            public void delete(String name) throws IOException {
                disk.delete(name);
            }

            @Override
            public void syncFolder() throws IOException {
                disk.syncFolder();
            }
        };
    }

    private final class Failing implements Disk.File {
        private final String name;
        private final Disk.File file;

        Failing(String name, Disk.File file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            return file.read(into, offset);
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            file.write(from, offset);
        }

        @Override
        public void allocate(long size) throws IOException {
            file.allocate(size);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            if (failing.get().equals(name) && !failing.getAndSet("").isEmpty()) {
                throw new FileSystemException(name, null, "Input/output error at fsync");
            }
            file.sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
