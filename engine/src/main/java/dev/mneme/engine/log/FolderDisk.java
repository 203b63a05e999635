package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// A folder of the file system. Its parent must exist; the folder itself is made when it is missing.
///
/// **Room is really reserved**: Java has no `fallocate`, so zeros are written. On a file system that writes
/// elsewhere on every overwrite (btrfs, ZFS) even that reserves nothing: there, a full disk is met as a failed
/// write.
public final class FolderDisk implements Disk {
    private static final int CHUNK = 1 << 20;

    private final Path folder;

    public FolderDisk(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
            sync(folder.resolve(".."));
        }
        this.folder = folder;
    }

    @Override
    public List<String> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(folder.resolve(name));
    }

    @Override
    public File open(String name) throws IOException {
        return new ChannelFile(FileChannel.open(
                folder.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
    }

    /// Deletes the file; one that is not there is no failure.
    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    @Override
    public void syncFolder() throws IOException {
        sync(folder);
    }

    /// A folder's entries are durable after an fsync of the folder itself (fsync(2)).
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private record ChannelFile(FileChannel channel) implements File {
        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer into, long offset) throws IOException {
            return channel.read(into, offset);
        }

        @Override
        public void write(ByteBuffer from, long offset) throws IOException {
            long at = offset;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        }

        @Override
        public void allocate(long size) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK);
            for (long at = channel.size(); at < size; at += zeros.limit()) {
                zeros.clear().limit((int) Math.min(CHUNK, size - at));
                write(zeros, at);
            }
            channel.force(true);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
