package dev.mneme.api.http;

import java.io.IOException;
import java.io.OutputStream;

/// Writes a body of unknown length, piece by piece. The handler that makes the source refuses whatever can be refused,
/// before the answer begins. A failure after that cuts the connection, so that no client takes a part for the whole.
@FunctionalInterface
public interface BodySource extends AutoCloseable {
    /// Called once, on the connection's virtual thread. Writing is buffered; a client that does not read is cut after
    /// the listener's write timeout.
    void writeTo(OutputStream out) throws IOException;

    /// Called once, when the answer has ended in any way.
    @Override
    default void close() {}
}
