package dev.mneme.api.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One open stream of server-sent events (WHATWG HTML, "Server-sent events"). Each event is flushed when it is sent.
///
/// When a client has gone, or does not read for longer than the listener's write timeout, the next write throws a
/// [ClosedException]. A client that went quietly is noticed at the next heartbeat.
///
/// **Threads**: one writes; any may ask, close, or be told of the close.
public final class EventStream {
    /// The client is gone or too slow, or the server is stopping: stop writing.
    public static final class ClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedException(@Nullable Throwable cause) {
            super("the event stream is closed", cause);
        }
    }

    private final OutputStream out;
    private final SlowPeerWatch watch;
    private final ClientMemory.Lease held;
    private @Nullable Runnable onClose; // guarded by this
    private volatile boolean closed;

    /// @param held counts what is being written
    EventStream(OutputStream out, SlowPeerWatch watch, ClientMemory.Lease held) {
        this.held = held;
        this.out = out;
        this.watch = watch;
    }

    /// Sends one event.
    ///
    /// @param id what the client sends as `Last-Event-ID` to go on after it; null leaves the last one
    /// @param event its type, of one line
    /// @param data of one or several lines
    public void send(@Nullable String id, String event, String data) {
        StringBuilder text = new StringBuilder(data.length() + 64);
        if (id != null) {
            text.append("id: ").append(oneLine(id)).append('\n');
        }
        text.append("event: ").append(oneLine(event)).append('\n');
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        write(text.append('\n').toString());
    }

    /// Says how long the client should wait before it connects again.
    public void retryAfter(Duration wait) {
        write("retry: " + wait.toMillis() + "\n\n");
    }

    /// Sends a comment, which clients ignore: a sign of life.
    public void comment(String comment) {
        write(": " + oneLine(comment) + "\n\n");
    }

    private static String oneLine(String text) {
        if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
            throw new IllegalArgumentException("a line break in a field of an event");
        }
        return text;
    }

    private void write(String text) {
        if (!isOpen()) {
            throw new ClosedException(null);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int counted = bytes.length > ClientMemory.SMALL_ANSWER ? bytes.length : 0;
        if (!held.tryAdd(counted)) {
            close(); // the client comes again, after the last event that it has
            throw new ClosedException(null);
        }
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.write(bytes);
            out.flush();
            held.release(counted);
        } catch (IOException | UncheckedIOException e) {
            close();
            throw new ClosedException(e);
        }
    }

    public boolean isOpen() {
        return !closed;
    }

    /// Calls `action` once when the stream is closed, or at once if it already is. It wakes a source that waits.
    ///
    /// @throws IllegalStateException for a second action
    public void onClose(Runnable action) {
        synchronized (this) {
            if (onClose != null) {
                throw new IllegalStateException("one close action already");
            }
            onClose = action;
            if (!closed) {
                return;
            }
        }
        action.run();
    }

    /// Closes the stream: the source's next write fails, and its close action runs.
    public void close() {
        Runnable action;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            action = onClose;
        }
        if (action != null) {
            action.run();
        }
    }
}
