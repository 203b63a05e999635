package dev.mneme.core.spi;

import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.io.OutputStream;

/// Copies everything that a store keeps, while the store serves requests.
///
/// **Promise**: a backup is one cut through all shards. Everything that was answered before [#take] was called is in
/// it. Of two writes, the second of which was asked for after the first was answered, the backup never has the second
/// without the first.
///
/// **Threads**: any may call.
public interface Backups {
    /// Takes the cut, for which writes wait some milliseconds. Close it soon: it holds back the store's own cleaning.
    ///
    /// @throws MnemeException `OVERLOADED` when writes that are under way do not end in time
    Backup take();

    /// A cut that can be written once.
    ///
    /// **Threads**: one.
    interface Backup extends AutoCloseable {
        /// About how long the backup will be, for a progress bar.
        long approximateBytes();

        /// Writes all of it. The stream is left open.
        void writeTo(OutputStream out) throws IOException;

        @Override
        void close();
    }
}
