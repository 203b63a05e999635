package dev.mneme.server.hub;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The data folder of a hub's node: its id, the key of its log, what waits for MongoDB and what may not leave the node
/// (`log`), and copies of owners, which are thrown away at each start (`copies`).
final class HubFolder implements AutoCloseable {
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 8;

    private final Path path;
    private final FileChannel channel;
    private final FileLock lock;

    private HubFolder(Path path, FileChannel channel, FileLock lock) {
        this.path = path;
        this.channel = channel;
        this.lock = lock;
    }

    /// @throws MnemeException `INVALID_REQUEST` when a server has it open, or it holds the data of a server by itself
    static HubFolder open(Path path) {
        if (DataFolder.isThere(path)) {
            throw MnemeException.invalid(
                    "data",
                    "The data folder " + path + " holds the data of a server that runs by itself: name another with"
                            + " --data, and bring its data in with mneme export and mneme import.");
        }
        try {
            Folders.createPrivate(path);
            FileChannel channel =
                    FileChannel.open(path.resolve("hub.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = lock(channel);
            if (lock == null) {
                channel.close();
                throw MnemeException.invalid("data", "Another server has the data folder " + path + " open.");
            }
            return new HubFolder(path, channel, lock);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            System.getLogger(HubFolder.class.getName())
                    .log(System.Logger.Level.DEBUG, "The folder is open in this process", sameProcess);
            return null;
        }
    }

    private static MnemeException failed(Path path, IOException e) {
        return new MnemeException(
                ErrorCode.INTERNAL, "The data folder " + path + " cannot be read or written: " + e, e);
    }

    /// The node's id, made once.
    String node(RandomGenerator random) {
        return new String(kept("node.id", ID_BYTES, random), StandardCharsets.US_ASCII);
    }

    /// The key of the node's log, made once.
    byte[] logKey(RandomGenerator random) {
        return HexFormat.of().parseHex(new String(kept("log.key", KEY_BYTES, random), StandardCharsets.US_ASCII));
    }

    /// Random bytes in hex.
    private byte[] kept(String name, int bytes, RandomGenerator random) {
        Path file = path.resolve(name);
        try {
            if (!Files.exists(file)) {
                byte[] made = new byte[bytes];
                random.nextBytes(made);
                Path part = path.resolve(name + ".part");
                Files.writeString(part, HexFormat.of().formatHex(made));
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                Folders.sync(path);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw failed(path, e);
        }
    }

    Path log() {
        return path.resolve("log");
    }

    Path copies() {
        return path.resolve("copies");
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            System.getLogger(HubFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "The data folder's lock could not be given back", e);
        }
    }
}
