package dev.mneme.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A file that gets its name once it is complete. Until then it is called `.part`, is locked, and is readable only by
/// its owner.
///
/// Ctrl-C and SIGTERM remove it. A killed process leaves it behind without the lock; whoever writes to the same name
/// next removes it and says so.
///
/// **Threads**: one.
public final class DraftFile implements AutoCloseable {
    public static final String SUFFIX = ".part";

    private final Path draft;
    private final Path file;
    private final FileChannel channel;

    private DraftFile(Path draft, Path file, FileChannel channel) {
        this.draft = draft;
        this.file = file;
        this.channel = channel;
    }

    /// @param file the name that it gets
    /// @throws IOException also when another process is writing a draft of that name
    public static DraftFile of(Path file, Console console) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + SUFFIX);
        if (Files.exists(draft, LinkOption.NOFOLLOW_LINKS) && !clear(draft, console)) {
            throw inUse(draft);
        }
        Set<StandardOpenOption> options =
                new HashSet<>(List.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        FileChannel channel = FileChannel.open(draft, options, OwnerOnly.file());
        try {
            if (channel.tryLock() == null) {
                throw inUse(draft);
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        draft.toFile().deleteOnExit(); // when it is ended by Ctrl-C or SIGTERM
        return new DraftFile(draft, file, channel);
    }

    /// Removes a draft that nobody is writing any more, and says so.
    ///
    /// @return false when somebody is writing it
    public static boolean clear(Path draft, Console console) throws IOException {
        if (!Files.isSymbolicLink(draft) && beingWritten(draft)) {
            return false;
        }
        if (Files.deleteIfExists(draft)) {
            console.note("removed " + draft + ": it was never finished.");
        }
        return true;
    }

    private static boolean beingWritten(Path draft) throws IOException {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true; // by this very process
        }
    }

    private static IOException inUse(Path draft) {
        return new IOException(draft + " is being written by another mneme");
    }

    public Path path() {
        return draft;
    }

    /// The stream to write to; not to be closed.
    public OutputStream out() {
        return Channels.newOutputStream(channel);
    }

    /// Makes it durable and gives it its name.
    ///
    /// @return its size in bytes
    public long publish() throws IOException {
        channel.force(true);
        long bytes = channel.size();
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return bytes;
    }

    /// Removes the file unless it was published.
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(draft);
        }
    }
}
