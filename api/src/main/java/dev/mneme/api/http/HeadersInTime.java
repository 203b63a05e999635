package dev.mneme.api.http;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import org.jspecify.annotations.Nullable;

/// Gives up a client that takes too long over its headers. A request line that never ends is the web
/// server's own business: to it such a connection is an idle one.
///
/// **Threads**: the web server calls both methods on the connection's own thread, one after the other.
final class HeadersInTime implements Http1ConnectionListener {
    private static final ThreadLocal<SlowPeerWatch.@Nullable Guard> READING = new ThreadLocal<>();

    private final SlowPeerWatch arriving;

    HeadersInTime(SlowPeerWatch arriving) {
        this.arriving = arriving;
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue line) {
        READING.set(arriving.guard());
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        SlowPeerWatch.Guard guard = READING.get();
        if (guard != null) {
            guard.close();
            READING.remove();
        }
    }
}
