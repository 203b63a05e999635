package dev.mneme.api.sse;

import dev.mneme.api.http.EventSource;
import dev.mneme.api.http.EventStream;
import dev.mneme.api.json.ChangeMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.live.Goodbye;
import dev.mneme.api.live.LiveConnection;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.core.feed.ChangeFeed.Item;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.wire.ChangeReset;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One client's event stream. The request's own thread follows the feed and writes.
///
/// A client that does not read for too long is cut by [LiveConnections], which interrupts that thread. A client that
/// went quietly is noticed when a comment cannot be written.
final class OpenStream implements EventSource, LiveConnection {
    static final int PAGE_CHANGES = 32;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final LiveConnections connections;
    private final Reader reader;
    private final Page first;
    private final long madeNanos = System.nanoTime();
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    private volatile long writingNanos;
    private volatile boolean ended;

    OpenStream(LiveConnections connections, Reader reader, Page first) {
        this.connections = connections;
        this.reader = reader;
        this.first = first;
    }

    @Override
    public void run(EventStream stream) throws InterruptedException {
        running.set(Thread.currentThread());
        try {
            stream.onClose(this::wake);
            write(stream, out -> out.retryAfter(RETRY_AFTER));
            tell(stream, first);
            Duration comments = connections.config().commentInterval();
            while (!ended && stream.isOpen()) {
                Page page = reader.await(PAGE_CHANGES, comments);
                if (page.items().isEmpty() && !page.reset() && !ended && stream.isOpen()) {
                    write(stream, out -> out.comment("position " + reader.position()));
                }
                tell(stream, page);
            }
        } finally {
            running.set(null);
            reader.close();
            connections.leave(this);
        }
    }

    private void tell(EventStream stream, Page page) {
        if (page.reset() && !ended) {
            String data = JsonWriter.string(new ChangeReset(page.position(), true));
            write(stream, out -> out.send(page.position(), "reset", data));
        }
        for (Item item : page.items()) {
            if (ended) {
                return;
            }
            String data = JsonWriter.string(ChangeMapping.resource(item));
            write(stream, out -> out.send(item.position(), item.change().type().wireName(), data));
        }
    }

    private void write(EventStream stream, Consumer<EventStream> what) {
        writingNanos = System.nanoTime() | 1;
        try {
            what.accept(stream);
        } finally {
            writingNanos = 0;
        }
    }

    private void wake() {
        ended = true;
        reader.close();
    }

    @Override
    public void end(Goodbye why) {
        wake();
        if (running.get() == null) {
            connections.leave(this); // it never began
        }
    }

    @Override
    public void cut() {
        wake();
        Thread thread = running.get();
        if (thread != null) {
            thread.interrupt();
        } else {
            connections.leave(this);
        }
    }

    /// A stream is only written to and never heard, so it counts as heard once it runs.
    @Override
    public long heardNanos() {
        return running.get() == null ? madeNanos : System.nanoTime();
    }

    @Override
    public long stalledNanos() {
        return writingNanos;
    }

    /// Does nothing: a stream's comments are its pings.
    @Override
    public void ping() {}
}
