package dev.mneme.api.http;

/// Feeds one open event stream (server-sent events). The handler that makes the source refuses whatever can be refused,
/// before the answer begins.
@FunctionalInterface
public interface EventSource {
    /// Writes until there is nothing more to say or the stream is closed. The stream ends when this returns. Called on
    /// the connection's virtual thread.
    void run(EventStream stream) throws InterruptedException;
}
