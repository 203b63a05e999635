package dev.mneme.cli.imports;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Memories of a file, one after another.
///
/// **Threads**: one.
public interface MemorySource extends AutoCloseable {
    /// No row may be longer. This is the server's default for a request.
    int MOST_ROW_BYTES = 8 << 20;

    /// What its numbers count, for a person: `line`, `item` or `row`.
    String unit();

    /// The next row; null at the end. A row that cannot be used is returned too.
    ///
    /// @throws IOException if the file cannot be read
    @Nullable
    ImportRow next() throws IOException;

    @Override
    void close() throws IOException;
}
