package dev.mneme.api.http;

/// Feeds one open event stream (server-sent events). Whatever may be refused is refused before the answer
/// begins, by the handler that made the source.
@FunctionalInterface
public interface EventSource {
    /// Writes until there is nothing more to say or the stream is closed; the stream ends when this returns.
    /// Called on the connection's virtual thread.
    void run(EventStream stream) throws InterruptedException;
}
