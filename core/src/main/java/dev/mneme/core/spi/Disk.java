package dev.mneme.core.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// One folder of files, as the log sees it. Tests put a disk here that fails, fills up, or loses power.
///
/// **Durability**: written data are sure to survive a power loss only after [File#sync] returned; a new, removed or
/// renamed file only after [#syncFolder]. After a failed `sync` nothing is known about what was written since the last
/// good one.
///
/// **Threads**: one at a time per file.
public interface Disk {
    /// The names of the files, in no order.
    List<String> list() throws IOException;

    boolean exists(String name) throws IOException;

    /// Opens a file for reading and writing, and creates it if it is missing.
    File open(String name) throws IOException;

    void delete(String name) throws IOException;

    /// Makes creations, deletions and renames durable.
    void syncFolder() throws IOException;

    /// An open file.
    interface File extends AutoCloseable {
        long size() throws IOException;

        /// Reads up to `into.remaining()` bytes at `offset`; returns how many, or -1 at the end.
        int read(ByteBuffer into, long offset) throws IOException;

        /// Writes all of `from` at `offset`, or throws. After a throw any part may have been written.
        void write(ByteBuffer from, long offset) throws IOException;

        /// Reserves room, so that later writes below `size` cannot meet a full disk. Bytes that were never written read
        /// as zero.
        ///
        /// @throws java.nio.file.FileSystemException (or another `IOException`) when there is no room
        void allocate(long size) throws IOException;

        /// Shortens the file.
        void truncate(long size) throws IOException;

        /// Returns when everything that was written is on the disk (fdatasync).
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }
}
