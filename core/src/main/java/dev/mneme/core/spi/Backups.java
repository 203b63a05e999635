package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.io.OutputStream;

/// Takes copies of everything a store keeps, while it serves.
///
/// **Promise**: a backup is one cut through all shards. What was answered before [#take] was called is in
/// it; and of two writes, if the second was asked for after the first was answered, the second is never in
/// it without the first.
///
/// **Threads**: any may call.
public interface Backups {
    /// Takes the cut: writes wait for some milliseconds. Close it soon; it holds back the store's own
    /// cleaning.
    ///
    /// @throws MnemeException `OVERLOADED` when writes that are under way do not end in time
    Backup take();

    /// A cut, to be written once.
    ///
    /// **Threads**: one.
    interface Backup extends AutoCloseable {
        /// About how long it will be, for a progress bar.
        long approximateBytes();

        /// Writes all of it. The stream is left open.
        void writeTo(OutputStream out) throws IOException;

        @Override
        void close();
    }
}
