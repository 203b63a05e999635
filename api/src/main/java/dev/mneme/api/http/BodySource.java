package dev.mneme.api.http;

import java.io.IOException;
import java.io.OutputStream;

/// Writes a body of unknown length, piece by piece. Whatever may be refused is refused before the
/// answer begins, by the handler that made the source; what fails later cuts the connection, so that no
/// client takes a part for the whole.
@FunctionalInterface
public interface BodySource extends AutoCloseable {
    /// Called once, on the connection's virtual thread. What is written is buffered; a client that does
    /// not read is cut after the listener's write timeout.
    void writeTo(OutputStream out) throws IOException;

    /// Called once, when the answer has ended in whatever way.
    @Override
    default void close() {}
}
