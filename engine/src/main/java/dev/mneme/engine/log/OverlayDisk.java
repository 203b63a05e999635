package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// A folder that is only read: what is written, shortened or deleted is so for its reader alone, in the
/// heap. So [Recovery] tells what it would find and do.
///
/// **Threads**: one.
final class OverlayDisk implements Disk {
    private final Path folder;
    private final Map<String, Bytes> written = new HashMap<>();
    private final Map<String, Long> shortened = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();

    OverlayDisk(Path folder) {
        this.folder = folder;
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>(written.keySet());
        try (Stream<Path> files = Files.list(folder)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> !deleted.contains(name))
                    .forEach(names::add);
        }
        return names;
    }

    @Override
    public boolean exists(String name) {
        return written.containsKey(name) || below(name);
    }

    private boolean below(String name) {
        return !deleted.contains(name) && Files.exists(folder.resolve(name));
    }

    @Override
    public File open(String name) throws IOException {
        if (!written.containsKey(name) && below(name)) {
            return new Below(name, FileChannel.open(folder.resolve(name), StandardOpenOption.READ));
        }
        return written.computeIfAbsent(name, each -> new Bytes());
    }

    @Override
    public void delete(String name) {
        written.remove(name);
        deleted.add(name);
    }

    @Override
    public void syncFolder() {
        // nothing here outlives the reader
    }

    /// A file of the folder.
    private final class Below implements File {
        private final String name;
        private final FileChannel channel;

        Below(String name, FileChannel channel) {
            this.name = name;
            this.channel = channel;
        }

        @Override
        public long size() throws IOException {
            return Math.min(channel.size(), shortened.getOrDefault(name, Long.MAX_VALUE));
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            long left = size() - offset;
            if (left <= 0) {
                return -1;
            }
            ByteBuffer part = into.slice(into.position(), (int) Math.min(into.remaining(), left));
            int read = channel.read(part, offset);
            into.position(into.position() + Math.max(0, read));
            return read;
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            throw new UnsupportedOperationException("recovery writes into new segments alone");
        }

        @Override
        public void allocate(long size) {
            throw new UnsupportedOperationException("recovery reserves new segments alone");
        }

        @Override
        public void truncate(long size) {
            shortened.put(name, size);
        }

        @Override
        public void sync() {
            // nothing was written
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /// A file that is not in the folder.
    private static final class Bytes implements File {
        private byte[] bytes = new byte[0];

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(ByteBuffer into, long offset) {
            int read = (int) Math.min(into.remaining(), bytes.length - offset);
            if (read <= 0) {
                return -1;
            }
            into.put(bytes, (int) offset, read);
            return read;
        }

        @Override
        public void write(ByteBuffer from, long offset) {
            allocate(offset + from.remaining());
            from.get(bytes, (int) offset, from.remaining());
        }

        @Override
        public void allocate(long size) {
            if (size > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.toIntExact(size));
            }
        }

        @Override
        public void truncate(long size) {
            bytes = Arrays.copyOf(bytes, Math.toIntExact(Math.min(size, bytes.length)));
        }

        @Override
        public void sync() {
            // it is in the heap
        }

        @Override
        public void close() {
            // it stays for who opens it again
        }
    }
}
