package dev.mneme.api.http;

import java.io.IOException;
import java.io.OutputStream;

/// Writes an answer that is too long to be held: a backup, an export. Whatever may be refused is refused
/// before the
/// answer begins, by the handler that made the source.
public interface StreamSource extends AutoCloseable {
    /// Writes all of it, on the connection's virtual thread. A failure breaks the connection off, so that the
    /// client
    /// does not take a part for the whole.
    void writeTo(OutputStream out) throws IOException;

    /// Called once, when the answer has ended in whatever way.
    @Override
    void close();
}
